"""What Stream tells us and what we order from it.

Answers are read leniently, because they are a vendor's and change without notice: unknown fields are ignored,
placeholders (`-1`, `""`, null) become None, and an unknown state becomes `UNKNOWN`, never `READY`. Orders are strict,
because they are ours.
"""

import base64
import binascii
import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import (
    AliasChoices,
    AliasPath,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    field_validator,
)

UID_PATTERN = r"^[0-9A-Za-z]{1,32}$"
"""A uid or key id: 32 hexadecimal digits today, at most 32 characters by the reference. It goes into paths."""

_HOST = re.compile(r"(\*\.)?[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*(:\d{1,5})?")
_ANY_DATETIME = TypeAdapter(datetime)


class StreamState(StrEnum):
    """Where a video is in Cloudflare's life cycle; `UNKNOWN` for a state that we have never heard of.

    pending-upload → queued → in-progress → ready | error; a copy from an address starts with downloading.
    """

    PENDING_UPLOAD = "pendingupload"
    DOWNLOADING = "downloading"
    QUEUED = "queued"
    IN_PROGRESS = "inprogress"
    READY = "ready"
    ERROR = "error"
    LIVE_IN_PROGRESS = "live-inprogress"
    UNKNOWN = "unknown"


def rfc3339(moment: datetime, *, timespec: str = "auto") -> str:
    """An aware moment as Cloudflare wants it, in UTC with a `Z` (RFC 3339)."""
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone cannot be told to somebody else")
    return moment.astimezone(UTC).isoformat(timespec=timespec).removesuffix("+00:00") + "Z"


def valid_uid(uid: str) -> str:
    """The uid or key id itself, fit to stand in a path.

    Raises:
        ValueError: it is not one.
    """
    if not re.fullmatch(UID_PATTERN, uid):
        raise ValueError("not the uid of a Stream video or key")
    return uid


def pem_text(value: str) -> str:
    """The PEM text of a key given as PEM or as base64 of PEM, which is how Cloudflare hands it out.

    Raises:
        ValueError: it is neither. The value is not in the message.
    """
    text = value.strip()
    if not text.startswith("-----BEGIN "):
        try:
            text = base64.b64decode("".join(text.split()), validate=True).decode("ascii").strip()
        except (binascii.Error, UnicodeDecodeError):
            raise ValueError("neither PEM nor base64 of PEM") from None  # the cause would quote the key
    if not text.startswith("-----BEGIN "):
        raise ValueError("the base64 holds no PEM")
    return text + "\n"


def _state(value: Any) -> StreamState:
    try:
        return StreamState(value)
    except ValueError:
        return StreamState.UNKNOWN


def _number(value: Any) -> float | None:
    """A number, also when it came as text; None for nothing, for nonsense and for the placeholder -1."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) and number >= 0 else None


def _whole(value: Any) -> int | None:
    number = _number(value)
    return None if number is None else int(number)


def _moment(value: Any) -> datetime | None:
    """A moment of up to nanoseconds, cut to microseconds; UTC where the text does not say; year 1 is "not yet"."""
    try:
        moment = _ANY_DATETIME.validate_python(value)
    except ValidationError:
        return None
    if moment.year == 1:  # the zero value of the language that Cloudflare's API is written in
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _flag(value: Any) -> bool:
    return value is True or value == "true"


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _strings(value: Any) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _mapping(value: Any) -> dict[str, Any]:
    return dict(value) if isinstance(value, Mapping) else {}


_Number = Annotated[float | None, BeforeValidator(_number)]
_Whole = Annotated[int | None, BeforeValidator(_whole)]
_Moment = Annotated[datetime | None, BeforeValidator(_moment)]
_Flag = Annotated[bool, BeforeValidator(_flag)]
_Text = Annotated[str | None, BeforeValidator(_text)]


class _Answer(BaseModel):
    """Read from Cloudflare. Input stays out of validation errors: some answers hold secrets."""

    model_config = ConfigDict(extra="ignore", frozen=True, populate_by_name=True, hide_input_in_errors=True)


class StreamVideo(_Answer):
    """One video as Stream sees it: from the API or, with the same shape, from a webhook.

    `ready_to_stream` turns true with the first quality level, `state` may then still be in progress; `percent` is of
    the encoding, 0 to 100. `error_code` is one of Cloudflare's `ERR_…`, or one we do not know yet. `error_text` is
    for the log, never for a page. Sizes are bytes; width and height pixels; moments aware UTC. Whatever Stream does
    not know yet is None.
    """

    uid: str = Field(pattern=UID_PATTERN)
    creator: _Text = None
    state: Annotated[StreamState, BeforeValidator(_state)] = Field(
        default=StreamState.UNKNOWN, validation_alias=AliasPath("status", "state")
    )
    ready_to_stream: _Flag = Field(default=False, validation_alias="readyToStream")
    percent: _Number = Field(default=None, validation_alias=AliasPath("status", "pctComplete"))
    # The reference spells it one way, the prose of the documentation the other.
    error_code: _Text = Field(
        default=None,
        validation_alias=AliasChoices(AliasPath("status", "errorReasonCode"), AliasPath("status", "errReasonCode")),
    )
    error_text: _Text = Field(
        default=None,
        validation_alias=AliasChoices(AliasPath("status", "errorReasonText"), AliasPath("status", "errReasonText")),
    )
    size_bytes: _Whole = Field(default=None, validation_alias="size")
    duration_seconds: _Number = Field(default=None, validation_alias="duration")
    width: _Whole = Field(default=None, validation_alias=AliasPath("input", "width"))
    height: _Whole = Field(default=None, validation_alias=AliasPath("input", "height"))
    created: _Moment = None
    modified: _Moment = None
    uploaded: _Moment = None
    upload_expires_at: _Moment = Field(default=None, validation_alias="uploadExpiry")
    require_signed_urls: _Flag = Field(default=False, validation_alias="requireSignedURLs")
    allowed_origins: Annotated[list[str], BeforeValidator(_strings)] = Field(
        default_factory=list, validation_alias="allowedOrigins"
    )
    max_duration_seconds: _Whole = Field(default=None, validation_alias="maxDurationSeconds")
    hls_url: _Text = Field(default=None, validation_alias=AliasPath("playback", "hls"))
    thumbnail_url: _Text = Field(default=None, validation_alias="thumbnail")
    meta: Annotated[dict[str, Any], BeforeValidator(_mapping)] = Field(default_factory=dict)
    scheduled_deletion: _Moment = Field(default=None, validation_alias="scheduledDeletion")


class SigningKeyInfo(_Answer):
    """A playback signing key as Cloudflare lists it: the private half is shown at its creation only."""

    id: str = Field(pattern=UID_PATTERN)
    created: _Moment = None


class SigningKey(SigningKeyInfo):
    """A new playback signing key. `pem` is the PEM text of an RSA private key, to be sealed at once."""

    pem: Annotated[str, BeforeValidator(pem_text)] = Field(repr=False)


class StorageUsage(_Answer):
    """Minutes by Cloudflare's count. `limit_minutes` is what was bought; 0 if the account has no Stream."""

    used_minutes: float = Field(validation_alias="totalStorageMinutes", ge=0)
    limit_minutes: float = Field(validation_alias="totalStorageMinutesLimit", ge=0)
    video_count: int = Field(validation_alias="videoCount", ge=0)


class WebhookSubscription(_Answer):
    """The account's single webhook. `secret` signs what comes; a change of `url` makes Cloudflare choose a new one."""

    url: str = Field(validation_alias=AliasChoices("notificationUrl", "notification_url"), min_length=1)
    secret: _Text = Field(default=None, repr=False)
    modified: _Moment = None


class CreatedUpload(_Answer):
    """A video made for an upload. Whoever knows `upload_url` can fill it: treat it as a secret of its uploader."""

    uid: str = Field(pattern=UID_PATTERN)
    upload_url: str = Field(repr=False)


class UploadOffset(_Answer):
    """How far an upload has come: the bytes that Stream holds, of the bytes announced at creation."""

    offset_bytes: int = Field(ge=0)
    length_bytes: int = Field(ge=0)


class UploadOrder(BaseModel):
    """What we order from Stream for one upload. Signed playback is not in it: every upload is ordered so.

    `max_duration_seconds` is deducted from the account's storage until the upload ends, and a longer video fails
    after its last byte: probe the file and add a little. `expires_at`: from 2 minutes to 6 hours ahead. `creator` is
    our video id. `name` shows in Cloudflare's dashboard: an opaque name, no personal data. `allowed_origins` are
    hosts without scheme (`tool.example.edu`, `*.example.edu`, `localhost:8000`); empty means anywhere.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    size_bytes: int = Field(gt=0)
    max_duration_seconds: int = Field(ge=1, le=36_000)
    expires_at: AwareDatetime
    creator: str = Field(pattern=r"^[!-~]{1,64}$")  # travels as a header
    name: str = Field(min_length=1)
    allowed_origins: tuple[str, ...] = ()

    @field_validator("allowed_origins")
    @classmethod
    def _hosts_only(cls, origins: tuple[str, ...]) -> tuple[str, ...]:
        for origin in origins:
            if not _HOST.fullmatch(origin):
                raise ValueError(f"{origin!r} is not a host: leave out the scheme and the path")
        return origins


class RateBudget(BaseModel):
    """How many calls Cloudflare still lets this token make: `remaining` of `quota`, whole again in `reset_seconds`.

    The budget is shared with the dashboard and with everything else the token's owner does.
    """

    model_config = ConfigDict(frozen=True)

    remaining: int
    reset_seconds: int
    quota: int | None = None
    window_seconds: int | None = None

    @classmethod
    def from_headers(cls, headers: Mapping[str, str]) -> Self | None:
        """Read `Ratelimit` and `Ratelimit-Policy` (structured fields, RFC 9651); None if there is no usable one."""
        left = _parameters(headers.get("Ratelimit", ""))
        policy = _parameters(headers.get("Ratelimit-Policy", ""))
        if "r" not in left or "t" not in left:
            return None
        return cls(remaining=left["r"], reset_seconds=left["t"], quota=policy.get("q"), window_seconds=policy.get("w"))


def _parameters(field: str) -> dict[str, int]:
    first_item = field.split(",", maxsplit=1)[0]
    return {key: int(value) for key, value in re.findall(r";\s*([a-z]+)=(\d+)", first_item, re.ASCII)}
