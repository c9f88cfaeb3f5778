"""`/api/v1/assignments/{id}/queue`."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from fieldreel.errors import Forbidden, NotFound
from fieldreel.launches.deps import CurrentPrincipal
from fieldreel.review.schemas import QueueOut
from fieldreel.review.service import Review
from fieldreel.web.deps import Session, provided
from fieldreel.web.problems import documented

router = APIRouter(prefix="/assignments", tags=["review"])


@router.get("/{assignment_id}/queue", operation_id="get_queue", responses=documented(NotFound, Forbidden))
async def get_queue(
    assignment_id: UUID,
    principal: CurrentPrincipal,
    session: Session,
    review: Annotated[Review, Depends(provided(Review))],
) -> QueueOut:
    """Everybody in the course with their submission, video and grade. Teachers only."""
    return await review.queue(session, principal, assignment_id)
