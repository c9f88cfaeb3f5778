"""Use-cases on one assignment."""

from decimal import Decimal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from fieldreel.assignments import queries
from fieldreel.assignments.policy import Policy, policy_of
from fieldreel.assignments.schemas import AssignmentOut, ChangeAssignmentRequest
from fieldreel.audit.service import Audit, Event
from fieldreel.courses.models import Assignment, DatesSource
from fieldreel.errors import InvalidRequest, NotFound, PreconditionFailed
from fieldreel.launches.principal import Principal
from fieldreel.settings import AssignmentDefaults

_DATES = ("opens_at", "due_at", "closes_at")


class Assignments:
    """Reads and changes the policy of an assignment. Local use-cases: they take a session and never commit."""

    def __init__(self, *, defaults: AssignmentDefaults, audit: Audit) -> None:
        self._defaults = defaults
        self._audit = audit

    def policy(self, assignment: Assignment) -> Policy:
        """What holds for `assignment` now."""
        return policy_of(assignment, self._defaults)

    async def require_policy(self, session: AsyncSession, assignment_id: UUID) -> Policy:
        """What holds for the assignment now.

        Raises:
            NotFound: there is none.
        """
        assignment, _ = await queries.require_assignment(session, assignment_id)
        return self.policy(assignment)

    async def show(self, session: AsyncSession, principal: Principal, assignment_id: UUID) -> AssignmentOut:
        """The assignment that this launch is for.

        Raises:
            NotFound: another one.
        """
        own(principal, assignment_id)
        assignment, context = await queries.require_assignment(session, assignment_id)
        return AssignmentOut.of(assignment, context, self.policy(assignment))

    async def change(
        self,
        session: AsyncSession,
        principal: Principal,
        assignment_id: UUID,
        wanted: ChangeAssignmentRequest,
        version: int | None,
    ) -> AssignmentOut:
        """Write the fields that were sent. `version` None overwrites whatever is there.

        Raises:
            NotFound: another assignment than this launch's.
            Forbidden: not a teacher.
            PreconditionFailed: somebody else changed it first.
            InvalidRequest: the dates, old and new together, do not follow each other.
        """
        own(principal, assignment_id)
        principal.require_setter()
        assignment = await queries.lock_assignment(session, assignment_id)
        if version is not None and version != assignment.version:
            current = await self.show(session, principal, assignment_id)
            raise PreconditionFailed(extensions={"current": current.model_dump(mode="json")})
        sent = wanted.model_fields_set
        for name in sent:
            value = getattr(wanted, name)
            setattr(assignment, name, Decimal(str(value)) if name == "points_max" else value)
        _require_dates_in_order(assignment)
        if sent.intersection(_DATES):
            assignment.dates_source = DatesSource.TEACHER
        assignment.version += 1
        await session.flush()
        await self._audit.record(
            session,
            Event.ASSIGNMENT_CHANGED,
            deployment_id=principal.deployment_id,
            actor_id=principal.person_id,
            assignment_id=assignment_id,
            fields=sorted(sent),
        )
        return await self.show(session, principal, assignment_id)


def own(principal: Principal, assignment_id: UUID) -> None:
    """Raise `NotFound` unless the launch was for this assignment: to every other one it has no door."""
    if principal.assignment_id != assignment_id:
        raise NotFound


def _require_dates_in_order(assignment: Assignment) -> None:
    dates = {name: at for name in _DATES if (at := getattr(assignment, name)) is not None}
    if list(dates.values()) != sorted(dates.values()):
        detail = "opens_at, due_at and closes_at must follow each other in time"
        raise InvalidRequest(extensions={"errors": [{"pointer": f"/{name}", "detail": detail} for name in dates]})
