"""What the protocol needs to know of one registration, free of any table."""

from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID


@dataclass(frozen=True, slots=True)
class RegisteredPlatform:
    """One (issuer, client_id) at a platform and where its endpoints are (LTI Security Framework §5.1.1, §6).

    Attributes:
        registration_id: ours; caches of keys and tokens are separated by it.
        issuer: exact `iss`; never normalised, a trailing slash counts.
        token_audience: `aud` of our client assertions; None means the token URL.
    """

    registration_id: UUID
    issuer: str
    client_id: str
    authorization_url: str
    token_url: str
    jwks_url: str
    token_audience: str | None = None


def origin_of(url: str) -> str | None:
    """`scheme://host[:port]` in lower case, or None where `url` is no absolute http(s) address."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return None
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    default = {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{host}" + (f":{port}" if port not in {None, default} else "")
