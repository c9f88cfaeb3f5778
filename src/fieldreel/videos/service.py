"""The state machine of videos, and who may see one."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from fieldreel.assignments.service import Assignments
from fieldreel.audit.service import Audit, Event
from fieldreel.errors import NotFound
from fieldreel.kit.clock import Clock
from fieldreel.launches.principal import Principal
from fieldreel.stream.models import StreamState, StreamVideo
from fieldreel.videos import queries
from fieldreel.videos.errors import WrongVideoState
from fieldreel.videos.models import TRANSITIONS, DeletedReason, Video, VideoStatus
from fieldreel.videos.schemas import VIDEO_PROBLEMS, VideoOut, VideoProblem

# An order at Stream that has not been answered by then has died on the way.
ANSWER_WITHIN = timedelta(minutes=2)

_PROCESSING = frozenset({StreamState.QUEUED, StreamState.IN_PROGRESS, StreamState.DOWNLOADING})
_LOOK_AGAIN = (
    (timedelta(minutes=30), timedelta(minutes=1)),
    (timedelta(hours=6), timedelta(minutes=5)),
    (timedelta.max, timedelta(minutes=30)),
)


class Videos:
    """Local use-cases on one video: they take a session, lock the row, and never commit."""

    def __init__(self, *, clock: Clock, audit: Audit, assignments: Assignments) -> None:
        self._clock = clock
        self._audit = audit
        self._assignments = assignments

    async def show_own(self, session: AsyncSession, principal: Principal, video_id: UUID) -> VideoOut:
        """A video as its owner sees it.

        Raises:
            NotFound: somebody else's, or of another assignment.
        """
        video = require_own(principal, await queries.get_video(session, video_id))
        return await self.shown(session, video)

    async def shown(self, session: AsyncSession, video: Video) -> VideoOut:
        """The wire form of `video` under its assignment's present policy."""
        return VideoOut.of(video, await self._assignments.require_policy(session, video.assignment_id))

    async def move(self, session: AsyncSession, video: Video, to: VideoStatus) -> None:
        """Move a locked video along the state machine.

        Raises:
            WrongVideoState: there is no such transition.
        """
        if to not in TRANSITIONS[video.status]:
            raise WrongVideoState(extensions={"video_status": video.status.value, "wanted": to.value})
        video.status = to
        if to in queries.ENDED:
            video.upload_url_sealed = None
        await session.flush()

    async def observe(self, session: AsyncSession, video: Video, seen: StreamVideo | None) -> None:
        """Take over what Stream says of a locked video; `seen` None means that Stream does not know it.

        Idempotent, and safe out of order: an older `modified` changes nothing, nor does anything after the end.
        """
        if video.status in queries.ENDED:
            return
        now = self._clock.now()
        video.checked_at = now
        video.next_check_at = now + _pause(now - video.intent_at)
        if seen is None:
            await self.note_deleted(session, video, DeletedReason.GONE_AT_STREAM)
            return
        if video.stream_modified_at and seen.modified and seen.modified < video.stream_modified_at:
            return
        video.stream_modified_at = seen.modified or video.stream_modified_at
        await self._observe_state(session, video, seen, now)

    async def _observe_state(self, session: AsyncSession, video: Video, seen: StreamVideo, now: datetime) -> None:
        if seen.state is StreamState.PENDING_UPLOAD:
            if video.upload_expires_at is not None and now > video.upload_expires_at:
                await self.expire(session, video)
            return
        if seen.state is StreamState.UNKNOWN and not seen.ready_to_stream:
            return  # a state of tomorrow: never taken for ready, looked at again later
        video.size_bytes = seen.size_bytes or video.size_bytes
        video.duration_seconds = seen.duration_seconds or video.duration_seconds
        video.width, video.height = seen.width or video.width, seen.height or video.height
        video.progress_percent = seen.percent
        if video.uploaded_at is None:
            video.uploaded_at = seen.uploaded or now
            video.offset_bytes = video.declared_bytes
            video.upload_url_sealed = None
            await self._record(session, video, Event.UPLOAD_RECEIVED, size_bytes=video.size_bytes)
        if seen.ready_to_stream:
            await self._observe_ready(session, video, now)
        elif seen.state is StreamState.ERROR:
            await self._observe_error(session, video, seen, now)
        elif seen.state in _PROCESSING and video.status is VideoStatus.UPLOADING:
            await self.move(session, video, VideoStatus.PROCESSING)

    async def _observe_ready(self, session: AsyncSession, video: Video, now: datetime) -> None:
        if video.status is VideoStatus.READY:
            return
        video.ready_at, video.error_code = now, None
        await self.move(session, video, VideoStatus.READY)
        await self._record(
            session,
            video,
            Event.VIDEO_READY,
            size_bytes=video.size_bytes,
            duration_seconds=video.duration_seconds,
        )

    async def _observe_error(self, session: AsyncSession, video: Video, seen: StreamVideo, now: datetime) -> None:
        if video.status in {VideoStatus.FAILED, VideoStatus.READY}:
            return
        video.failed_at, video.error_code = now, seen.error_code or "ERR_UNKNOWN"
        await self.move(session, video, VideoStatus.FAILED)
        reason = VIDEO_PROBLEMS.get(video.error_code, VideoProblem.UNKNOWN)
        await self._record(session, video, Event.VIDEO_FAILED, reason=f"stream.encode.{reason}", code=video.error_code)

    async def note_deleted(self, session: AsyncSession, video: Video, reason: DeletedReason) -> None:
        """End a locked video whose bytes Stream does not hold any more."""
        video.deleted_at, video.deleted_reason = self._clock.now(), reason
        await self.move(session, video, VideoStatus.DELETED)
        await self._record(session, video, Event.VIDEO_DELETED, reason=reason)

    async def expire(self, session: AsyncSession, video: Video, *, reason: str = "stream.tus.link_expired") -> None:
        """End a locked video whose link ran out before its bytes were there. Its deletion at Stream is still owed."""
        await self.move(session, video, VideoStatus.EXPIRED)
        video.next_check_at = self._clock.now()
        await self._record(session, video, Event.UPLOAD_EXPIRED, reason=reason)

    async def cancel(self, session: AsyncSession, video: Video, *, actor_id: UUID | None, reason: str) -> None:
        """End a locked video that nobody wants any more. Its deletion at Stream is still owed.

        One whose order Stream has not answered yet is left alone until it must have been: what comes of it may only
        come into being after this.
        """
        unanswered = video.status is VideoStatus.REQUESTED
        await self.move(session, video, VideoStatus.CANCELLED)
        video.next_check_at = self._clock.now() + (ANSWER_WITHIN if unanswered else timedelta(0))
        await self._record(session, video, Event.UPLOAD_CANCELLED, actor_id=actor_id, reason=reason)

    async def _record(
        self, session: AsyncSession, video: Video, event: Event, actor_id: UUID | None = None, **data: Any
    ) -> None:
        await self._audit.record(
            session, event, actor_id=actor_id, assignment_id=video.assignment_id, video_id=video.id, **data
        )


def require_own(principal: Principal, video: Video | None) -> Video:
    """The video, if it is this person's in this assignment.

    Raises:
        NotFound: it is not, or there is none.
    """
    if video is None or video.person_id != principal.person_id or video.assignment_id != principal.assignment_id:
        raise NotFound
    return video


def _pause(age: timedelta) -> timedelta:
    """How long to wait before the next look at a video asked for `age` ago."""
    return next(pause for limit, pause in _LOOK_AGAIN if age < limit)
