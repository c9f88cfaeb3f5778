"""Key sets: what is taken, what is refused, and how often a platform is asked."""

import asyncio
import json
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from fieldreel.lti.errors import InvalidIdToken, KeySetUnavailable
from fieldreel.lti.keysets import KeySets


class Hands:
    """A clock that stands until it is moved."""

    def __init__(self):
        self.time = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    def now(self):
        return self.time


class Platform:
    """A key set address that counts and can be told what to answer."""

    def __init__(self, lms):
        self.keys = [lms.jwk()]
        self.response = None
        self.requests = 0
        self.delay = 0.0

    async def __call__(self, request):
        self.requests += 1
        await asyncio.sleep(self.delay)
        if isinstance(self.response, Exception):
            raise self.response
        return self.response or httpx.Response(200, json={"keys": self.keys})


@pytest.fixture
def clock():
    return Hands()


@pytest.fixture
def platform(lms):
    return Platform(lms)


@pytest.fixture
async def key_sets(platform, clock):
    async with httpx.AsyncClient(transport=httpx.MockTransport(platform)) as client:
        yield KeySets(client, clock)


async def test_a_known_key_is_parsed_once_and_then_taken_from_memory(lms, key_sets, platform):
    first = await key_sets.key(lms.registered, lms.kid)
    assert await key_sets.key(lms.registered, lms.kid) is first
    assert first.public_numbers() == lms.public_key.public_numbers()
    assert platform.requests == 1


async def test_a_storm_of_unknown_key_ids_causes_one_request(lms, key_sets, platform):
    platform.delay = 0.01
    tries = [key_sets.key(lms.registered, f"random-{number}") for number in range(50)]
    outcomes = await asyncio.gather(*tries, return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} == {InvalidIdToken}
    assert platform.requests == 1


async def test_fifty_launches_at_once_fetch_a_cold_set_once(lms, key_sets, platform):
    platform.delay = 0.01
    keys = await asyncio.gather(*(key_sets.key(lms.registered, lms.kid) for _ in range(50)))
    assert len(set(map(id, keys))) == 1
    assert platform.requests == 1


async def test_a_rotated_key_is_found_after_a_minute_and_not_before(lms, key_sets, platform, clock):
    await key_sets.key(lms.registered, lms.kid)
    platform.keys = [lms.jwk(), lms.jwk(kid="next")]
    clock.time += timedelta(seconds=59)
    with pytest.raises(InvalidIdToken):
        await key_sets.key(lms.registered, "next")
    clock.time += timedelta(seconds=1)
    await key_sets.key(lms.registered, "next")
    assert platform.requests == 2


async def test_a_set_older_than_an_hour_is_fetched_again_and_revoked_keys_are_gone(lms, key_sets, platform, clock):
    await key_sets.key(lms.registered, lms.kid)
    platform.keys = [lms.jwk(kid="other")]
    clock.time += timedelta(hours=1)
    with pytest.raises(InvalidIdToken):
        await key_sets.key(lms.registered, lms.kid)
    assert platform.requests == 2


FAILURES = [
    httpx.Response(500, text="down"),
    httpx.Response(404, json={"keys": []}),
    httpx.Response(302, headers={"Location": "https://evil.example/jwks"}),
    httpx.Response(200, text="<html>maintenance</html>"),
    httpx.Response(200, json=[]),
    httpx.Response(200, json={"keys": {}}),
    httpx.Response(200, json={"keys": []}),
    httpx.Response(200, json={"keys": ["x"] * 51}),
    httpx.Response(200, content=b"[" * 100_000),
    httpx.ConnectError("no route"),
    httpx.ReadTimeout("slow"),
]


@pytest.mark.parametrize("failure", FAILURES, ids=str)
async def test_a_failure_never_replaces_a_good_set(lms, key_sets, platform, clock, failure):
    await key_sets.key(lms.registered, lms.kid)
    platform.response = failure
    clock.time += timedelta(days=3)
    assert await key_sets.key(lms.registered, lms.kid)
    assert platform.requests == 2


@pytest.mark.parametrize("failure", FAILURES, ids=str)
async def test_without_any_set_a_failure_asks_to_come_back(lms, key_sets, platform, clock, failure):
    platform.response = failure
    for _ in range(3):
        with pytest.raises(KeySetUnavailable):
            await key_sets.key(lms.registered, lms.kid)
    assert platform.requests == 1
    clock.time += timedelta(minutes=1)
    platform.response = None
    assert await key_sets.key(lms.registered, lms.kid)


async def test_while_an_old_set_is_fetched_again_its_keys_still_answer(lms, key_sets, platform, clock):
    key = await key_sets.key(lms.registered, lms.kid)
    clock.time += timedelta(hours=2)
    platform.delay = 60
    waiting = asyncio.create_task(key_sets.key(lms.registered, lms.kid))
    await asyncio.sleep(0)
    async with asyncio.timeout(1):
        assert await key_sets.key(lms.registered, lms.kid) is key
    waiting.cancel()


async def test_a_platform_that_never_finishes_is_given_up(lms, key_sets, platform, monkeypatch):
    monkeypatch.setattr("fieldreel.lti.keysets.FETCH_SECONDS", 0.01)
    platform.delay = 60
    async with asyncio.timeout(1):
        with pytest.raises(KeySetUnavailable):
            await key_sets.key(lms.registered, lms.kid)


async def test_keys_of_one_registration_are_not_tried_for_another(lms, key_sets, platform):
    await key_sets.key(lms.registered, lms.kid)
    other = replace(lms.registered, registration_id=uuid.UUID(int=8), jwks_url="https://other.example/jwks")
    platform.keys = [lms.jwk(kid="others")]
    with pytest.raises(InvalidIdToken):
        await key_sets.key(other, lms.kid)


async def test_a_changed_address_is_fetched_at_once(lms, key_sets, platform):
    await key_sets.key(lms.registered, lms.kid)
    await key_sets.key(replace(lms.registered, jwks_url="https://lms.example.edu/new"), lms.kid)
    assert platform.requests == 2


async def test_a_good_set_of_more_than_256_kib_is_refused(lms, key_sets, platform):
    platform.response = httpx.Response(200, json={"keys": [lms.jwk()], "padding": "x" * 262_144})
    with pytest.raises(KeySetUnavailable):
        await key_sets.key(lms.registered, lms.kid)


async def test_a_good_set_of_more_than_fifty_keys_is_refused(lms, key_sets, platform):
    platform.keys = [lms.jwk(), *({"kty": "EC"} for _ in range(50))]
    with pytest.raises(KeySetUnavailable):
        await key_sets.key(lms.registered, lms.kid)


def small_jwk():
    jwk = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(rsa.generate_private_key(65537, 1024).public_key()))
    return {key: jwk[key] for key in ("kty", "n", "e")}


@pytest.mark.parametrize(
    "overrides",
    [
        {"use": "enc"},
        {"alg": "RS512"},
        {"alg": "HS256"},
        {"kty": "oct", "k": "c2VjcmV0"},
        {"kty": "EC"},
        {"n": "AQAB"},
        {"n": 5},
        {"n": "ä" * 400},
        {"e": "AA"},
        {"n": "_" * 1400},
        small_jwk(),
        json.loads(jwt.algorithms.ECAlgorithm.to_jwk(ec.generate_private_key(ec.SECP256R1()).public_key())),
        {"kid": ""},
        {"kid": 5},
    ],
    ids=[
        "for encryption",
        "RS512",
        "HS256",
        "symmetric",
        "not RSA",
        "modulus of 17 bits",
        "modulus no text",
        "modulus no base64",
        "exponent 0",
        "modulus too long",
        "1024 bits",
        "elliptic curve",
        "no key id",
        "key id no text",
    ],
)
async def test_a_key_of_another_kind_or_use_is_left_out(lms, key_sets, platform, overrides):
    platform.keys = [lms.jwk(**{"kid": "wanted", **overrides}), lms.jwk()]
    with pytest.raises(InvalidIdToken):
        await key_sets.key(lms.registered, "wanted")


async def test_open_edx_publishes_neither_use_nor_alg(lms, key_sets, platform):
    jwk = lms.jwk()
    del jwk["use"], jwk["alg"]
    platform.keys = [jwk]
    assert await key_sets.key(lms.registered, lms.kid)
