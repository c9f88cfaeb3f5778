"""A Stream client against a scripted Cloudflare, at a fixed moment, with the waits between attempts removed."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import respx
import stamina
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from fieldreel.kit.clock import Clock
from fieldreel.kit.http import new_client
from fieldreel.stream.client import StreamClient

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
UID = "0123456789abcdef0123456789abcdef"


class FixedClock:
    def now(self) -> datetime:
        return NOW


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=10, cap=True):
        yield


@pytest.fixture(scope="session")
def clock() -> Clock:
    return FixedClock()


@pytest.fixture
async def client(clock: Clock) -> AsyncIterator[StreamClient]:
    async with new_client() as http:
        yield StreamClient(
            http,
            account_id="a" * 32,
            api_token="token-of-the-tests",
            base_url="https://api.test/client/v4/",
            upload_hosts=["upload.cloudflarestream.com", "UPLOAD.videodelivery.net", "127.0.0.1:8788"],
            clock=clock,
        )


@pytest.fixture
def cloudflare() -> Iterator[respx.MockRouter]:
    with respx.mock(assert_all_called=False) as router:
        yield router


@pytest.fixture(scope="session")
def private_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture(scope="session")
def pem(private_key: rsa.RSAPrivateKey) -> str:
    """PKCS#1, the form that Cloudflare hands out."""
    return private_key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    ).decode()


@pytest.fixture
def encoding_video() -> dict[str, Any]:
    """A video object of the API while it is being encoded."""
    return {
        "uid": UID,
        "creator": "a-17",
        "thumbnail": f"https://customer-x1.cloudflarestream.com/{UID}/thumbnails/thumbnail.jpg",
        "thumbnailTimestampPct": 0,
        "readyToStream": False,
        "readyToStreamAt": None,
        "status": {
            "state": "inprogress",
            "step": "encoding",
            "pctComplete": "41.000000",
            "errorReasonCode": "",
            "errorReasonText": "",
        },
        "meta": {"name": "sub-7f3a.mov"},
        "created": "2026-11-22T10:00:00.123456Z",
        "modified": "2026-11-22T10:03:00.5Z",
        "uploaded": "2026-11-22T10:02:59.9Z",
        "uploadExpiry": "2026-11-22T16:00:00Z",
        "scheduledDeletion": None,
        "size": 734003200,
        "preview": f"https://customer-x1.cloudflarestream.com/{UID}/watch",
        "allowedOrigins": ["tool.example.edu"],
        "requireSignedURLs": True,
        "maxSizeBytes": None,
        "maxDurationSeconds": 900,
        "duration": 611.4,
        "input": {"width": 1920, "height": 1080},
        "playback": {"hls": f"https://customer-x1.cloudflarestream.com/{UID}/manifest/video.m3u8", "dash": "https://x"},
        "watermark": None,
        "clippedFrom": None,
        "publicDetails": None,
    }
