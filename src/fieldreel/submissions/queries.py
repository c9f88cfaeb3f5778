"""Statements on submissions."""

from uuid import UUID

from sqlalchemy import bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from fieldreel.assignments.policy import Policy
from fieldreel.courses.models import Person
from fieldreel.errors import NotFound
from fieldreel.submissions.errors import AlreadySubmitted, AttemptsUsed, FeedbackGiven
from fieldreel.submissions.models import Submission, SubmissionStatus
from fieldreel.videos.models import Video

SubmissionRow = tuple[Submission, Person, Video]

_WITH_ALL = (
    select(Submission, Person, Video)
    .join(Person, Person.id == Submission.person_id)
    .join(Video, Video.id == Submission.video_id)
)
_BY_ID = _WITH_ALL.where(Submission.id == bindparam("submission_id"))
_OF_PERSON = _WITH_ALL.where(
    Submission.assignment_id == bindparam("assignment_id"), Submission.person_id == bindparam("person_id")
).order_by(Submission.attempt.desc())
_BY_KEY = _WITH_ALL.where(Submission.person_id == bindparam("person_id"), Submission.request_key == bindparam("key"))
_LOCKED = select(Submission).where(Submission.id == bindparam("submission_id")).with_for_update()
_CURRENT = (
    select(Submission)
    .where(
        Submission.assignment_id == bindparam("assignment_id"),
        Submission.person_id == bindparam("person_id"),
        Submission.status == SubmissionStatus.SUBMITTED,
    )
    .with_for_update()
)
_LAST_ATTEMPT = select(func.max(Submission.attempt)).where(
    Submission.assignment_id == bindparam("assignment_id"), Submission.person_id == bindparam("person_id")
)
_COUNTED = select(func.count(), func.max(Submission.feedback_at)).where(
    Submission.assignment_id == bindparam("assignment_id"),
    Submission.person_id == bindparam("person_id"),
    Submission.status != SubmissionStatus.WITHDRAWN,
)
_OF_VIDEO = select(Submission.id).where(
    Submission.video_id == bindparam("video_id"), Submission.status != SubmissionStatus.WITHDRAWN
)
_WITHDRAWN = (
    select(Submission)
    .where(Submission.video_id == bindparam("video_id"), Submission.status == SubmissionStatus.WITHDRAWN)
    .with_for_update()
)
_TEST_USER = select(Person.test_user).where(Person.id == bindparam("person_id"))
_LOCK_PERSON = select(Person.id).where(Person.id == bindparam("person_id")).with_for_update(key_share=True)


async def require_submission(session: AsyncSession, submission_id: UUID) -> SubmissionRow:
    """The submission with its person and video.

    Raises:
        NotFound: there is none.
    """
    row = (await session.execute(_BY_ID, {"submission_id": submission_id})).one_or_none()
    if row is None:
        raise NotFound
    return row[0], row[1], row[2]


async def lock_submission(session: AsyncSession, submission_id: UUID) -> Submission:
    """The submission, locked until the transaction ends.

    Raises:
        NotFound: there is none.
    """
    submission = await session.scalar(_LOCKED, {"submission_id": submission_id})
    if submission is None:
        raise NotFound
    return submission


async def lock_person(session: AsyncSession, person_id: UUID) -> None:
    """Let one hand-in of a person happen at a time: two tabs take their attempts one after the other."""
    await session.execute(_LOCK_PERSON, {"person_id": person_id})


async def list_attempts(session: AsyncSession, assignment_id: UUID, person_id: UUID) -> list[SubmissionRow]:
    """All attempts of a person, newest first."""
    rows = await session.execute(_OF_PERSON, {"assignment_id": assignment_id, "person_id": person_id})
    return [(row[0], row[1], row[2]) for row in rows]


async def get_by_request_key(session: AsyncSession, person_id: UUID, key: str) -> SubmissionRow | None:
    """What an earlier request with this idempotency key made, or None."""
    row = (await session.execute(_BY_KEY, {"person_id": person_id, "key": key})).one_or_none()
    return None if row is None else (row[0], row[1], row[2])


async def lock_current(session: AsyncSession, assignment_id: UUID, person_id: UUID) -> Submission | None:
    """The submission that counts, locked, or None."""
    return await session.scalar(_CURRENT, {"assignment_id": assignment_id, "person_id": person_id})


async def lock_withdrawn(session: AsyncSession, video_id: UUID) -> Submission | None:
    """The withdrawn submission of a video, locked, or None."""
    return await session.scalar(_WITHDRAWN, {"video_id": video_id})


async def last_attempt(session: AsyncSession, assignment_id: UUID, person_id: UUID) -> int:
    """The highest attempt number so far, 0 if there is none."""
    return await session.scalar(_LAST_ATTEMPT, {"assignment_id": assignment_id, "person_id": person_id}) or 0


async def is_submitted(session: AsyncSession, video_id: UUID) -> bool:
    """Whether a video belongs to an attempt that was not withdrawn."""
    return await session.scalar(_OF_VIDEO, {"video_id": video_id}) is not None


async def require_not_submitted(session: AsyncSession, video_id: UUID) -> None:
    """Refuse where a video belongs to an attempt.

    Raises:
        AlreadySubmitted: it does.
    """
    if await is_submitted(session, video_id):
        raise AlreadySubmitted("Withdraw the submission first. Its video stays until then.")


async def require_attempt_left(session: AsyncSession, assignment_id: UUID, person_id: UUID, policy: Policy) -> None:
    """Refuse where another attempt could not be handed in.

    Raises:
        AttemptsUsed: all attempts are used.
        FeedbackGiven: the last one has feedback.
    """
    used, feedback_at = (
        await session.execute(_COUNTED, {"assignment_id": assignment_id, "person_id": person_id})
    ).one()
    if policy.attempts_allowed is not None and used >= policy.attempts_allowed:
        raise AttemptsUsed
    if feedback_at is not None:
        raise FeedbackGiven


async def is_test_user(session: AsyncSession, person_id: UUID) -> bool:
    """Whether a person is the platform's test student, of whom no gradebook may hear."""
    return bool(await session.scalar(_TEST_USER, {"person_id": person_id}))
