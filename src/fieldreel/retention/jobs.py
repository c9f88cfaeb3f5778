"""The retention sweep."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import structlog

from fieldreel.audit.service import Audit, Event
from fieldreel.db import Begin
from fieldreel.errors import FieldreelError, ServiceUnavailable
from fieldreel.kit.clock import Clock
from fieldreel.kit.ids import short_code
from fieldreel.retention import queries
from fieldreel.uploads.service import Uploads
from fieldreel.videos import queries as video_queries
from fieldreel.videos.models import DeletedReason, Video, VideoStatus
from fieldreel.videos.service import Videos

log = structlog.get_logger(__name__)

BATCH = 20  # also the most rows that this process holds in memory
LEASE = timedelta(minutes=10)
_MOST_PAUSE = timedelta(days=1)
_REASONS = {
    VideoStatus.EXPIRED: DeletedReason.EXPIRED,
    VideoStatus.CANCELLED: DeletedReason.CANCELLED,
}


@dataclass(frozen=True, slots=True)
class Due:
    """One claimed deletion."""

    video_id: UUID
    uid: str | None


@dataclass
class SweepReport:
    """What a sweep did."""

    deleted: int = 0
    failed: int = 0


class Sweeper:
    """Deletes what is due. May die anywhere: a claimed row is `deleting`, and the next sweep finishes it."""

    def __init__(
        self, *, begin: Begin, clock: Clock, audit: Audit, videos: Videos, uploads: Uploads, default_days: int
    ) -> None:
        self._begin = begin
        self._clock = clock
        self._audit = audit
        self._videos = videos
        self._uploads = uploads
        self._default_days = default_days

    async def run(self) -> SweepReport:
        """Delete everything that is due now. One that fails is put off with growing pauses; the rest go on."""
        report = SweepReport()
        while due := await self._claim():
            for one in due:
                await self._delete(one, report)
        return report

    async def _claim(self) -> list[Due]:
        now = self._clock.now()
        async with self._begin() as session:
            videos = await queries.claim_due_deletions(session, now=now, default_days=self._default_days, batch=BATCH)
            for video in videos:
                video.deleted_reason = video.deleted_reason or _REASONS.get(video.status, DeletedReason.RETENTION)
                if video.status is not VideoStatus.DELETING:
                    await self._videos.move(session, video, VideoStatus.DELETING)
                video.deletion_attempts += 1
                video.next_check_at = now + LEASE
            return [Due(video.id, video.stream_uid) for video in videos]

    async def _delete(self, due: Due, report: SweepReport) -> None:
        try:
            await self._uploads.delete_at_stream(due.video_id, due.uid)
        except ServiceUnavailable:  # our own database: nothing can be noted, nobody can go on
            raise
        except FieldreelError as error:
            await self._put_off(due, error.slug, report)
            return
        except Exception:
            log.exception("deletion_broke", video_id=str(due.video_id))
            await self._put_off(due, FieldreelError.slug, report)
            return
        async with self._begin() as session:
            video = await video_queries.lock_video(session, due.video_id)
            if video.status is VideoStatus.DELETING:
                self._certify(video)
                await self._videos.move(session, video, VideoStatus.DELETED)
                await self._audit.record(
                    session,
                    Event.VIDEO_DELETED,
                    assignment_id=video.assignment_id,
                    video_id=video.id,
                    reason=video.deleted_reason,
                    certificate=(video.certificate or {}).get("number"),
                )
        report.deleted += 1

    def _certify(self, video: Video) -> None:
        video.deleted_at, video.deletion_error = self._clock.now(), None
        video.certificate = {
            "number": f"VD-{short_code()}",
            "stream_uid": video.stream_uid,
            "deleted_at": video.deleted_at.isoformat(),
            "reason": video.deleted_reason,
            "size_bytes": video.size_bytes,
            "duration_seconds": video.duration_seconds,
            "attempts": video.deletion_attempts,
        }

    async def _put_off(self, due: Due, reason: str, report: SweepReport) -> None:
        async with self._begin() as session:
            video = await video_queries.lock_video(session, due.video_id)
            pause = min(_MOST_PAUSE, timedelta(minutes=5) * 2 ** min(video.deletion_attempts, 10))
            video.next_check_at = self._clock.now() + pause
            video.deletion_error = reason
            await self._audit.record(
                session,
                Event.VIDEO_DELETION_FAILED,
                assignment_id=video.assignment_id,
                video_id=video.id,
                reason=reason,
            )
        log.warning("video_not_deleted", video_id=str(due.video_id), reason=reason)
        report.failed += 1
