"""Writing the log: always in the transaction of what it tells of."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from fieldreel.audit import queries
from fieldreel.kit.clock import Clock


class Event(StrEnum):
    """Everything that the log can tell."""

    LAUNCHED = "launch.accepted"
    ASSIGNMENT_CHANGED = "assignment.changed"
    UPLOAD_STARTED = "upload.started"
    UPLOAD_RETRIED = "upload.retried"
    UPLOAD_PAUSED = "upload.paused"
    UPLOAD_RESUMED = "upload.resumed"
    UPLOAD_FAILED = "upload.failed"
    UPLOAD_RECEIVED = "upload.received"
    UPLOAD_CANCELLED = "upload.cancelled"
    UPLOAD_EXPIRED = "upload.expired"
    VIDEO_READY = "video.ready"
    VIDEO_FAILED = "video.failed"
    VIDEO_PLAYED = "video.played"
    VIDEO_DELETED = "video.deleted"
    VIDEO_DELETION_FAILED = "video.deletion_failed"
    STREAM_FAILED = "stream.failed"
    WEBHOOK_REFUSED = "webhook.refused"
    SUBMITTED = "submission.submitted"
    WITHDRAWN = "submission.withdrawn"
    GRADED = "grade.saved"
    SCORE_SENT = "score.sent"
    SCORE_FAILED = "score.failed"


class Audit:
    """Appends events with the service's clock."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def record(
        self,
        session: AsyncSession,
        event: Event,
        *,
        deployment_id: UUID | None = None,
        actor_id: UUID | None = None,
        assignment_id: UUID | None = None,
        video_id: UUID | None = None,
        submission_id: UUID | None = None,
        **data: Any,
    ) -> None:
        """Append one event; `data` holds JSON values, never a token, a link or a name of a person."""
        await queries.insert_event(
            session,
            at=self._clock.now(),
            event=event.value,
            deployment_id=deployment_id,
            actor_id=actor_id,
            assignment_id=assignment_id,
            video_id=video_id,
            submission_id=submission_id,
            data=data,
        )
