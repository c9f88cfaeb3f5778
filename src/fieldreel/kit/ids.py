"""Identifiers: UUIDv7 for rows (sorted by time), short codes for people, random text for secrets."""

import secrets
import time
import uuid

# Without I, L, O, U and the digits that look like them: a code is read aloud to a help desk.
_CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def uuid7() -> uuid.UUID:
    """A new UUIDv7: 48 bits of Unix milliseconds, then 74 random bits (RFC 9562 §5.7)."""
    value = (time.time_ns() // 1_000_000) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return uuid.UUID(int=value)


def short_code(groups: int = 2, size: int = 4) -> str:
    """A code that a person can copy by hand, such as `7F3K-21QD`; `groups * size` characters of 4.9 bits each."""
    return "-".join("".join(secrets.choice(_CODE_ALPHABET) for _ in range(size)) for _ in range(groups))


def reference() -> str:
    """A reference for one problem, `VA-7F3K-21`: shown to the person and written to the log."""
    return f"VA-{short_code(1)}-{short_code(1, 2)}"


def secret(n_bytes: int = 32) -> str:
    """URL-safe random text of `n_bytes` bytes of entropy (256 bits unless told otherwise)."""
    return secrets.token_urlsafe(n_bytes)
