"""The rules for what an upload may ask for: the JSON body, the tus `Upload-Metadata` header, and edits."""

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from fieldreel.emulators.stream.wire import bad_request, not_found, parse_moment

Warn = Callable[[str], None]

LONGEST_SECONDS = 36_000
_CREATOR_LENGTH = 64
_SHORTEST_EXPIRY, _LONGEST_EXPIRY = timedelta(minutes=2), timedelta(hours=6)
DEFAULT_EXPIRY = timedelta(minutes=30)
_SHORTEST_KEEPING, _LONGEST_KEEPING = timedelta(days=30), timedelta(days=1096)
_PAIR = re.compile(r"(?P<key>[!-+\--~]+)(?: (?P<value>[A-Za-z0-9+/]*={0,2}))?")

DIRECT_UPLOAD_KEYS = frozenset(
    {
        "maxDurationSeconds",
        "expiry",
        "creator",
        "meta",
        "requireSignedURLs",
        "allowedOrigins",
        "thumbnailTimestampPct",
        "scheduledDeletion",
        "watermark",
    }
)
EDIT_KEYS = frozenset(
    {
        "uid",
        "creator",
        "meta",
        "requireSignedURLs",
        "allowedOrigins",
        "scheduledDeletion",
        "thumbnailTimestampPct",
        "maxDurationSeconds",
        "uploadExpiry",
        "publicDetails",
    }
)


@dataclass
class Wishes:
    """What the maker of an upload URL asked for."""

    max_duration_seconds: int | None = None
    expiry: datetime | None = None
    creator: str | None = None
    meta: dict[str, Any] = field(default_factory=dict)
    require_signed_urls: bool = False
    allowed_origins: list[str] = field(default_factory=list)
    thumbnail_timestamp_pct: float = 0.0
    scheduled_deletion: datetime | None = None


def warn_of_unknown(body: Mapping[str, Any], known: frozenset[str], call: str, warn: Warn) -> None:
    """Count the keys that the real service ignores in silence (cloudflare-go#1201 is one such misspelling)."""
    for key in body.keys() - known:
        warn(f"{call}: unknown key {key!r} was ignored")


def duration_limit(value: Any) -> int:
    """`maxDurationSeconds`: 1 to 36,000."""
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= LONGEST_SECONDS:
        raise bad_request(f"Bad Request: maxDurationSeconds must be between 1 and {LONGEST_SECONDS}")
    return value


def expiry(value: Any, now: datetime) -> datetime:
    """`expiry` or `uploadExpiry`: 2 minutes to 6 hours ahead."""
    at = parse_moment(value, "expiry")
    if not now + _SHORTEST_EXPIRY <= at <= now + _LONGEST_EXPIRY:
        raise bad_request("Bad Request: expiry must be between 2 minutes and 6 hours from now")
    return at


def scheduled_deletion(value: Any, since: datetime) -> datetime | None:
    """`scheduledDeletion`: 30 to 1,096 days after the upload; null clears it."""
    if value is None:
        return None
    at = parse_moment(value, "scheduledDeletion")
    if not since + _SHORTEST_KEEPING <= at <= since + _LONGEST_KEEPING:
        raise bad_request("Bad Request: scheduledDeletion must be between 30 and 1096 days from the upload")
    return at


def origins(value: Any) -> list[str]:
    """`allowedOrigins`: host names, a port where it is not the default one, never a scheme or a path."""
    if not isinstance(value, list) or not all(isinstance(entry, str) and entry for entry in value):
        raise bad_request("Bad Request: allowedOrigins must be a list of host names")
    for entry in value:
        if "://" in entry:
            raise bad_request(f"validation failed: allowed origin must not specify protocol: {entry}")
        if "/" in entry or " " in entry:
            raise bad_request(f"validation failed: allowed origin must be a host name: {entry}")
    return list(value)


def fraction(value: Any) -> float:
    """`thumbnailTimestampPct`: 0 to 1."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise bad_request("Bad Request: thumbnailTimestampPct must be between 0 and 1")
    return float(value)


def creator(value: Any) -> str:
    """`creator` or `Upload-Creator`: at most 64 characters."""
    if not isinstance(value, str) or len(value) > _CREATOR_LENGTH:
        raise bad_request(f"Bad Request: creator must be text of at most {_CREATOR_LENGTH} characters")
    return value


def mapping(value: Any, name: str) -> dict[str, Any]:
    """`meta` or `publicDetails`: an object."""
    if not isinstance(value, dict):
        raise bad_request(f"Bad Request: {name} must be an object")
    return value


def flag(value: Any, name: str) -> bool:
    """`requireSignedURLs`: a boolean."""
    if not isinstance(value, bool):
        raise bad_request(f"Bad Request: {name} must be a boolean")
    return value


def from_json(body: Mapping[str, Any], now: datetime, warn: Warn) -> Wishes:
    """What the body of `POST /stream/direct_upload` asks for; `maxDurationSeconds` is required."""
    warn_of_unknown(body, DIRECT_UPLOAD_KEYS, "direct_upload", warn)
    wishes = Wishes(max_duration_seconds=duration_limit(body.get("maxDurationSeconds")))
    if body.get("watermark"):
        raise not_found("watermark")
    if body.get("expiry") is not None:
        wishes.expiry = expiry(body["expiry"], now)
    if body.get("creator") is not None:
        wishes.creator = creator(body["creator"])
    if body.get("meta") is not None:
        wishes.meta = mapping(body["meta"], "meta")
    if "requireSignedURLs" in body:
        wishes.require_signed_urls = flag(body["requireSignedURLs"], "requireSignedURLs")
    if body.get("allowedOrigins") is not None:
        wishes.allowed_origins = origins(body["allowedOrigins"])
    if body.get("thumbnailTimestampPct") is not None:
        wishes.thumbnail_timestamp_pct = fraction(body["thumbnailTimestampPct"])
    wishes.scheduled_deletion = scheduled_deletion(body.get("scheduledDeletion"), now)
    return wishes


def parse_metadata(header: str, warn: Warn) -> dict[str, str | None]:
    """The pairs of `Upload-Metadata` (tus 1.0.0, creation): keys with base64 values, or keys alone.

    Raises:
        Refusal: 400 for anything outside the grammar.
    """
    pairs: dict[str, str | None] = {}
    for part in header.split(",") if header else []:
        if part != part.strip(" "):
            warn("Upload-Metadata: a space beside a comma")
        match = _PAIR.fullmatch(part.strip(" "))
        if match is None or match["key"] in pairs:
            raise bad_request(f"Bad Request: invalid Upload-Metadata near {part!r}")
        try:
            value = match["value"]
            pairs[match["key"]] = None if value is None else base64.b64decode(value, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            raise bad_request(f"Bad Request: invalid Upload-Metadata value of {match['key']!r}") from None
    return pairs


def from_metadata(pairs: Mapping[str, str | None], now: datetime, warn: Warn) -> Wishes:
    """What an `Upload-Metadata` header asks for. Key names are compared without case; others land in `meta`."""
    wishes = Wishes()
    for key, given in pairs.items():
        value = given or ""
        match key.lower():
            case "requiresignedurls":
                wishes.require_signed_urls = True
                if value.lower() in {"false", "0"}:
                    warn("Upload-Metadata: requiresignedurls turns signing on whatever its value")
            case "maxdurationseconds":
                wishes.max_duration_seconds = duration_limit(
                    int(value) if value.isascii() and value.isdigit() else None
                )
            case "expiry":
                wishes.expiry = expiry(value, now)
            case "allowedorigins":
                wishes.allowed_origins = origins(value.split(","))
            case "thumbnailtimestamppct":
                wishes.thumbnail_timestamp_pct = fraction(_number(value))
            case "scheduleddeletion":
                wishes.scheduled_deletion = scheduled_deletion(value, now)
            case "watermark":
                raise not_found("watermark")
            case _:
                wishes.meta[key] = value
    return wishes


def _number(value: str) -> float | None:
    try:
        return float(value)
    except ValueError:
        return None
