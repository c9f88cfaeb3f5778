"""Statements of the queue: four in all, whatever the size of the course."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from fieldreel.courses.models import Enrolment, Person
from fieldreel.lti.roles import Role
from fieldreel.submissions.models import Submission, SubmissionStatus
from fieldreel.videos.models import Video

_LEARNERS = (
    select(Person)
    .join(Enrolment, Enrolment.person_id == Person.id)
    .where(Enrolment.context_id == bindparam("context_id"), Enrolment.role == Role.LEARNER, Person.test_user.is_(False))
    .order_by(Person.name, Person.id)
)
_ATTEMPTS = (
    select(Submission, Video)
    .join(Video, Video.id == Submission.video_id)
    .where(
        Submission.assignment_id == bindparam("assignment_id"),
        Submission.status != SubmissionStatus.WITHDRAWN,
    )
    .order_by(Submission.attempt.desc())
)
_LATEST_VIDEOS = (
    select(Video)
    .where(Video.assignment_id == bindparam("assignment_id"))
    .ext(distinct_on(Video.person_id))
    .order_by(Video.person_id, Video.id.desc())
)


async def list_learners(session: AsyncSession, context_id: UUID) -> Sequence[Person]:
    """Everybody who came as a learner, by name, without the platform's test student."""
    return (await session.scalars(_LEARNERS, {"context_id": context_id})).all()


async def list_attempts(session: AsyncSession, assignment_id: UUID) -> list[tuple[Submission, Video]]:
    """All attempts in an assignment that were not withdrawn, the newest of each person first."""
    rows = await session.execute(_ATTEMPTS, {"assignment_id": assignment_id})
    return [(row[0], row[1]) for row in rows]


async def list_latest_videos(session: AsyncSession, assignment_id: UUID) -> Sequence[Video]:
    """The newest video of each person."""
    return (await session.scalars(_LATEST_VIDEOS, {"assignment_id": assignment_id})).all()
