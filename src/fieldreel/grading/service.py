"""Use-cases of grading. Local: the session is the route's."""

from decimal import Decimal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from fieldreel.assignments.service import Assignments
from fieldreel.audit.service import Audit, Event
from fieldreel.errors import NotFound, PreconditionFailed
from fieldreel.grading import queries
from fieldreel.grading.errors import InvalidPoints, NoGrade, NothingToSend
from fieldreel.grading.models import Grade, ScoreStatus
from fieldreel.grading.schemas import GradeOut, SaveGradeRequest
from fieldreel.kit.clock import Clock
from fieldreel.kit.ids import uuid7
from fieldreel.launches.principal import Principal
from fieldreel.submissions import queries as submission_queries
from fieldreel.submissions.models import Submission, SubmissionStatus
from fieldreel.submissions.service import visible

NO_VERSION_YET = 0


class Grading:
    """Save and show grades."""

    def __init__(self, *, clock: Clock, audit: Audit, assignments: Assignments) -> None:
        self._clock = clock
        self._audit = audit
        self._assignments = assignments

    async def show(self, session: AsyncSession, principal: Principal, submission_id: UUID) -> GradeOut:
        """The grade of a submission, for its owner and for graders.

        Raises:
            NotFound: the submission is not visible.
            NoGrade: it is not graded.
        """
        visible(principal, await submission_queries.require_submission(session, submission_id))
        row = await queries.get_grade(session, submission_id)
        if row is None:
            raise NoGrade
        return GradeOut.of(*row)

    async def save(
        self,
        session: AsyncSession,
        principal: Principal,
        submission_id: UUID,
        wanted: SaveGradeRequest,
        expected_version: int | None,
    ) -> GradeOut:
        """Save points and comment, and owe the platform the score, in one transaction.

        Args:
            session: the route's.
            principal: must be a grader of the submission's assignment.
            submission_id: whom it is for follows from it, never from the browser.
            wanted: the grade.
            expected_version: what the grader saw; 0 for "not graded yet", None to overwrite whatever is there.

        Raises:
            NotFound: no such submission in this assignment.
            Forbidden: not a grader.
            InvalidPoints: not between 0 and the maximum.
            PreconditionFailed: somebody else saved first; their grade comes along.
        """
        principal.require_grader()
        submission = await _lock(session, principal, submission_id)
        policy = await self._assignments.require_policy(session, submission.assignment_id)
        points = _points(wanted, policy.points_max)
        grade = await queries.lock_grade(session, submission_id)
        present = NO_VERSION_YET if grade is None else grade.version
        if expected_version is not None and expected_version != present:
            current = await self.show(session, principal, submission_id) if grade is not None else None
            raise PreconditionFailed(
                extensions={"current": current.model_dump(mode="json") if current is not None else None}
            )
        now = self._clock.now()
        if grade is None:
            grade = Grade(submission_id=submission_id, version=NO_VERSION_YET)
            session.add(grade)
        grade.points, grade.points_max, grade.comment = points, policy.points_max, wanted.comment
        grade.graded_by, grade.graded_at, grade.version = principal.person_id, now, present + 1
        submission.feedback_at = submission.feedback_at or now
        await session.flush()
        counts = submission.status is SubmissionStatus.SUBMITTED
        if counts and not await submission_queries.is_test_user(session, submission.person_id):
            await self._owe(session, submission, points)
        await self._record(session, principal, submission, points)
        return await self.show(session, principal, submission_id)

    async def resend(self, session: AsyncSession, principal: Principal, submission_id: UUID) -> GradeOut:
        """Make a score that did not arrive due at once.

        Raises:
            NotFound: no such submission in this assignment.
            Forbidden: not a grader.
            NothingToSend: nothing is owed.
        """
        principal.require_grader()
        submission = await _lock(session, principal, submission_id)
        score = await queries.get_score_of(session, submission_id)
        if score is None:
            raise NothingToSend
        if score.status is not ScoreStatus.SENDING:
            await queries.owe_score(session, score_id=score.id, submission=submission, now=self._clock.now())
            await session.refresh(score)
        return await self.show(session, principal, submission_id)

    async def _owe(self, session: AsyncSession, submission: Submission, points: Decimal | None) -> None:
        """Owe the score. Points that were taken back are taken out of the gradebook only if they may stand there."""
        if points is None:
            await queries.delete_unsent_score(session, submission.id)
            if await queries.get_score_of(session, submission.id) is None:
                return
        await queries.owe_score(session, score_id=uuid7(), submission=submission, now=self._clock.now())

    async def _record(
        self, session: AsyncSession, principal: Principal, submission: Submission, points: Decimal | None
    ) -> None:
        await self._audit.record(
            session,
            Event.GRADED,
            deployment_id=principal.deployment_id,
            actor_id=principal.person_id,
            assignment_id=submission.assignment_id,
            submission_id=submission.id,
            points=None if points is None else float(points),
        )


async def _lock(session: AsyncSession, principal: Principal, submission_id: UUID) -> Submission:
    """The submission, locked, if it stands in the grader's assignment."""
    submission = await submission_queries.lock_submission(session, submission_id)
    if submission.assignment_id != principal.assignment_id or submission.status is SubmissionStatus.WITHDRAWN:
        raise NotFound
    return submission


def _points(wanted: SaveGradeRequest, points_max: Decimal) -> Decimal | None:
    if wanted.points is None:
        return None
    if not 0 <= wanted.points <= points_max:
        limit = f"{points_max.normalize():f}"
        fault = {"pointer": "/points", "detail": f"Points must be between 0 and {limit}."}
        raise InvalidPoints(fault["detail"], extensions={"errors": [fault]})
    return Decimal(str(wanted.points)).quantize(Decimal("0.01"))
