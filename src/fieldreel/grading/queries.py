"""Statements on grades and scores."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from fieldreel.courses.models import Assignment, Person
from fieldreel.grading.models import Grade, Score, ScoreStatus
from fieldreel.launches.models import Launch
from fieldreel.platforms.models import Deployment
from fieldreel.submissions.models import Submission

GradeRow = tuple[Grade, Person, Score | None]

_Grader = aliased(Person)
_GRADES = (
    select(Grade, _Grader, Score)
    .join(Submission, Submission.id == Grade.submission_id)
    .join(_Grader, _Grader.id == Grade.graded_by)
    .outerjoin(Score, Score.submission_id == Grade.submission_id)
)
_GRADE = _GRADES.where(Grade.submission_id == bindparam("submission_id"))
_GRADES_OF_ASSIGNMENT = _GRADES.where(Submission.assignment_id == bindparam("assignment_id"))
_LOCK_GRADE = select(Grade).where(Grade.submission_id == bindparam("submission_id")).with_for_update()
_OWE = insert(Score)
_OWE = _OWE.on_conflict_do_update(
    index_elements=[Score.assignment_id, Score.person_id],
    set_={
        "submission_id": _OWE.excluded.submission_id,
        # Whoever sends an older state just now sees `wanted` change, and leaves the row due.
        "status": ScoreStatus.DUE,
        "wanted": Score.wanted + 1,
        "next_attempt_at": _OWE.excluded.next_attempt_at,
        "attempts": 0,
        "last_error": None,
    },
)
# One claim at a time over all replicas, so that the second sees what the first has taken. Held for milliseconds.
_ONE_CLAIM = select(func.pg_advisory_xact_lock(0x5C0E5))
# Two senders that find no column would both make one.
_OTHER = aliased(Score)
_COLUMN_IN_THE_MAKING = (
    select(_OTHER.id)
    .where(
        _OTHER.assignment_id == Score.assignment_id,
        _OTHER.status == ScoreStatus.SENDING,
        _OTHER.next_attempt_at > bindparam("now"),
    )
    .exists()
)
_DUE = (
    select(Score.id)
    .join(Assignment, Assignment.id == Score.assignment_id)
    .where(Score.status.in_((ScoreStatus.DUE, ScoreStatus.SENDING)), Score.next_attempt_at <= bindparam("now"))
    .where(or_(Assignment.line_item_url.is_not(None), ~_COLUMN_IN_THE_MAKING))
    .order_by(Score.next_attempt_at)
    .limit(bindparam("batch"))
    .with_for_update(of=Score, skip_locked=True)
)


@dataclass(frozen=True, slots=True)
class OwedScore:
    """Everything that sending one score needs, as it is now."""

    score: Score
    grade: Grade
    submission: Submission
    assignment: Assignment
    learner: Person
    grader: Person
    deployment: Deployment
    product_family: str | None


async def get_grade(session: AsyncSession, submission_id: UUID) -> GradeRow | None:
    """The grade of a submission with its grader and its score, or None."""
    row = (await session.execute(_GRADE, {"submission_id": submission_id})).one_or_none()
    return None if row is None else (row[0], row[1], row[2])


async def lock_grade(session: AsyncSession, submission_id: UUID) -> Grade | None:
    """The grade of a submission, locked, or None."""
    return await session.scalar(_LOCK_GRADE, {"submission_id": submission_id})


async def list_grades(session: AsyncSession, assignment_id: UUID) -> dict[UUID, GradeRow]:
    """All grades of an assignment by submission."""
    rows = await session.execute(_GRADES_OF_ASSIGNMENT, {"assignment_id": assignment_id})
    return {row[0].submission_id: (row[0], row[1], row[2]) for row in rows}


async def owe_score(session: AsyncSession, *, score_id: UUID, submission: Submission, now: datetime) -> None:
    """Make the newest state of a (line item, person) due; an older one that waits is forgotten."""
    await session.execute(
        _OWE,
        {
            "id": score_id,
            "assignment_id": submission.assignment_id,
            "person_id": submission.person_id,
            "submission_id": submission.id,
            "status": ScoreStatus.DUE,
            "next_attempt_at": now,
        },
    )


async def claim_scores(session: AsyncSession, *, now: datetime, lease_until: datetime, batch: int) -> Sequence[UUID]:
    """Take due scores for this worker until `lease_until`; one that a dead worker held comes back by itself."""
    await session.execute(_ONE_CLAIM)
    due = (await session.scalars(_DUE, {"now": now, "batch": batch})).all()
    if due:
        statement = (
            update(Score)
            .where(Score.id.in_(due))
            .values(status=ScoreStatus.SENDING, next_attempt_at=lease_until, attempts=Score.attempts + 1)
        )
        await session.execute(statement)
    return due


async def get_owed_score(session: AsyncSession, score_id: UUID, lease_until: datetime) -> OwedScore | None:
    """A claimed score with all that sending it needs, locked; None if it is not this worker's any more.

    The lease tells the claims apart: after it ended, or after a newer grade, the row belongs to somebody else.
    """
    learner, grader = aliased(Person), aliased(Person)
    family = (
        select(Launch.product_family)
        .where(Launch.person_id == Grade.graded_by, Launch.assignment_id == Score.assignment_id)
        .order_by(Launch.created_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    statement = (
        select(Score, Grade, Submission, Assignment, learner, grader, Deployment, family)
        .join(Grade, Grade.submission_id == Score.submission_id)
        .join(Submission, Submission.id == Score.submission_id)
        .join(Assignment, Assignment.id == Score.assignment_id)
        .join(learner, learner.id == Score.person_id)
        .join(grader, grader.id == Grade.graded_by)
        .join(Deployment, Deployment.id == Assignment.deployment_id)
        .where(Score.id == score_id, Score.status == ScoreStatus.SENDING, Score.next_attempt_at == lease_until)
        .with_for_update(of=Score)
    )
    row = (await session.execute(statement)).one_or_none()
    return None if row is None else OwedScore(*row)


async def lock_score(session: AsyncSession, score_id: UUID) -> Score | None:
    """A score, locked, or None."""
    statement = select(Score).where(Score.id == score_id).with_for_update().execution_options(populate_existing=True)
    return await session.scalar(statement)


async def get_score_of(session: AsyncSession, submission_id: UUID) -> Score | None:
    """The score owed for a submission, locked, or None."""
    return await session.scalar(select(Score).where(Score.submission_id == submission_id).with_for_update())


async def delete_unsent_score(session: AsyncSession, submission_id: UUID) -> None:
    """Forget a score that never left us: no attempt was even begun."""
    await session.execute(delete(Score).where(Score.submission_id == submission_id, Score.last_timestamp.is_(None)))


async def store_line_item(session: AsyncSession, assignment_id: UUID, line_item_url: str) -> None:
    """Remember the gradebook column of an assignment."""
    await session.execute(update(Assignment).where(Assignment.id == assignment_id).values(line_item_url=line_item_url))
