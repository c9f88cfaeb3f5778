"""What may be uploaded, decided before a byte is sent. Pure."""

import hashlib
import math
from datetime import datetime
from pathlib import PurePath

from fieldreel.assignments.policy import ACCEPTED_EXTENSIONS, ClosedReason, Policy
from fieldreel.errors import FieldreelError
from fieldreel.uploads.errors import (
    EmptyFile,
    SubmissionsClosed,
    UnsupportedVideo,
    UploadNotOpen,
    VideoTooLarge,
    VideoTooLong,
)
from fieldreel.uploads.schemas import StartUploadRequest

_CLOSED: dict[ClosedReason, type[FieldreelError]] = {
    ClosedReason.NOT_OPEN: UploadNotOpen,
    ClosedReason.CLOSED: SubmissionsClosed,
}
LONGEST_SECONDS = 36_000
"""Stream's own limit of `maxDurationSeconds`."""
_GIGABYTE = 1_000_000_000


def check_file(wanted: StartUploadRequest, policy: Policy) -> None:
    """Refuse a file that the assignment does not take.

    Raises:
        EmptyFile, VideoTooLarge, VideoTooLong, UnsupportedVideo: each says the limit and what to do.
    """
    if wanted.size_bytes == 0:
        raise EmptyFile
    if wanted.size_bytes > policy.max_bytes:
        raise VideoTooLarge(
            f"It is {_gigabytes(wanted.size_bytes)}; the limit is {_gigabytes(policy.max_bytes)}. "
            "Your phone or editor can export it at 1080p, usually under 1 GB.",
            extensions={"max_bytes": policy.max_bytes},
        )
    if wanted.duration_seconds is not None and wanted.duration_seconds > policy.max_duration_seconds + 1:
        raise VideoTooLong(
            f"It is {_minutes(wanted.duration_seconds)}; the limit is {_minutes(policy.max_duration_seconds)}. "
            "Trim it, then choose it again.",
            extensions={"max_duration_seconds": policy.max_duration_seconds},
        )
    suffix = PurePath(wanted.filename.lower()).suffix
    # Without an ending the bytes decide: Stream looks at them, and the browser has looked already.
    if suffix and suffix not in ACCEPTED_EXTENSIONS:
        raise UnsupportedVideo(extensions={"accepted_extensions": list(ACCEPTED_EXTENSIONS)})
    if wanted.mime_type and not wanted.mime_type.lower().startswith(("video/", "application/")):
        raise UnsupportedVideo(extensions={"accepted_extensions": list(ACCEPTED_EXTENSIONS)})


def check_time(policy: Policy, now: datetime) -> None:
    """Refuse an upload before the opening or after the closing date.

    Raises:
        UploadNotOpen, SubmissionsClosed: with the date.
    """
    reason = policy.closed_reason(now)
    if reason is not None:
        at = policy.opens_at if reason is ClosedReason.NOT_OPEN else policy.closes_at
        raise _CLOSED[reason](extensions={"at": at.isoformat() if at else None})


def reserved_seconds(wanted: StartUploadRequest, policy: Policy, slack_percent: int) -> int:
    """What to reserve at Stream: the probed duration with some slack, never more than the assignment's limit.

    Stream takes `maxDurationSeconds` off the prepaid storage until the upload has ended, and refuses a longer video
    only after its last byte; so it is told as little as is safe.
    """
    if wanted.duration_seconds is None:
        return policy.max_duration_seconds
    wanted_seconds = math.ceil(wanted.duration_seconds * (1 + slack_percent / 100)) + 2
    return min(wanted_seconds, max(policy.max_duration_seconds, math.ceil(wanted.duration_seconds)), LONGEST_SECONDS)


def request_hash(wanted: StartUploadRequest) -> bytes:
    """What tells the same request from another one under the same idempotency key."""
    return hashlib.sha256(wanted.model_dump_json().encode()).digest()


def _gigabytes(size: int) -> str:
    return f"{size / _GIGABYTE:.1f} GB"


def _minutes(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d} min"
