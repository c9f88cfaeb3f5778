"""Use-cases of handing in. All local: the session is the route's, the commit comes before the answer."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from fieldreel.assignments import queries as assignment_queries
from fieldreel.assignments.policy import ClosedReason, Policy
from fieldreel.assignments.schemas import AssignmentOut
from fieldreel.assignments.service import Assignments, own
from fieldreel.audit.service import Audit, Event
from fieldreel.errors import NotFound
from fieldreel.kit.clock import Clock
from fieldreel.kit.ids import short_code, uuid7
from fieldreel.launches.principal import Principal
from fieldreel.submissions import queries
from fieldreel.submissions.errors import (
    AlreadySubmitted,
    Closed,
    FeedbackGiven,
    IdempotencyKeyReused,
    NotUploaded,
    VideoUnusable,
)
from fieldreel.submissions.models import Submission, SubmissionStatus
from fieldreel.submissions.schemas import Abilities, MyWorkOut, SubmissionOut, SubmitRequest
from fieldreel.videos import queries as video_queries
from fieldreel.videos.models import Video, VideoStatus
from fieldreel.videos.schemas import VideoOut
from fieldreel.videos.service import require_own

_AT_STREAM = frozenset({VideoStatus.PROCESSING, VideoStatus.READY})
_NOT_YET = frozenset({VideoStatus.REQUESTED, VideoStatus.UPLOADING})
_SHOWN_AS_DRAFT = _AT_STREAM | _NOT_YET | {VideoStatus.FAILED}


class Submissions:
    """Hand in, withdraw, look."""

    def __init__(self, *, clock: Clock, audit: Audit, assignments: Assignments) -> None:
        self._clock = clock
        self._audit = audit
        self._assignments = assignments

    async def my_work(self, session: AsyncSession, principal: Principal, assignment_id: UUID) -> MyWorkOut:
        """The student's home.

        Raises:
            NotFound: another assignment than this launch's.
            Forbidden: not a student.
        """
        own(principal, assignment_id)
        principal.require_learner()
        assignment, context = await assignment_queries.require_assignment(session, assignment_id)
        policy = self._assignments.policy(assignment)
        attempts = await queries.list_attempts(session, assignment_id, principal.person_id)
        videos = await video_queries.list_videos_of_person(session, assignment_id, principal.person_id)
        current = next((row for row in attempts if row[0].status is SubmissionStatus.SUBMITTED), None)
        video = _draft(list(videos), attempts) or (current[2] if current else None)
        now = self._clock.now()
        counted = [row[0] for row in attempts if row[0].status is not SubmissionStatus.WITHDRAWN]
        left = None if policy.attempts_allowed is None else max(0, policy.attempts_allowed - len(counted))
        graded = any(row.feedback_at is not None for row in counted)
        intent_at = video.intent_at if video is not None and not _is_current(video, current) else None
        reason = (
            (ClosedReason.GRADED if graded else None)
            or policy.closed_reason(now, intent_at=intent_at)
            or (ClosedReason.ATTEMPTS_USED if left == 0 else None)
        )
        draft_ready = video is not None and video.status in _AT_STREAM and not _is_current(video, current)
        return MyWorkOut(
            assignment=AssignmentOut.of(assignment, context, policy),
            video=VideoOut.of(video, policy) if video is not None else None,
            submission=SubmissionOut.of(*current, policy) if current is not None else None,
            attempts=[SubmissionOut.of(*row, policy) for row in attempts],
            attempts_left=left,
            can=Abilities(
                upload=reason is None and policy.closed_reason(now) is None,
                submit=reason is None and draft_ready,
                withdraw=current is not None and not graded and policy.closed_reason(now) is None,
            ),
            closed_reason=reason,
            is_late_now=policy.is_late(now, intent_at=intent_at),
            now=now,
        )

    async def submit(
        self, session: AsyncSession, principal: Principal, wanted: SubmitRequest, key: str
    ) -> tuple[SubmissionOut, bool]:
        """Hand in a video, and whether that is new; the same `key` gives the same submission again.

        A current submission is replaced, never lost: its attempt, its receipt and its video stay.

        Raises:
            NotFound: not one's own video, or of another assignment.
            Forbidden: not a student.
            NotUploaded: Stream does not have the bytes yet.
            VideoUnusable: the video failed or was deleted.
            AlreadySubmitted, FeedbackGiven, AttemptsUsed, Closed: as their words say.
            IdempotencyKeyReused: `key` stands for another video.
        """
        own(principal, wanted.assignment_id)
        principal.require_learner()
        await queries.lock_person(session, principal.person_id)
        assignment, _ = await assignment_queries.require_assignment(session, wanted.assignment_id)
        policy = self._assignments.policy(assignment)
        if (known := await queries.get_by_request_key(session, principal.person_id, key)) is not None:
            if known[0].video_id != wanted.video_id:
                raise IdempotencyKeyReused
            return SubmissionOut.of(*known, policy), False
        video = require_own(principal, await video_queries.lock_video(session, wanted.video_id))
        await self._check(session, principal, video, policy)
        submission = await self._hand_in(session, principal, video, policy, key)
        return SubmissionOut.of(*await queries.require_submission(session, submission.id), policy), True

    async def show(self, session: AsyncSession, principal: Principal, submission_id: UUID) -> SubmissionOut:
        """A submission, for its owner and for graders of its assignment.

        Raises:
            NotFound: for everybody else.
        """
        row = visible(principal, await queries.require_submission(session, submission_id))
        return SubmissionOut.of(*row, await self._assignments.require_policy(session, row[0].assignment_id))

    async def withdraw(self, session: AsyncSession, principal: Principal, submission_id: UUID) -> None:
        """Take the current submission back; its video is a draft again.

        Raises:
            NotFound: not one's own.
            FeedbackGiven: too late.
            Closed: after the closing date.
        """
        submission = await queries.lock_submission(session, submission_id)
        if submission.person_id != principal.person_id or submission.assignment_id != principal.assignment_id:
            raise NotFound
        if submission.status is SubmissionStatus.WITHDRAWN:
            return
        if submission.feedback_at is not None:
            raise FeedbackGiven
        now = self._clock.now()
        policy = await self._assignments.require_policy(session, submission.assignment_id)
        if submission.status is not SubmissionStatus.SUBMITTED or policy.closed_reason(now) is not None:
            raise Closed("It can no longer be withdrawn.")
        submission.status, submission.withdrawn_at = SubmissionStatus.WITHDRAWN, now
        await session.flush()
        await self._record(session, principal, Event.WITHDRAWN, submission)

    async def _check(self, session: AsyncSession, principal: Principal, video: Video, policy: Policy) -> None:
        if await queries.is_submitted(session, video.id):
            raise AlreadySubmitted
        if video.status in _NOT_YET:
            raise NotUploaded
        if video.status not in _AT_STREAM:
            raise VideoUnusable(extensions={"video_status": video.status.value})
        if policy.closed_reason(self._clock.now(), intent_at=video.intent_at) is not None:
            raise Closed
        await queries.require_attempt_left(session, principal.assignment_id, principal.person_id, policy)

    async def _hand_in(
        self, session: AsyncSession, principal: Principal, video: Video, policy: Policy, key: str
    ) -> Submission:
        now = self._clock.now()
        current = await queries.lock_current(session, principal.assignment_id, principal.person_id)
        if current is not None:
            current.status = SubmissionStatus.REPLACED
            await session.flush()
        last_attempt = await queries.last_attempt(session, principal.assignment_id, principal.person_id)
        # A video has one submission: one that was withdrawn is handed in again, under a new attempt and receipt.
        submission = await queries.lock_withdrawn(session, video.id) or Submission(
            id=uuid7(), assignment_id=principal.assignment_id, person_id=principal.person_id, video_id=video.id
        )
        submission.attempt = last_attempt + 1
        submission.status, submission.withdrawn_at = SubmissionStatus.SUBMITTED, None
        submission.late = policy.is_late(now, intent_at=video.intent_at)
        submission.receipt = f"VA-{short_code()}"
        submission.request_key = key
        submission.intent_at, submission.submitted_at = video.intent_at, now
        session.add(submission)
        await session.flush()
        await self._record(
            session, principal, Event.SUBMITTED, submission, late=submission.late, receipt=submission.receipt
        )
        return submission

    async def _record(
        self, session: AsyncSession, principal: Principal, event: Event, submission: Submission, **data: Any
    ) -> None:
        await self._audit.record(
            session,
            event,
            deployment_id=principal.deployment_id,
            actor_id=principal.person_id,
            assignment_id=submission.assignment_id,
            video_id=submission.video_id,
            submission_id=submission.id,
            attempt=submission.attempt,
            **data,
        )


def visible(principal: Principal, row: queries.SubmissionRow) -> queries.SubmissionRow:
    """The row, if this person may see it: its owner, or a grader of its assignment while it is not withdrawn.

    Raises:
        NotFound: for everybody else.
    """
    submission = row[0]
    if submission.assignment_id != principal.assignment_id:
        raise NotFound
    handed_in = submission.status is not SubmissionStatus.WITHDRAWN
    if submission.person_id == principal.person_id or (principal.can_grade and handed_in):
        return row
    raise NotFound


def _draft(videos: list[Video], attempts: list[queries.SubmissionRow]) -> Video | None:
    """The newest video that was not handed in, unless a later one was; an expired one only if there is nothing better.

    `videos` newest first.
    """
    handed_in = {row[0].video_id for row in attempts if row[0].status is not SubmissionStatus.WITHDRAWN}
    expired = None
    for video in videos:
        if video.id in handed_in:
            break
        if video.status in _SHOWN_AS_DRAFT:
            return video
        if video.status is VideoStatus.EXPIRED:
            expired = expired or video
    return expired


def _is_current(video: Video, current: queries.SubmissionRow | None) -> bool:
    return current is not None and current[2].id == video.id
