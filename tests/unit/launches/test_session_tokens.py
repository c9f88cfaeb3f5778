"""The session token: what is accepted, and everything that is not."""

import base64
import hashlib
import hmac
import json
import uuid
from datetime import UTC, datetime, timedelta

import pytest

from fieldreel.errors import Unauthenticated
from fieldreel.launches.principal import Principal
from fieldreel.launches.session_tokens import SessionTokens
from fieldreel.lti.roles import Role

ISSUER = "https://video.example.edu"
OLD, NEW = b"o" * 32, b"n" * 32
ADA = Principal(
    launch_id=uuid.UUID(int=1),
    deployment_id=uuid.UUID(int=2),
    context_id=uuid.UUID(int=3),
    assignment_id=uuid.UUID(int=4),
    person_id=uuid.UUID(int=5),
    role=Role.LEARNER,
    test_user=True,
)


class Hands:
    def __init__(self):
        self.time = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    def now(self):
        return self.time


@pytest.fixture
def clock():
    return Hands()


@pytest.fixture
def tokens(clock):
    return SessionTokens([NEW], clock, issuer=ISSUER)


def issue(tokens, clock):
    return tokens.issue(ADA, expires_at=clock.now() + timedelta(hours=8))


def parts(token):
    return [json.loads(base64.urlsafe_b64decode(part + "==")) for part in token.split(".")[:2]]


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def signed(header, claims, key=NEW):
    """A token that our own key signs, whatever it says."""
    text = ".".join(b64(json.dumps(part).encode()) for part in (header, claims))
    return f"{text}.{b64(hmac.new(key.hex().encode(), text.encode(), hashlib.sha256).digest())}"


def test_a_token_gives_back_its_principal(tokens, clock):
    assert tokens.read(issue(tokens, clock)) == ADA


def test_a_token_holds_no_personal_data_and_a_fresh_id(tokens, clock):
    _, claims = parts(issue(tokens, clock))
    assert set(claims) == {
        "iss", "aud", "sub", "jti", "iat", "exp", "deployment", "context", "assignment", "person", "role", "test"
    }  # fmt: skip
    assert parts(issue(tokens, clock))[1]["jti"] != claims["jti"]


def test_a_token_ends_by_our_clock(tokens, clock):
    token = issue(tokens, clock)
    clock.time += timedelta(hours=8) - timedelta(seconds=1)
    tokens.read(token)
    clock.time += timedelta(seconds=1)
    with pytest.raises(Unauthenticated):
        tokens.read(token)


def test_a_token_of_the_former_key_is_read_and_new_ones_use_the_new_key(clock):
    old = issue(SessionTokens([OLD], clock, issuer=ISSUER), clock)
    rotated = SessionTokens([NEW, OLD], clock, issuer=ISSUER)
    assert rotated.read(old) == ADA
    with pytest.raises(Unauthenticated):
        SessionTokens([OLD], clock, issuer=ISSUER).read(issue(rotated, clock))


def test_the_helper_makes_what_the_class_accepts(tokens, clock):
    header, claims = parts(issue(tokens, clock))
    assert tokens.read(signed(header, claims)) == ADA


@pytest.mark.parametrize("name", ["iss", "aud", "sub", "jti", "iat", "exp", "person", "role", "test", "deployment"])
def test_every_claim_is_required(tokens, clock, name):
    header, claims = parts(issue(tokens, clock))
    del claims[name]
    with pytest.raises(Unauthenticated):
        tokens.read(signed(header, claims))


@pytest.mark.parametrize(
    "change",
    [
        {"iss": "https://evil.example"},
        {"aud": "stream"},
        {"aud": None},
        {"sub": "not a uuid"},
        {"sub": 1},
        {"exp": "soon"},
        {"exp": None},
        {"exp": 0},
        {"iat": None},
        {"iat": 1e12},
        {"exp": float("nan")},
        {"role": "owner"},
        {"person": None},
    ],
)
def test_claims_of_another_shape_are_refused(tokens, clock, change):
    header, claims = parts(issue(tokens, clock))
    with pytest.raises(Unauthenticated):
        tokens.read(signed(header, {**claims, **change}))


@pytest.mark.parametrize(
    "change",
    [
        {"crit": ["magic"]},
        {"crit": []},
        {"kid": "unknown"},
        {"kid": None},
        {"kid": ["x"]},
        {"alg": "HS512"},
        {"alg": "none"},
    ],
)
def test_headers_of_another_shape_are_refused(tokens, clock, change):
    header, claims = parts(issue(tokens, clock))
    with pytest.raises(Unauthenticated):
        tokens.read(signed({**header, **change}, claims))


def test_a_token_without_key_id_is_refused(tokens, clock):
    header, claims = parts(issue(tokens, clock))
    del header["kid"]
    with pytest.raises(Unauthenticated):
        tokens.read(signed(header, claims))


def test_a_token_under_another_key_is_refused(tokens, clock):
    header, claims = parts(issue(tokens, clock))
    with pytest.raises(Unauthenticated):
        tokens.read(signed(header, claims, key=OLD))


def test_a_changed_token_is_refused(tokens, clock):
    header, claims = parts(issue(tokens, clock))
    signature = issue(tokens, clock).rpartition(".")[2]
    body = b64(json.dumps({**claims, "role": "instructor"}).encode())
    with pytest.raises(Unauthenticated):
        tokens.read(f"{b64(json.dumps(header).encode())}.{body}.{signature}")


@pytest.mark.parametrize("token", ["", ".", "..", "a.b.c", "x" * 5000, "e30.e30.e30", "ä.ö.ü", "[].[].[]"])
def test_something_that_is_no_token_is_refused(tokens, token):
    with pytest.raises(Unauthenticated):
        tokens.read(token)
