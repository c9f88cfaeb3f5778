"""Statements on assignments."""

from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from fieldreel.courses.models import Assignment, Context
from fieldreel.errors import NotFound

_WITH_CONTEXT = (
    select(Assignment, Context)
    .join(Context, Context.id == Assignment.context_id)
    .where(Assignment.id == bindparam("assignment_id"))
)
_LOCKED = select(Assignment).where(Assignment.id == bindparam("assignment_id")).with_for_update()


async def require_assignment(session: AsyncSession, assignment_id: UUID) -> tuple[Assignment, Context]:
    """The assignment and its course.

    Raises:
        NotFound: there is none.
    """
    row = (await session.execute(_WITH_CONTEXT, {"assignment_id": assignment_id})).one_or_none()
    if row is None:
        raise NotFound
    return row[0], row[1]


async def lock_assignment(session: AsyncSession, assignment_id: UUID) -> Assignment:
    """The assignment, locked until the transaction ends.

    Raises:
        NotFound: there is none.
    """
    assignment = await session.scalar(_LOCKED, {"assignment_id": assignment_id})
    if assignment is None:
        raise NotFound
    return assignment
