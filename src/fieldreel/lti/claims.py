"""Names of the claims that we read, and typed reading of them.

Two kinds of text: *ids* are exact and refused when they do not fit; *labels* are for people, cut and cleaned. Neither
may hold what PostgreSQL cannot store (NUL, lone surrogates). Unknown claims are ignored (LTI Core §5.2).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self, TypeGuard

from fieldreel.lti.errors import InvalidIdToken
from fieldreel.lti.platform import origin_of

_LTI: Final = "https://purl.imsglobal.org/spec/lti/claim/"
MESSAGE_TYPE: Final = f"{_LTI}message_type"
VERSION: Final = f"{_LTI}version"
DEPLOYMENT_ID: Final = f"{_LTI}deployment_id"
TARGET_LINK_URI: Final = f"{_LTI}target_link_uri"
RESOURCE_LINK: Final = f"{_LTI}resource_link"
ROLES: Final = f"{_LTI}roles"
CONTEXT: Final = f"{_LTI}context"
TOOL_PLATFORM: Final = f"{_LTI}tool_platform"
LAUNCH_PRESENTATION: Final = f"{_LTI}launch_presentation"
CUSTOM: Final = f"{_LTI}custom"
AGS: Final = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
NRPS: Final = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"

MAX_ID: Final = 255
MAX_LABEL: Final = 255
MAX_URL: Final = 2048
_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")  # PostgreSQL stores no U+0000, UTF-8 no half characters


def is_id(value: object, *, limit: int = MAX_ID) -> TypeGuard[str]:
    """Whether `value` is storable text of 1 to `limit` characters."""
    return isinstance(value, str) and 0 < len(value) <= limit and _storable(value)


def require_id(claims: Mapping[str, Any], name: str) -> str:
    """The id called `name`.

    Raises:
        InvalidIdToken: missing, empty, longer than 255 characters (LTI Core §5.3), or not text.
    """
    value = claims.get(name)
    if not is_id(value):
        raise InvalidIdToken(f"id_{name.rpartition('/')[2]}")
    return value


def label(claims: Mapping[str, Any], name: str, *, limit: int = MAX_LABEL) -> str | None:
    """Text for people called `name`: white space collapsed, unprintable out, cut at `limit`; None if empty."""
    value = claims.get(name)
    if not isinstance(value, str):
        return None
    if not value.isprintable():
        value = "".join(char if char.isprintable() else " " for char in value)
    words = value.split()
    return " ".join(words)[:limit].rstrip() or None


def url(claims: Mapping[str, Any], name: str) -> str | None:
    """An absolute http(s) address called `name`, or None where there is none that can be used."""
    value = claims.get(name)
    return value if is_id(value, limit=MAX_URL) and origin_of(value) is not None else None


def mapping(claims: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The object called `name`, empty where it is missing.

    Raises:
        InvalidIdToken: it is there and no object.
    """
    value = claims.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise InvalidIdToken(f"type_{name.rpartition('/')[2]}")
    return value


def person_name(claims: Mapping[str, Any]) -> str | None:
    """`name`, else given and family name; None where the platform keeps names to itself."""
    parts = (label(claims, "given_name"), label(claims, "family_name"))
    return label(claims, "name") or " ".join(part for part in parts if part)[:MAX_LABEL] or None


@dataclass(frozen=True, slots=True)
class ResourceLinkClaim:
    """The link that was opened: `id` is unique per deployment; a missing title is normal (Canvas)."""

    id: str
    title: str | None

    @classmethod
    def read(cls, claims: Mapping[str, Any]) -> Self:
        """Read the required claim. Raises `InvalidIdToken` without an id."""
        link = mapping(claims, RESOURCE_LINK)
        return cls(id=require_id(link, "id"), title=label(link, "title"))


@dataclass(frozen=True, slots=True)
class ContextClaim:
    """The course: `id` is unique per deployment."""

    id: str
    label: str | None
    title: str | None

    @classmethod
    def read(cls, claims: Mapping[str, Any]) -> Self | None:
        """Read the claim, None where the link stands outside a course. Raises `InvalidIdToken` without an id."""
        context = mapping(claims, CONTEXT)
        if not context:
            return None
        return cls(id=require_id(context, "id"), label=label(context, "label"), title=label(context, "title"))


@dataclass(frozen=True, slots=True)
class AgsEndpoint:
    """Where scores go (AGS §3.1). `line_item_url` only when exactly one column belongs to the link."""

    line_item_url: str | None
    line_items_url: str | None
    scopes: tuple[str, ...]

    @classmethod
    def read(cls, claims: Mapping[str, Any]) -> Self | None:
        """Read the claim, None where the platform offers no gradebook for this link."""
        endpoint = mapping(claims, AGS)
        if not endpoint:
            return None
        scopes = endpoint.get("scope")
        return cls(
            line_item_url=url(endpoint, "lineitem"),
            line_items_url=url(endpoint, "lineitems"),
            scopes=tuple(scope for scope in scopes if is_id(scope)) if isinstance(scopes, list) else (),
        )


def _storable(value: str) -> bool:
    return _UNSTORABLE.search(value) is None
