"""The rules of resumable uploads to Stream: tus 1.0.0 with Cloudflare's limits on chunks and its keys."""

import base64
from collections.abc import Set as AbstractSet
from ipaddress import ip_address

import httpx

from fieldreel.stream.models import UploadOrder, rfc3339

TUS_VERSION = "1.0.0"

CHUNK_MIN = 5_242_880
"""Bytes of the smallest chunk, the last one excepted (5 MiB)."""
CHUNK_MAX = 209_715_200
"""Bytes of the largest chunk (200 MiB)."""
CHUNK_STEP = 262_144
"""Every chunk but the last is a multiple of this many bytes (256 KiB)."""
CHUNK_ADVISED = 52_428_800
"""Bytes of a chunk on a good line (50 MiB)."""


def is_chunk_size(size_bytes: int, *, last: bool = False) -> bool:
    """Whether Stream takes a chunk of `size_bytes`: 5 MiB to 200 MiB in steps of 256 KiB; the last may be smaller."""
    if last:
        return 0 < size_bytes <= CHUNK_MAX
    return CHUNK_MIN <= size_bytes <= CHUNK_MAX and size_bytes % CHUNK_STEP == 0


def upload_metadata(order: UploadOrder) -> str:
    """The `Upload-Metadata` of an order (tus 1.0.0, Creation): `key base64` pairs joined by commas without spaces.

    `requiresignedurls` is a key without a value: its presence is what counts, so "false" would turn it on as well.
    Hosts are joined by a comma inside one value. Stream reads this at creation only.
    """
    pairs = [
        ("maxDurationSeconds", str(order.max_duration_seconds)),
        ("requiresignedurls", None),
        ("expiry", rfc3339(order.expires_at, timespec="seconds")),
        ("name", order.name),
    ]
    if order.allowed_origins:
        pairs.append(("allowedorigins", ",".join(order.allowed_origins)))
    return ",".join(key if value is None else f"{key} {_base64(value)}" for key, value in pairs)


def is_upload_address(url: str, hosts: AbstractSet[str]) -> bool:
    """Whether bytes may be sent to `url`: over https (http on this machine only), to one of `hosts`, no other way in.

    Args:
        url: an absolute address, from Cloudflare's `Location` or from our own rows.
        hosts: `host` or `host:port`, lower-case; the port is left out where it is the scheme's own.
    """
    try:
        address = httpx.URL(url)
    except httpx.InvalidURL:
        return False
    secure = address.scheme == "https" or (address.scheme == "http" and _is_this_machine(address.host))
    return secure and not address.userinfo and address.netloc.decode("ascii").lower() in hosts


def _is_this_machine(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode("ascii")
