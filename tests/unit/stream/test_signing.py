import base64
import json
import traceback
from datetime import UTC, datetime, timedelta

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from fieldreel.kit.clock import Clock
from fieldreel.stream.errors import SigningKeyUnusable
from fieldreel.stream.signing import (
    PlaybackSigner,
    hls_url,
    playback_base,
    playback_lifetime,
    poster_url,
)

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
UID = "0123456789abcdef0123456789abcdef"
KEY_ID = "f" * 32


@pytest.fixture(scope="module")
def signer(pem: str, clock: Clock) -> PlaybackSigner:
    return PlaybackSigner(KEY_ID, pem, clock=clock)


def read(token: str, private_key: rsa.RSAPrivateKey) -> dict[str, object]:
    """The claims, proven with the public key by another library than the one that signed."""
    options = {"verify_exp": False, "verify_nbf": False}
    return jwt.decode(token, private_key.public_key(), algorithms=["RS256"], options=options)


def test_a_token_says_which_video_which_key_and_until_when(signer, private_key):
    token = signer.sign(UID, expires_at=NOW + timedelta(hours=1, microseconds=5))

    assert read(token, private_key) == {"sub": UID, "kid": KEY_ID, "exp": 1_795_345_200}
    assert jwt.get_unverified_header(token) == {"alg": "RS256", "kid": KEY_ID, "typ": "JWT"}
    claims = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
    assert type(claims["exp"]) is int


def test_start_download_and_rules_are_claims_when_asked_for(signer, private_key):
    rules = [{"type": "ip.geoip.country", "country": ["BE"], "action": "allow"}, {"type": "any", "action": "block"}]

    token = signer.sign(UID, expires_at=NOW + timedelta(hours=1), not_before=NOW, downloadable=True, access_rules=rules)

    assert read(token, private_key) == {
        "sub": UID,
        "kid": KEY_ID,
        "exp": 1_795_345_200,
        "nbf": 1_795_341_600,
        "downloadable": True,
        "accessRules": rules,
    }


def test_another_key_does_not_verify_a_token(signer):
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    with pytest.raises(jwt.InvalidSignatureError):
        read(signer.sign(UID, expires_at=NOW + timedelta(hours=1)), other)


def test_twenty_four_hours_are_the_most(signer):
    assert signer.sign(UID, expires_at=NOW + timedelta(hours=24))

    with pytest.raises(ValueError, match="24 hours"):
        signer.sign(UID, expires_at=NOW + timedelta(hours=24, seconds=1))


@pytest.mark.parametrize("expires_at", [NOW, NOW - timedelta(seconds=1)])
def test_a_token_that_has_already_ended_is_not_signed(signer, expires_at):
    with pytest.raises(ValueError, match="already ended"):
        signer.sign(UID, expires_at=expires_at)


def test_five_rules_are_the_most(signer):
    rule = {"type": "any", "action": "allow"}
    assert signer.sign(UID, expires_at=NOW + timedelta(hours=1), access_rules=[rule] * 5)

    with pytest.raises(ValueError, match="5 access rules"):
        signer.sign(UID, expires_at=NOW + timedelta(hours=1), access_rules=[rule] * 6)


def test_what_is_no_uid_is_not_signed(signer):
    with pytest.raises(ValueError, match="not the uid"):
        signer.sign("../keys", expires_at=NOW + timedelta(hours=1))


def test_the_key_may_come_as_cloudflare_hands_it_out(pem, private_key, clock):
    wrapped = base64.encodebytes(pem.encode()).decode()  # with line breaks, as copied from a terminal

    token = PlaybackSigner(KEY_ID, wrapped, clock=clock).sign(UID, expires_at=NOW + timedelta(hours=1))

    assert read(token, private_key)["sub"] == UID


def test_a_signer_without_a_clock_uses_the_machines(pem):
    signer = PlaybackSigner(KEY_ID, pem)

    assert signer.sign(UID, expires_at=datetime.now(UTC) + timedelta(hours=1))
    with pytest.raises(ValueError, match="24 hours"):
        signer.sign(UID, expires_at=datetime.now(UTC) + timedelta(hours=25))


def unusable_keys(private_key: rsa.RSAPrivateKey) -> dict[str, str]:
    pkcs8, none = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    encoding = serialization.Encoding.PEM
    public = private_key.public_key().public_bytes(encoding, serialization.PublicFormat.SubjectPublicKeyInfo)
    elliptic = ec.generate_private_key(ec.SECP256R1()).private_bytes(encoding, pkcs8, none)
    locked = private_key.private_bytes(encoding, pkcs8, serialization.BestAvailableEncryption(b"pass"))
    whole = private_key.private_bytes(encoding, pkcs8, none).decode()
    return {
        "empty": "",
        "words": "not a key, nor base64",
        "base64 of words": base64.b64encode(b"not a key").decode(),
        "base64 of bytes": base64.b64encode(b"\xff\xfe").decode(),
        "public": public.decode(),
        "elliptic": elliptic.decode(),
        "locked": locked.decode(),
        "cut": whole[: len(whole) // 2],
    }


@pytest.mark.parametrize(
    "kind", ["empty", "words", "base64 of words", "base64 of bytes", "public", "elliptic", "locked", "cut"]
)
def test_a_key_that_cannot_sign_is_found_at_the_start_and_not_quoted(kind, private_key):
    unusable = unusable_keys(private_key)[kind]

    with pytest.raises(SigningKeyUnusable, match="RSA private key") as caught:
        PlaybackSigner(KEY_ID, unusable)

    middle = unusable[40:80]
    assert not middle or middle not in "".join(traceback.format_exception(caught.value))


def test_a_key_id_that_is_none_is_found_at_the_start(pem):
    with pytest.raises(SigningKeyUnusable):
        PlaybackSigner("", pem)


@pytest.mark.parametrize("duration", [None, 0.0, 60.0, 5 * 3600.0])
def test_a_renewed_token_lives_an_hour_whatever_the_video(duration):
    assert playback_lifetime(duration) == timedelta(hours=1)


@pytest.mark.parametrize(
    ("duration", "hours"), [(None, 2), (60.0, 2), (2400.0, 2), (3600.0, 3), (7 * 3600.0, 21), (10 * 3600.0, 23)]
)
def test_a_token_nobody_renews_lives_three_times_the_video(duration, hours):
    assert playback_lifetime(duration, renewed=False) == timedelta(hours=hours)


@pytest.mark.parametrize("base", ["customer-x1.cloudflarestream.com", "https://customer-x1.cloudflarestream.com/"])
def test_the_token_stands_where_the_uid_would(base):
    assert hls_url(base, "eyJ.a.b") == "https://customer-x1.cloudflarestream.com/eyJ.a.b/manifest/video.m3u8"
    assert (
        poster_url(base, "eyJ.a.b")
        == "https://customer-x1.cloudflarestream.com/eyJ.a.b/thumbnails/thumbnail.jpg?time=1s"
    )
    assert poster_url(base, "eyJ.a.b", height=360).endswith("?time=1s&height=360")


@pytest.mark.parametrize("base", ["https://customer-x1.cloudflarestream.com", "http://127.0.0.1:8788/delivery"])
def test_any_video_tells_where_the_accounts_videos_lie(base):
    assert playback_base(f"{base}/{UID}/manifest/video.m3u8") == base


@pytest.mark.parametrize("address", ["", "https://customer-x1.cloudflarestream.com", "https://x/manifest/video.mpd"])
def test_another_address_tells_nothing(address):
    with pytest.raises(ValueError, match="manifest"):
        playback_base(address)
