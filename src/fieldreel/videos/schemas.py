"""Wire models of a video."""

from datetime import datetime
from enum import StrEnum
from typing import Self
from uuid import UUID

from pydantic import BaseModel, Field

from fieldreel.assignments.policy import Policy
from fieldreel.videos.models import DeletedReason, Video, VideoStatus


class VideoProblem(StrEnum):
    """Why Stream could not make a video playable, in our words; see `VIDEO_PROBLEMS`."""

    NON_VIDEO = "non_video"
    MALFORMED = "malformed"
    TOO_LONG = "too_long"
    TOO_SHORT = "too_short"
    UNKNOWN = "unknown"


# Stream's `errorReasonCode`; a code that is not here is treated like ERR_UNKNOWN.
VIDEO_PROBLEMS = {
    "ERR_NON_VIDEO": VideoProblem.NON_VIDEO,
    "ERR_MALFORMED_VIDEO": VideoProblem.MALFORMED,
    "ERR_DURATION_EXCEED_CONSTRAINT": VideoProblem.TOO_LONG,
    "ERR_DURATION_TOO_SHORT": VideoProblem.TOO_SHORT,
}
_HAS_BYTES = frozenset({VideoStatus.PROCESSING, VideoStatus.READY, VideoStatus.FAILED})


class VideoOut(BaseModel):
    """A video as its owner and its teachers see it. Times UTC; sizes in bytes, durations in seconds."""

    id: UUID
    assignment_id: UUID
    status: VideoStatus
    filename: str
    size_bytes: int = Field(description="As Stream counted it; as declared until then")
    duration_seconds: float | None
    width: int | None
    height: int | None
    progress_percent: float | None = Field(description="Of processing at Stream")
    error_code: str | None = Field(description="Stream's code, where it failed")
    error_reason: VideoProblem | None
    intent_at: datetime = Field(description="When the upload was asked for; counts for lateness")
    uploaded_at: datetime | None = Field(description="When Stream had all bytes")
    ready_at: datetime | None
    delete_at: datetime | None = Field(description="When the bytes are due to be deleted")
    deleted_at: datetime | None
    deleted_reason: DeletedReason | None

    @classmethod
    def of(cls, video: Video, policy: Policy) -> Self:
        """From its row; `policy` says how long it is kept."""
        return cls(
            id=video.id,
            assignment_id=video.assignment_id,
            status=video.status,
            filename=video.filename,
            size_bytes=video.size_bytes or video.declared_bytes,
            duration_seconds=video.duration_seconds,
            width=video.width,
            height=video.height,
            progress_percent=video.progress_percent,
            error_code=video.error_code,
            error_reason=VIDEO_PROBLEMS.get(video.error_code, VideoProblem.UNKNOWN) if video.error_code else None,
            intent_at=video.intent_at,
            uploaded_at=video.uploaded_at,
            ready_at=video.ready_at,
            delete_at=policy.delete_after(video.uploaded_at)
            if video.uploaded_at and video.status in _HAS_BYTES
            else None,
            deleted_at=video.deleted_at,
            deleted_reason=video.deleted_reason,
        )
