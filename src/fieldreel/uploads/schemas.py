"""Wire models of uploads."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from fieldreel.stream.tus import CHUNK_ADVISED, CHUNK_MIN
from fieldreel.videos.models import Video, VideoStatus

# PostgreSQL's text holds every character but this one.
NO_NUL = r"^[^\x00]*$"


class StartUploadRequest(BaseModel):
    """What the browser knows of a file before a byte is sent."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "assignment_id": "0198c1f0-8a52-7c3e-9d5b-2f6f4f1f0a11",
                    "filename": "hand-hygiene-take2.mov",
                    "size_bytes": 734003200,
                    "mime_type": "video/quicktime",
                    "duration_seconds": 492.4,
                    "fingerprint": "hand-hygiene-take2.mov|734003200|1793692800000|9f2c61d0",
                }
            ]
        },
    )

    assignment_id: UUID
    filename: Annotated[str, Field(min_length=1, max_length=255, pattern=NO_NUL)]
    size_bytes: Annotated[int, Field(ge=0, description="Exact: Stream is told it before the first byte")]
    mime_type: Annotated[
        str, Field(max_length=100, pattern=NO_NUL, description="As the browser says; may be empty")
    ] = ""
    duration_seconds: Annotated[
        float | None, Field(gt=0, allow_inf_nan=False, description="As probed in the browser; `null` if it could not")
    ] = None
    fingerprint: Annotated[
        str,
        Field(min_length=1, max_length=300, pattern=NO_NUL, description="Same file, same text: what resuming compares"),
    ]


class UploadOut(BaseModel):
    """An upload; its id is the video's id."""

    id: UUID
    assignment_id: UUID
    status: VideoStatus
    filename: str
    size_bytes: int
    fingerprint: str
    upload_url: str | None = Field(description="Where to PATCH (tus 1.0.0), while it can still take bytes")
    offset_bytes: int = Field(description="Last offset that we know of; ask `/offset` for Stream's own")
    chunk_size_bytes: int = Field(CHUNK_MIN, description="Size to begin with; always a multiple of 262,144")
    max_chunk_size_bytes: int = CHUNK_ADVISED
    expires_at: datetime | None
    created_at: datetime

    @classmethod
    def of(cls, video: Video, upload_url: str | None) -> Self:
        """From the video's row and its unsealed address."""
        return cls(
            id=video.id,
            assignment_id=video.assignment_id,
            status=video.status,
            filename=video.filename,
            size_bytes=video.declared_bytes,
            fingerprint=video.fingerprint,
            upload_url=upload_url,
            offset_bytes=video.offset_bytes,
            expires_at=video.upload_expires_at,
            created_at=video.intent_at,
        )


class OffsetOut(BaseModel):
    """How far Stream is."""

    offset_bytes: int
    size_bytes: int


class UploadEventKind(StrEnum):
    """What a browser may tell of an upload."""

    RETRIED = "retried"
    FAILED = "failed"
    PAUSED = "paused"
    RESUMED = "resumed"


class UploadEventRequest(BaseModel):
    """Something that happened to an upload in the browser: for the log, never for a decision."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"kind": "retried", "reason": "network.offline", "offset_bytes": 5242880}]},
    )

    kind: UploadEventKind
    reason: Annotated[str, Field(pattern=r"^[a-z_]+(\.[a-z0-9_]+){0,3}$", max_length=80)]
    offset_bytes: Annotated[int, Field(ge=0)] = 0
    detail: Annotated[str | None, Field(max_length=500, pattern=NO_NUL)] = None
