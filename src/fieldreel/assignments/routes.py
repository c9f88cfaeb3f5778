"""`/api/v1/assignments`."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Response

from fieldreel.assignments.schemas import AssignmentOut, ChangeAssignmentRequest
from fieldreel.assignments.service import Assignments
from fieldreel.errors import Forbidden, NotFound, PreconditionFailed, PreconditionRequired
from fieldreel.launches.deps import CurrentPrincipal
from fieldreel.web.deps import Session, provided
from fieldreel.web.etags import etag, expected_version
from fieldreel.web.problems import documented

router = APIRouter(prefix="/assignments", tags=["assignments"])
Service = Annotated[Assignments, Depends(provided(Assignments))]


@router.get("/{assignment_id}", operation_id="get_assignment", responses=documented(NotFound))
async def get_assignment(
    assignment_id: UUID, principal: CurrentPrincipal, session: Session, assignments: Service, response: Response
) -> AssignmentOut:
    """Limits, dates and instructions; `ETag` for changes."""
    shown = await assignments.show(session, principal, assignment_id)
    response.headers["ETag"] = etag(shown.version)
    return shown


@router.patch(
    "/{assignment_id}",
    operation_id="change_assignment",
    responses=documented(NotFound, Forbidden, PreconditionFailed, PreconditionRequired),
)
async def change_assignment(
    assignment_id: UUID,
    wanted: ChangeAssignmentRequest,
    principal: CurrentPrincipal,
    session: Session,
    assignments: Service,
    response: Response,
    if_match: Annotated[str | None, Header()] = None,
) -> AssignmentOut:
    """Change settings. Teachers only."""
    shown = await assignments.change(session, principal, assignment_id, wanted, expected_version(if_match))
    response.headers["ETag"] = etag(shown.version)
    return shown
