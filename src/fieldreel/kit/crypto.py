"""Sealing of secrets at rest, and hashes of random values that we must recognise but not know."""

import hashlib
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


class SealBroken(Exception):
    """A sealed value that none of our keys opens: a key was removed too early, or the row was changed."""


class Sealer:
    """Seals values with the first key and opens them with any (MultiFernet: AES-128-CBC with HMAC-SHA256).

    Rotation: put a new key first, restart, re-seal the rows, then drop the old key.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        """Take Fernet keys (32 bytes, URL-safe base64), newest first.

        Raises:
            ValueError: no key, or one of another shape.
        """
        if not keys:
            raise ValueError("at least one key is needed")
        self._keys = tuple(keys)
        self._fernet = MultiFernet([Fernet(key) for key in keys])

    def seal(self, value: str | bytes) -> bytes:
        """Ciphertext of `value`; another one each time."""
        return self._fernet.encrypt(value.encode() if isinstance(value, str) else value)

    def open(self, sealed: bytes) -> bytes:
        """The value that was sealed.

        Raises:
            SealBroken: no key opens it.
        """
        try:
            return self._fernet.decrypt(sealed)
        except InvalidToken as error:
            raise SealBroken("none of the secret keys opens this value") from error

    def derive(self, purpose: str) -> list[bytes]:
        """One 32-byte key per secret key for `purpose`, newest first (HKDF-SHA256, RFC 5869)."""
        return [
            HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=f"fieldreel/{purpose}".encode()).derive(
                key.encode()
            )
            for key in self._keys
        ]


def digest(value: str) -> bytes:
    """SHA-256 of a random value of ours: what a table keeps instead of the value itself."""
    return hashlib.sha256(value.encode()).digest()


def new_key() -> str:
    """A fresh key for `Sealer`."""
    return Fernet.generate_key().decode()
