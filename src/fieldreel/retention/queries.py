"""Statements of the sweep."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Integer, and_, cast, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from fieldreel.courses.models import Assignment
from fieldreel.videos.models import Video, VideoStatus

_OWED = (VideoStatus.EXPIRED, VideoStatus.CANCELLED, VideoStatus.DELETING)
_KEPT = (VideoStatus.READY, VideoStatus.FAILED, VideoStatus.PROCESSING)


async def claim_due_deletions(
    session: AsyncSession, *, now: datetime, default_days: int, batch: int
) -> Sequence[Video]:
    """Videos whose retention has ended or whose deletion is owed, locked, skipped by other workers, oldest first."""
    days = func.coalesce(Assignment.retention_days, default_days)
    # In hours: a day of PostgreSQL is as long as its time zone says, one of `Policy.delete_after` has 24.
    ended = Video.uploaded_at + func.make_interval(0, 0, 0, 0, cast(days * 24, Integer)) <= now
    rested = or_(Video.next_check_at.is_(None), Video.next_check_at <= now)
    statement = (
        select(Video)
        .join(Assignment, Assignment.id == Video.assignment_id)
        .where(or_(and_(Video.status.in_(_KEPT), ended), and_(Video.status.in_(_OWED), rested)))
        .order_by(Video.id)
        .limit(batch)
        .with_for_update(of=Video, skip_locked=True)
    )
    return (await session.scalars(statement)).all()
