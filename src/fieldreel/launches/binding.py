"""The cookie that ties a login to the browser that began it, so that nobody can make somebody else finish it.

`Partitioned` (CHIPS): Chromium returns no other cookie to us inside an LMS frame. One cookie per login, its name made
from the state, so that two assignments that open side by side do not overwrite each other. Its value is random and
independent of the state, which travels through the platform and its logs.

Starlette's own `partitioned=True` raises before Python 3.14, so the header is written here.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from fieldreel.kit.crypto import digest

PREFIX: Final = "__Host-fieldreel_"
MAX_AGE_SECONDS: Final = 600
MAX_COOKIES: Final = 10
_ATTRIBUTES: Final = "Path=/; Secure; HttpOnly; SameSite=None; Partitioned"


def cookie_name(state: str) -> str:
    """Name of the cookie that belongs to `state`; the state cannot be read from it."""
    return PREFIX + digest(f"cookie:{state}").hex()[:12]


def set_cookie(state: str, binding: str) -> str:
    """`Set-Cookie` that hands `binding` to the browser for ten minutes."""
    return f"{cookie_name(state)}={binding}; Max-Age={MAX_AGE_SECONDS}; {_ATTRIBUTES}"


def clear_cookie(name: str) -> str:
    """`Set-Cookie` that takes a cookie of ours away; its attributes must match those that set it."""
    return f"{name}=; Max-Age=0; {_ATTRIBUTES}"


def surplus(cookies: Mapping[str, str]) -> Iterable[str]:
    """Names of our oldest cookies beyond ten minus the one to come: browsers send older ones first (RFC 6265 §5.4)."""
    ours = [name for name in cookies if name.startswith(PREFIX)]
    return ours[: max(0, len(ours) - (MAX_COOKIES - 1))]
