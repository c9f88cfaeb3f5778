"""`/api/v1/submissions/{id}/grade`."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Response, status

from fieldreel.errors import Forbidden, InvalidRequest, NotFound, PreconditionFailed, PreconditionRequired
from fieldreel.grading.errors import InvalidPoints, NoGrade, NothingToSend
from fieldreel.grading.schemas import GradeOut, SaveGradeRequest
from fieldreel.grading.service import NO_VERSION_YET, Grading
from fieldreel.launches.deps import CurrentPrincipal
from fieldreel.web.deps import Session, provided
from fieldreel.web.etags import etag, expected_version
from fieldreel.web.problems import documented

router = APIRouter(prefix="/submissions", tags=["grading"])
Service = Annotated[Grading, Depends(provided(Grading))]


@router.get("/{submission_id}/grade", operation_id="get_grade", responses=documented(NotFound, NoGrade))
async def get_grade(
    submission_id: UUID, principal: CurrentPrincipal, session: Session, grading: Service, response: Response
) -> GradeOut:
    """Points, comment, and whether the gradebook has them."""
    grade = await grading.show(session, principal, submission_id)
    response.headers["ETag"] = etag(grade.version)
    return grade


@router.put(
    "/{submission_id}/grade",
    operation_id="save_grade",
    responses=documented(NotFound, Forbidden, InvalidPoints, PreconditionFailed, PreconditionRequired),
)
async def save_grade(
    submission_id: UUID,
    wanted: SaveGradeRequest,
    principal: CurrentPrincipal,
    session: Session,
    grading: Service,
    response: Response,
    if_match: Annotated[str | None, Header(description="`ETag` of the grade that was changed")] = None,
    if_none_match: Annotated[str | None, Header(description="`*`: there must be no grade yet")] = None,
) -> GradeOut:
    """Save a grade; the score is sent to the gradebook by itself. Teachers only."""
    if if_none_match is not None and if_none_match.strip() != "*":
        raise InvalidRequest("`If-None-Match` must be *.")
    version = NO_VERSION_YET if if_none_match is not None else expected_version(if_match)
    grade = await grading.save(session, principal, submission_id, wanted, version)
    response.headers["ETag"] = etag(grade.version)
    return grade


@router.post(
    "/{submission_id}/grade/resend",
    operation_id="resend_score",
    status_code=status.HTTP_202_ACCEPTED,
    responses=documented(NotFound, Forbidden, NothingToSend),
)
async def resend_score(
    submission_id: UUID, principal: CurrentPrincipal, session: Session, grading: Service
) -> GradeOut:
    """Try a score again that did not reach the gradebook. Teachers only."""
    return await grading.resend(session, principal, submission_id)
