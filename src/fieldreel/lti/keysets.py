"""Public keys of platforms: fetched over HTTP, checked, parsed once, kept per registration.

Rules after LTI Security Framework §6.3 and the care of others who verify strangers' tokens: a key id we do not know
causes one fetch a minute per registration and no more; a set that was good is never replaced by an error page; one
fetch at a time; keys of one registration are never tried for another.
"""

import asyncio
import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import httpx
import structlog
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers

from fieldreel.kit.clock import Clock
from fieldreel.lti.claims import is_id
from fieldreel.lti.errors import InvalidIdToken, KeySetUnavailable
from fieldreel.lti.platform import RegisteredPlatform

MAX_BYTES: Final = 256 * 1024
MAX_KEYS: Final = 50
MIN_BITS: Final = 2048
MAX_BITS: Final = 8192  # verifying with a giant key is work that a stranger could order
TTL: Final = timedelta(hours=1)  # Brightspace rotates about hourly; the overlap of old and new covers us
FETCH_SECONDS: Final = 5  # a person waits meanwhile
REFETCH_AFTER: Final = timedelta(minutes=1)

log = structlog.get_logger(__name__)


class _BadKeySet(Exception):
    """What the key set URL answered is no key set."""


@dataclass(slots=True)
class _Cached:
    jwks_url: str
    keys: Mapping[str, RSAPublicKey] = field(default_factory=dict)
    fetched_at: datetime | None = None
    tried_at: datetime | None = None
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    def is_fresh(self, now: datetime) -> bool:
        return self.fetched_at is not None and now - self.fetched_at < TTL

    def may_try(self, now: datetime) -> bool:
        return self.tried_at is None or now - self.tried_at >= REFETCH_AFTER


class KeySets:
    """One process's cache of parsed platform keys."""

    def __init__(self, client: httpx.AsyncClient, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._cached: dict[UUID, _Cached] = {}

    async def key(self, platform: RegisteredPlatform, kid: str) -> RSAPublicKey:
        """The key of `platform` whose id equals `kid`. With a warm cache there is no I/O.

        Raises:
            InvalidIdToken: the platform publishes no such key.
            KeySetUnavailable: we hold no key set of this platform and cannot get one.
        """
        cached = self._cached.get(platform.registration_id)
        if cached is None or cached.jwks_url != platform.jwks_url:
            cached = self._cached[platform.registration_id] = _Cached(platform.jwks_url)
        known, fresh = kid in cached.keys, cached.is_fresh(self._clock.now())
        # An old set still answers for the keys it has while somebody else fetches a newer one.
        if not known or (not fresh and not cached.lock.locked()):
            async with cached.lock:
                await self._refresh(cached, kid)
        if (key := cached.keys.get(kid)) is not None:
            return key
        if cached.fetched_at is None:
            raise KeySetUnavailable("never_fetched")
        raise InvalidIdToken("unknown_kid")

    async def _refresh(self, cached: _Cached, kid: str) -> None:
        now = self._clock.now()
        if (kid in cached.keys and cached.is_fresh(now)) or not cached.may_try(now):
            return  # somebody who held the lock before us did it, or tried a moment ago
        cached.tried_at = now
        try:
            async with asyncio.timeout(FETCH_SECONDS):
                cached.keys = parse_key_set(await self._fetch(cached.jwks_url))
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, _BadKeySet) as error:
            # The old set, if any, stays: a key that verified yesterday is better than an error page.
            log.warning("key_set.not_refreshed", jwks_url=cached.jwks_url, cause=repr(error))
            return
        cached.fetched_at = now

    async def _fetch(self, url: str) -> bytes:
        async with self._client.stream("GET", url, headers={"Accept": "application/json"}) as response:
            if response.status_code != httpx.codes.OK:
                raise _BadKeySet(f"status {response.status_code}")
            body = bytearray()
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > MAX_BYTES:
                    raise _BadKeySet(f"more than {MAX_BYTES} bytes")
        return bytes(body)


def parse_key_set(body: bytes) -> dict[str, RSAPublicKey]:
    """Usable keys of a JWK set (RFC 7517 §5) by their id; keys of other kinds or uses are left out.

    Usable: `kid` present, `kty` RSA, 2048 to 8192 bits, `use` absent or `sig`, `alg` absent or `RS256`. Open edX
    publishes neither `use` nor `alg`.

    Raises:
        _BadKeySet: not JSON, no list of keys, more than 50, or none that could ever be used.
    """
    try:
        document = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise _BadKeySet("not JSON") from error
    keys = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(keys, list) or len(keys) > MAX_KEYS:
        raise _BadKeySet("no list of at most 50 keys")
    usable: dict[str, RSAPublicKey] = {}
    for jwk in keys:
        if isinstance(jwk, dict) and (key := _public_key(jwk)) is not None:
            usable.setdefault(jwk["kid"], key)
    if not usable:
        raise _BadKeySet("no usable key")
    return usable


def _public_key(jwk: Mapping[str, Any]) -> RSAPublicKey | None:
    if not is_id(jwk.get("kid")) or jwk.get("kty") != "RSA":
        return None
    if jwk.get("use", "sig") != "sig" or jwk.get("alg", "RS256") != "RS256":
        return None
    try:
        modulus, exponent = _number(jwk["n"]), _number(jwk["e"])
        if not MIN_BITS <= modulus.bit_length() <= MAX_BITS:
            return None
        return RSAPublicNumbers(exponent, modulus).public_key()
    except (KeyError, TypeError, ValueError, binascii.Error):
        return None


def _number(value: str) -> int:
    return int.from_bytes(base64.urlsafe_b64decode(value + "=" * (-len(value) % 4)))
