"""The video: an asset at Stream, the upload that brings it there, and its life until deletion."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Float, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from fieldreel.db import Base, Json


class VideoStatus(StrEnum):
    """Where a video is in its life; see `Video`."""

    REQUESTED = "requested"
    UPLOADING = "uploading"
    PROCESSING = "processing"
    READY = "ready"
    FAILED = "failed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    DELETING = "deleting"
    DELETED = "deleted"


class DeletedReason(StrEnum):
    """Why a video's bytes were deleted at Stream."""

    RETENTION = "retention"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    GONE_AT_STREAM = "gone_at_stream"
    PERSON_ERASED = "person_erased"


TRANSITIONS: dict[VideoStatus, frozenset[VideoStatus]] = {
    VideoStatus.REQUESTED: frozenset({VideoStatus.UPLOADING, VideoStatus.CANCELLED, VideoStatus.EXPIRED}),
    VideoStatus.UPLOADING: frozenset(
        {
            VideoStatus.PROCESSING,
            VideoStatus.READY,
            VideoStatus.FAILED,
            VideoStatus.EXPIRED,
            VideoStatus.CANCELLED,
            VideoStatus.DELETED,
        }
    ),
    VideoStatus.PROCESSING: frozenset(
        {VideoStatus.READY, VideoStatus.FAILED, VideoStatus.CANCELLED, VideoStatus.DELETING, VideoStatus.DELETED}
    ),
    VideoStatus.READY: frozenset({VideoStatus.CANCELLED, VideoStatus.DELETING, VideoStatus.DELETED}),
    VideoStatus.FAILED: frozenset(
        {VideoStatus.READY, VideoStatus.CANCELLED, VideoStatus.DELETING, VideoStatus.DELETED}
    ),
    VideoStatus.EXPIRED: frozenset({VideoStatus.DELETING, VideoStatus.DELETED}),
    VideoStatus.CANCELLED: frozenset({VideoStatus.DELETING, VideoStatus.DELETED}),
    VideoStatus.DELETING: frozenset({VideoStatus.DELETED}),
    VideoStatus.DELETED: frozenset(),
}


class Video(Base):
    """One video and its upload; the id is also the `creator` that Stream keeps for it.

    ::

        requested ──▶ uploading ──▶ processing ──▶ ready
            │             │  │           │           │
            │             │  └──▶ ready / failed ◀───┘ (failed: Stream could not make it playable)
            ├─▶ expired ◀─┤           │
            └─▶ cancelled ◀───────────┘
                    every end ──▶ deleting ──▶ deleted

    `expired` and `cancelled` still owe Stream a DELETE; `deleting` means that the call may have been made. A row stays
    after `deleted`: the grade, the receipt and the certificate refer to it.
    """

    __tablename__ = "videos"
    __table_args__ = (
        UniqueConstraint("person_id", "request_key"),
        Index(
            "ix_videos_due_check",
            "next_check_at",
            postgresql_where=text("status IN ('requested', 'uploading', 'processing')"),
        ),
        Index("ix_videos_kept", "uploaded_at", postgresql_where=text("status IN ('ready', 'failed', 'processing')")),
        Index(
            "ix_videos_owed_deletion",
            "next_check_at",
            postgresql_where=text("status IN ('expired', 'cancelled', 'deleting')"),
        ),
        Index("ix_videos_assignment_id_person_id", "assignment_id", "person_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    assignment_id: Mapped[UUID] = mapped_column(ForeignKey("assignments.id", ondelete="RESTRICT"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="RESTRICT"))
    status: Mapped[VideoStatus]
    request_key: Mapped[str]
    request_hash: Mapped[bytes]
    stream_uid: Mapped[str | None] = mapped_column(unique=True)

    filename: Mapped[str]
    mime_type: Mapped[str]
    fingerprint: Mapped[str]
    declared_bytes: Mapped[int]
    declared_duration_seconds: Mapped[float | None] = mapped_column(Float)
    max_duration_seconds: Mapped[int]
    upload_url_sealed: Mapped[bytes | None]
    upload_expires_at: Mapped[datetime | None]
    offset_bytes: Mapped[int] = mapped_column(server_default=text("0"))

    size_bytes: Mapped[int | None]
    duration_seconds: Mapped[float | None] = mapped_column(Float)
    width: Mapped[int | None]
    height: Mapped[int | None]
    progress_percent: Mapped[float | None] = mapped_column(Float)
    error_code: Mapped[str | None]

    intent_at: Mapped[datetime]
    uploaded_at: Mapped[datetime | None]
    ready_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]

    next_check_at: Mapped[datetime | None]
    checked_at: Mapped[datetime | None]
    stream_modified_at: Mapped[datetime | None]
    deletion_attempts: Mapped[int] = mapped_column(server_default=text("0"))
    deletion_error: Mapped[str | None]
    deleted_at: Mapped[datetime | None]
    deleted_reason: Mapped[DeletedReason | None]
    certificate: Mapped[Json | None]
