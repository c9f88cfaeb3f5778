"""Our own key pairs: made and loaded away from the event loop, which a PEM key would block for 40 ms and more."""

import asyncio
import base64
import hashlib
import json
from dataclasses import dataclass
from typing import Any, Final

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

_BITS: Final = 2048
_EXPONENT: Final = 65_537


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key, parsed once, ready to sign."""

    kid: str
    private_key: rsa.RSAPrivateKey


@dataclass(frozen=True, slots=True)
class NewToolKey:
    """A fresh pair: the private half as PKCS #8 PEM (to be sealed at once), the public half as a JWK."""

    kid: str
    private_pem: bytes
    public_jwk: dict[str, Any]


async def new_tool_key() -> NewToolKey:
    """Make an RSA-2048 pair in a thread. `kid` is the RFC 7638 thumbprint: the same key always has the same id."""
    return await asyncio.to_thread(_generate)


async def load_signing_key(private_pem: bytes) -> SigningKey:
    """Parse a private key in a thread.

    Raises:
        ValueError: no RSA private key in PEM form.
    """
    return await asyncio.to_thread(_load, private_pem)


def public_jwk(key: rsa.RSAPublicKey) -> dict[str, Any]:
    """What a platform reads from our key set URL (RFC 7517 §4)."""
    numbers = key.public_numbers()
    required = {"e": _base64url(numbers.e), "kty": "RSA", "n": _base64url(numbers.n)}
    return {**required, "alg": "RS256", "use": "sig", "kid": _thumbprint(required)}


def _generate() -> NewToolKey:
    private = rsa.generate_private_key(_EXPONENT, _BITS)
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    jwk = public_jwk(private.public_key())
    return NewToolKey(kid=jwk["kid"], private_pem=pem, public_jwk=jwk)


def _load(private_pem: bytes) -> SigningKey:
    private = serialization.load_pem_private_key(private_pem, password=None)
    if not isinstance(private, rsa.RSAPrivateKey):
        raise ValueError("not an RSA key")  # noqa: TRY004 - the caller knows one way to be wrong
    return SigningKey(kid=public_jwk(private.public_key())["kid"], private_key=private)


def _thumbprint(required: dict[str, str]) -> str:
    canonical = json.dumps(required, sort_keys=True, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(hashlib.sha256(canonical).digest()).rstrip(b"=").decode()


def _base64url(number: int) -> str:
    return base64.urlsafe_b64encode(number.to_bytes((number.bit_length() + 7) // 8)).rstrip(b"=").decode()
