"""The one way to make an HTTP client: bounded in time and in connections, with our name on every request."""

import re
from datetime import datetime
from email.utils import parsedate_to_datetime

import httpx

USER_AGENT = "fieldreel (+https://github.com/fieldreel/fieldreel)"  # some LMSs refuse requests without one
TIMEOUT = httpx.Timeout(connect=5.0, read=20.0, write=20.0, pool=10.0)
# httpx pays more CPU per call the larger its pool is; Cloudflare allows four calls a second anyway.
LIMITS = httpx.Limits(max_connections=8, max_keepalive_connections=8, keepalive_expiry=30.0)
_SECONDS = re.compile(r"[0-9]{1,9}")


def new_client(*, transport: httpx.AsyncBaseTransport | None = None) -> httpx.AsyncClient:
    """A client for one process's life: follows no redirects, keeps no cookies between hosts, at most 8 connections.

    Args:
        transport: replaces the network, for tests (`httpx.ASGITransport` over an emulator).
    """
    return httpx.AsyncClient(
        timeout=TIMEOUT,
        limits=LIMITS,
        headers={"User-Agent": USER_AGENT},
        follow_redirects=False,
        transport=transport,
    )


def retry_after_seconds(response: httpx.Response, now: datetime) -> int | None:
    """Seconds that `Retry-After` asks for, from either of its forms (RFC 9110 §10.2.3); None if unreadable."""
    value = response.headers.get("Retry-After", "").strip()
    if _SECONDS.fullmatch(value):
        return int(value)
    try:
        at = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0, round((at - now).total_seconds())) if at.tzinfo else None
