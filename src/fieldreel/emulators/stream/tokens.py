"""Signing keys, playback tokens, and who may watch from where."""

import asyncio
import base64
import ipaddress
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from fieldreel.emulators.stream.library import Video
from fieldreel.emulators.stream.wire import Refusal

_LONGEST_LIFE = timedelta(hours=24)
_MOST_RULES = 5
_CLAIMS = frozenset({"sub", "kid", "exp", "nbf", "downloadable", "accessRules", "flags"})
_FORBIDDEN, _UNAUTHORIZED = 10004, 10002


@dataclass(frozen=True)
class KeyPair:
    """A new signing key as the API shows it once: base64 of the PKCS#1 PEM and base64 of the JWK."""

    id: str
    pem: str
    jwk: str


async def new_key(key_id: str) -> KeyPair:
    """Make a 2048-bit RSA key, off the event loop."""
    return await asyncio.to_thread(_new_key, key_id)


def _new_key(key_id: str) -> KeyPair:
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    numbers = private.private_numbers()
    public = numbers.public_numbers
    values = {
        "n": public.n,
        "e": public.e,
        "d": numbers.d,
        "p": numbers.p,
        "q": numbers.q,
        "dp": numbers.dmp1,
        "dq": numbers.dmq1,
        "qi": numbers.iqmp,
    }
    jwk = {
        "use": "sig",
        "kty": "RSA",
        "kid": key_id,
        "alg": "RS256",
        **{name: _base64url(v) for name, v in values.items()},
    }
    return KeyPair(key_id, base64.b64encode(pem).decode(), base64.b64encode(json.dumps(jwk).encode()).decode())


def _base64url(number: int) -> str:
    return base64.urlsafe_b64encode(number.to_bytes((number.bit_length() + 7) // 8)).rstrip(b"=").decode()


def sign(claims: Mapping[str, Any], key_id: str, pem: str) -> str:
    """A token as `POST …/token` gives it: header of `alg` and `kid` without `typ`.

    Raises:
        ValueError: when `pem` is not base64 of a private key.
    """
    try:
        return jwt.encode(dict(claims), base64.b64decode(pem), algorithm="RS256", headers={"kid": key_id, "typ": None})
    except jwt.InvalidKeyError as broken:
        raise ValueError("not a private key") from broken


def public_key(pem: str) -> rsa.RSAPublicKey:
    """What checks the signatures of a key."""
    private = serialization.load_pem_private_key(base64.b64decode(pem), None)
    assert isinstance(private, rsa.RSAPrivateKey)
    return private.public_key()


def verify(token: str, keys: Mapping[str, rsa.RSAPublicKey], now: datetime) -> dict[str, Any]:
    """The claims of a playback token.

    Raises:
        Refusal: 401 unless it is RS256 by a live key named in the header, begun, not ended, and ending within 24 hours.
    """
    try:
        kid = str(jwt.get_unverified_header(token).get("kid"))
        if kid not in keys:
            raise Refusal(401, _UNAUTHORIZED, "token refused: unknown or missing kid")
        checks = {
            "verify_exp": False,
            "verify_nbf": False,
            "verify_iat": False,
            "verify_aud": False,
            "verify_iss": False,
        }
        claims: dict[str, Any] = jwt.decode(token, keys[kid], algorithms=["RS256"], options=checks)  # type: ignore[arg-type] # it wants a TypedDict
        exp, nbf = float(claims["exp"]), float(claims.get("nbf", 0))
    except (jwt.PyJWTError, KeyError, TypeError, ValueError) as broken:
        raise Refusal(401, _UNAUTHORIZED, "token refused: not a valid signed token") from broken
    if claims.get("kid", kid) != kid:
        raise Refusal(401, _UNAUTHORIZED, "token refused: the kid of the claims is not the kid of the header")
    if exp <= now.timestamp():
        raise Refusal(401, _UNAUTHORIZED, "token refused: expired")
    if exp > (now + _LONGEST_LIFE).timestamp():
        raise Refusal(401, _UNAUTHORIZED, "token refused: exp is more than 24 hours ahead")
    if nbf > now.timestamp():
        raise Refusal(401, _UNAUTHORIZED, "token refused: not valid yet")
    rules = claims.get("accessRules", [])
    if not isinstance(rules, list) or len(rules) > _MOST_RULES:
        raise Refusal(401, _UNAUTHORIZED, f"token refused: at most {_MOST_RULES} accessRules")
    return claims


def unknown_claims(claims: Mapping[str, Any]) -> set[str]:
    """Claims that Stream does not document."""
    return set(claims) - _CLAIMS


def admits(rules: list[Any], ip: str, country: str) -> bool:
    """Whether `accessRules` let this viewer in: the first rule that matches decides; no match lets in."""
    viewer = ipaddress.ip_address(ip)
    for rule in rules:
        match rule.get("type"):
            case "any":
                matches = True
            case "ip.geoip.country":
                matches = country in rule.get("country", [])
            case "ip.src":
                nets = (ipaddress.ip_network(net, strict=False) for net in rule.get("ip", []))
                matches = any(viewer in net for net in nets)
            case _:
                matches = False
        if matches:
            return bool(rule.get("action") == "allow")
    return True


def check_origin(video: Video, origin: str | None, referer: str | None, own_url: str) -> None:
    """Hold the page that plays a video against its `allowedOrigins`; Stream's own player page always passes.

    Raises:
        Refusal: 403.
    """
    if not video.allowed_origins:
        return
    page = origin if origin and origin != "null" else referer
    host = urlsplit(page or "").netloc
    default_port = {"http": ":80", "https": ":443"}.get(urlsplit(page or "").scheme, "")
    host = host.removesuffix(default_port) if default_port else host
    if host != urlsplit(own_url).netloc and not any(origin_matches(entry, host) for entry in video.allowed_origins):
        raise Refusal(403, _FORBIDDEN, f"{host or 'a page without Origin and Referer'} is not an allowed origin")


def origin_matches(entry: str, host: str) -> bool:
    """Whether a host, with its port unless default, falls under one entry; `*.x.org` covers any depth but not x.org."""
    if entry.startswith("*."):
        return host.lower().endswith(entry[1:].lower())
    return host.lower() == entry.lower()


def forbidden(message: str) -> Refusal:
    """403 on delivery."""
    return Refusal(403, _FORBIDDEN, message)


def unauthorized(message: str) -> Refusal:
    """401 on delivery."""
    return Refusal(401, _UNAUTHORIZED, message)
