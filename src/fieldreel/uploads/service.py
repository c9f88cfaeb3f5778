"""Use-cases of uploads. They call Stream, so they open short transactions and never hold one across a call."""

from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from fieldreel.assignments import queries as assignment_queries
from fieldreel.assignments.service import Assignments, own
from fieldreel.audit.service import Audit, Event
from fieldreel.db import Begin
from fieldreel.errors import StreamError
from fieldreel.kit.clock import Clock
from fieldreel.kit.crypto import Sealer
from fieldreel.launches.principal import Principal
from fieldreel.settings import UploadSettings
from fieldreel.stream.client import StreamClient
from fieldreel.stream.errors import StreamNotFound, StreamUploadGone
from fieldreel.stream.models import StreamVideo
from fieldreel.submissions import queries as submission_queries
from fieldreel.submissions.errors import IdempotencyKeyReused
from fieldreel.uploads import rules
from fieldreel.uploads.errors import UploadExpired
from fieldreel.uploads.orders import Intent, may_have_happened, new_video, order_for, still_claimed
from fieldreel.uploads.schemas import OffsetOut, StartUploadRequest, UploadEventKind, UploadEventRequest, UploadOut
from fieldreel.videos import queries
from fieldreel.videos.errors import WrongVideoState
from fieldreel.videos.models import DeletedReason, Video, VideoStatus
from fieldreel.videos.schemas import VideoOut
from fieldreel.videos.service import ANSWER_WITHIN, Videos, require_own

log = structlog.get_logger(__name__)

# How long a look at Stream counts as fresh: the browser may ask more often than that.
FRESH = timedelta(seconds=2)
# How long a request keeps its place and its time while Stream gives no link; as long as a link would have lived.
WAITS_FOR = timedelta(hours=6)

_EVENTS = {
    UploadEventKind.RETRIED: Event.UPLOAD_RETRIED,
    UploadEventKind.FAILED: Event.UPLOAD_FAILED,
    UploadEventKind.PAUSED: Event.UPLOAD_PAUSED,
    UploadEventKind.RESUMED: Event.UPLOAD_RESUMED,
}
_UNFINISHED = frozenset({VideoStatus.REQUESTED, VideoStatus.UPLOADING})
_DRAFTS = frozenset(
    {VideoStatus.REQUESTED, VideoStatus.UPLOADING, VideoStatus.PROCESSING, VideoStatus.READY, VideoStatus.FAILED}
)


class Uploads:
    """Start, resume, confirm and cancel the transfer of a video."""

    def __init__(
        self,
        *,
        begin: Begin,
        stream: StreamClient,
        clock: Clock,
        sealer: Sealer,
        audit: Audit,
        videos: Videos,
        assignments: Assignments,
        settings: UploadSettings,
        allowed_origins: tuple[str, ...],
    ) -> None:
        self._begin = begin
        self._stream = stream
        self._clock = clock
        self._sealer = sealer
        self._audit = audit
        self._videos = videos
        self._assignments = assignments
        self._settings = settings
        self._allowed_origins = allowed_origins

    async def start(self, principal: Principal, wanted: StartUploadRequest, key: str) -> tuple[UploadOut, bool]:
        """A link for one file, and whether it is new; the same `key` with the same body gives the same upload again.

        Dies between Stream's answer and our note of it: the video stays `requested`; repeating the request, or the
        reconciler, deletes what Stream made (by its creator, our video id) before anything else is asked of it. A
        refusal of Stream leaves the row `requested` too: it keeps the student's time for six hours.

        Raises:
            NotFound: another assignment than this launch's.
            Forbidden: not a student.
            UploadError: the file or the time does not fit; nothing was reserved.
            StreamError: Stream did not give a link; the same request may be repeated.
            WrongVideoState: it was cancelled, or overtaken by its own repetition, while Stream answered.
        """
        own(principal, wanted.assignment_id)
        principal.require_learner()
        async with self._begin() as session:
            intent = await self._intend(session, principal, wanted, key)
        if intent.video.status is not VideoStatus.REQUESTED:
            return self._shown(intent.video), False
        for dropped in intent.dropped:  # first, so that their reservations are free for this one
            await self._release(dropped)
        if not intent.fresh:
            await self._delete_leftovers(intent.video.id)
        return self._shown(await self._order_link(intent)), intent.fresh

    async def show(self, session: AsyncSession, principal: Principal, video_id: UUID) -> UploadOut:
        """An upload as its owner sees it.

        Raises:
            NotFound: somebody else's.
        """
        return self._shown(require_own(principal, await queries.get_video(session, video_id)))

    async def offset(self, principal: Principal, video_id: UUID) -> OffsetOut:
        """How many bytes Stream holds, asked now, for browsers that may not ask it themselves.

        Raises:
            NotFound: somebody else's.
            UploadExpired: the link takes no more bytes.
            StreamError: Stream did not answer; ask again.
        """
        async with self._begin() as session:
            video = require_own(principal, await queries.get_video(session, video_id))
        if video.uploaded_at is not None:
            return OffsetOut(offset_bytes=video.declared_bytes, size_bytes=video.declared_bytes)
        upload_url = self._unsealed(video)
        if upload_url is None:
            raise UploadExpired
        try:
            seen = await self._stream.upload_offset(upload_url)
        except StreamUploadGone as error:
            if (await self.confirm(video_id)).uploaded_at is None:
                raise UploadExpired from error
            return OffsetOut(offset_bytes=video.declared_bytes, size_bytes=video.declared_bytes)
        async with self._begin() as session:
            locked = await queries.lock_video(session, video_id)
            locked.offset_bytes = max(locked.offset_bytes, seen.offset_bytes)
        return OffsetOut(offset_bytes=seen.offset_bytes, size_bytes=video.declared_bytes)

    async def complete(self, principal: Principal, video_id: UUID) -> VideoOut:
        """The owner's browser says that the last byte was sent; Stream is asked whether that is so.

        Raises:
            NotFound: somebody else's.
            StreamError: Stream did not answer; the reconciler will ask again.
        """
        async with self._begin() as session:
            video = require_own(principal, await queries.get_video(session, video_id))
        return await self.confirm(video.id, unless_within=FRESH)

    async def confirm(self, video_id: UUID, *, unless_within: timedelta = timedelta(0)) -> VideoOut:
        """Ask Stream where a video is and move it there. Idempotent; the one way in for all who bring news.

        Args:
            video_id: ours.
            unless_within: an older look at Stream of at most this age will do instead.

        Raises:
            NotFound: we have no such video.
            StreamError: Stream did not answer; nothing was changed.
        """
        async with self._begin() as session:
            video = await queries.require_video(session, video_id)
            recent = video.checked_at is not None and self._clock.now() - video.checked_at < unless_within
            if video.stream_uid is None or video.status not in queries.ON_THEIR_WAY or recent:
                return await self._videos.shown(session, video)
            uid = video.stream_uid
        return await self.take_over(video_id, await self._look(uid))

    async def take_over(self, video_id: UUID, seen: StreamVideo | None) -> VideoOut:
        """Apply a look at Stream to our row. A video that is not private is made private before anybody sees it.

        Raises:
            StreamError: Stream does not make it private; nothing was changed, and it is looked at again.
        """
        if seen is not None and not seen.require_signed_urls:
            log.error("video_was_public", video_id=str(video_id))
            seen = await self._stream.edit_video(seen.uid, require_signed_urls=True)
        async with self._begin() as session:
            video = await queries.lock_video(session, video_id)
            was_ready = video.status is VideoStatus.READY
            await self._videos.observe(session, video, seen)
            if video.status is VideoStatus.READY and not was_ready:
                await self._drop_older_drafts(session, video)
            return await self._videos.shown(session, video)

    async def cancel(self, principal: Principal, video_id: UUID) -> None:
        """End an upload or a draft that its owner does not want; its reservation at Stream is released at once.

        If Stream does not answer, the deletion stays owed and the sweep does it.

        Raises:
            NotFound: somebody else's.
            WrongVideoState: it was handed in, or has ended.
        """
        async with self._begin() as session:
            video = require_own(principal, await queries.lock_video(session, video_id))
            if video.status in {VideoStatus.CANCELLED, VideoStatus.EXPIRED, VideoStatus.DELETED}:
                return
            await submission_queries.require_not_submitted(session, video_id)
            await self._videos.cancel(session, video, actor_id=principal.person_id, reason="client.cancelled")
        await self._release(video)

    async def note(self, session: AsyncSession, principal: Principal, video_id: UUID, told: UploadEventRequest) -> None:
        """Log what the browser tells of an upload.

        Raises:
            NotFound: somebody else's.
        """
        video = require_own(principal, await queries.get_video(session, video_id))
        await self._audit.record(
            session,
            _EVENTS[told.kind],
            deployment_id=principal.deployment_id,
            actor_id=principal.person_id,
            assignment_id=video.assignment_id,
            video_id=video.id,
            reason=told.reason,
            offset_bytes=told.offset_bytes,
            detail=told.detail,
        )

    async def settle_unanswered(self, video_id: UUID, claim: datetime) -> None:
        """Clean up after a request whose answer never came: delete what Stream may have made for it.

        The row keeps waiting for a repetition until `WAITS_FOR` has passed, then it expires.

        Args:
            video_id: ours, `requested`.
            claim: the `next_check_at` that the caller wrote; another value means that somebody has taken it up since.

        Raises:
            StreamError: Stream did not answer; come again.
        """
        await self._delete_leftovers(video_id)
        async with self._begin() as session:
            video = await queries.lock_video(session, video_id)
            if not still_claimed(video, claim):
                return
            if self._clock.now() < video.intent_at + WAITS_FOR:
                video.next_check_at = video.intent_at + WAITS_FOR
            else:
                await self._videos.expire(session, video, reason="stream.unanswered")

    async def _intend(
        self, session: AsyncSession, principal: Principal, wanted: StartUploadRequest, key: str
    ) -> Intent:
        await submission_queries.lock_person(session, principal.person_id)
        assignment, _ = await assignment_queries.require_assignment(session, wanted.assignment_id)
        policy = self._assignments.policy(assignment)
        now = self._clock.now()
        claim = now + ANSWER_WITHIN
        if (known := await queries.get_video_by_request_key(session, principal.person_id, key)) is not None:
            if known.request_hash != rules.request_hash(wanted):
                raise IdempotencyKeyReused
            known = await queries.lock_video(session, known.id)
            if known.status is VideoStatus.REQUESTED:
                known.next_check_at = claim
            return Intent(known, claim, fresh=False)
        rules.check_file(wanted, policy)
        rules.check_time(policy, now)
        await submission_queries.require_attempt_left(session, principal.assignment_id, principal.person_id, policy)
        dropped = await self._drop_unfinished(session, principal)
        reserved = rules.reserved_seconds(wanted, policy, self._settings.slack_percent)
        video = new_video(principal, wanted, key, reserved_seconds=reserved, now=now, claim=claim)
        session.add(video)
        await session.flush()
        await self._audit.record(
            session,
            Event.UPLOAD_STARTED,
            deployment_id=principal.deployment_id,
            actor_id=principal.person_id,
            assignment_id=assignment.id,
            video_id=video.id,
            size_bytes=wanted.size_bytes,
            duration_seconds=wanted.duration_seconds,
        )
        return Intent(video, claim, dropped=dropped)

    async def _order_link(self, intent: Intent) -> Video:
        # Stream cuts expiry to whole seconds and refuses what is over its ceiling.
        expires_at = self._clock.now().replace(microsecond=0) + timedelta(hours=self._settings.link_hours)
        video_id = intent.video.id
        order = order_for(intent.video, expires_at, self._allowed_origins)
        try:
            created = await self._stream.create_upload(order)
        except StreamError as error:
            await self._note_refusal(intent, error)
            raise
        async with self._begin() as session:
            video = await queries.lock_video(session, video_id)
            if still_claimed(video, intent.claim):
                video.stream_uid = created.uid
                video.upload_url_sealed = self._sealer.seal(created.upload_url)
                video.upload_expires_at = expires_at
                video.next_check_at = self._clock.now() + timedelta(minutes=1)
                await self._videos.move(session, video, VideoStatus.UPLOADING)
                return video
            if video.status in queries.ENDED and video.stream_uid is None:
                video.stream_uid = created.uid  # whoever ended it could not know; from here the sweep can delete it
        await self._delete_now(video_id, created.uid)
        if video.status is not VideoStatus.UPLOADING:
            raise WrongVideoState(extensions={"video_status": video.status.value})
        return video

    async def _note_refusal(self, intent: Intent, error: StreamError) -> None:
        async with self._begin() as session:
            await self._audit.record(
                session, Event.STREAM_FAILED, video_id=intent.video.id, call="create_upload", reason=error.slug
            )
            video = await queries.lock_video(session, intent.video.id)
            if still_claimed(video, intent.claim) and not may_have_happened(error):
                video.next_check_at = video.intent_at + WAITS_FOR  # nothing to look for at Stream before that

    async def _drop_unfinished(self, session: AsyncSession, principal: Principal) -> list[Video]:
        """A person has one running upload per assignment: an older one that is not finished gives way."""
        dropped = []
        for video in await queries.list_videos_of_person(session, principal.assignment_id, principal.person_id):
            if video.status in _UNFINISHED:
                locked = await queries.lock_video(session, video.id)
                if locked.status in _UNFINISHED:
                    await self._videos.cancel(session, locked, actor_id=principal.person_id, reason="client.replaced")
                    dropped.append(locked)
        return dropped

    async def _drop_older_drafts(self, session: AsyncSession, newest: Video) -> None:
        """The new video can be watched: older ones of the same person that were never handed in give way.

        Not earlier: a new file that turns out to be no video must not cost the student the draft before it.
        """
        for video in await queries.list_videos_of_person(session, newest.assignment_id, newest.person_id):
            if video.id == newest.id or video.intent_at >= newest.intent_at or video.status not in _DRAFTS:
                continue
            locked = await queries.lock_video(session, video.id)
            # Asked under the lock that handing in takes as well: a draft submitted just now stays.
            if locked.status in _DRAFTS and not await submission_queries.is_submitted(session, locked.id):
                await self._videos.cancel(session, locked, actor_id=newest.person_id, reason="client.replaced")

    async def delete_at_stream(self, video_id: UUID, uid: str | None) -> None:
        """Delete a video's bytes, or, where we never learnt its uid, whatever Stream made for it. Repeatable.

        Raises:
            StreamError: Stream did not answer; the deletion is still owed.
        """
        if uid is not None:
            await self._stream.delete_video(uid)
        else:
            await self._delete_leftovers(video_id)

    async def _delete_leftovers(self, video_id: UUID) -> None:
        """Delete what an unanswered order may have made: only ever videos whose creator is this one of ours."""
        for seen in await self._stream.list_videos(creator=str(video_id)):
            if seen.creator == str(video_id):
                await self._stream.delete_video(seen.uid)

    async def _release(self, video: Video) -> None:
        """Delete a cancelled video at Stream at once, for its reservation.

        Where an order may be under way (no uid yet) there is nothing to delete now: whoever placed it does it when
        Stream answers, or the sweep does when the order must have ended.
        """
        if video.stream_uid is not None:
            await self._delete_now(video.id, video.stream_uid)

    async def _delete_now(self, video_id: UUID, uid: str) -> None:
        try:
            await self._stream.delete_video(uid)
        except StreamError as error:
            log.warning("deletion_left_to_the_sweep", video_id=str(video_id), reason=error.slug)
            return
        async with self._begin() as session:
            video = await queries.lock_video(session, video_id)
            if video.status is VideoStatus.CANCELLED and video.stream_uid == uid:
                await self._videos.note_deleted(session, video, DeletedReason.CANCELLED)

    async def _look(self, uid: str) -> StreamVideo | None:
        try:
            return await self._stream.get_video(uid)
        except StreamNotFound:
            return None

    def _shown(self, video: Video) -> UploadOut:
        return UploadOut.of(video, self._unsealed(video))

    def _unsealed(self, video: Video) -> str | None:
        if video.status is not VideoStatus.UPLOADING or video.upload_url_sealed is None:
            return None
        if video.upload_expires_at is not None and self._clock.now() >= video.upload_expires_at:
            return None
        return self._sealer.open(video.upload_url_sealed).decode()
