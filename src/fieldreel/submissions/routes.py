"""`/api/v1/submissions` and the student's home."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response, status

from fieldreel.errors import Forbidden, NotFound
from fieldreel.launches.deps import CurrentPrincipal
from fieldreel.submissions.errors import (
    AlreadySubmitted,
    AttemptsUsed,
    Closed,
    FeedbackGiven,
    IdempotencyKeyReused,
    NotUploaded,
    VideoUnusable,
)
from fieldreel.submissions.schemas import MyWorkOut, SubmissionOut, SubmitRequest
from fieldreel.submissions.service import Submissions
from fieldreel.web.deps import IdempotencyKey, MissingIdempotencyKey, Session, provided
from fieldreel.web.problems import documented

router = APIRouter(tags=["submissions"])
Service = Annotated[Submissions, Depends(provided(Submissions))]


@router.get(
    "/assignments/{assignment_id}/my-work", operation_id="get_my_work", responses=documented(NotFound, Forbidden)
)
async def get_my_work(
    assignment_id: UUID, principal: CurrentPrincipal, session: Session, submissions: Service
) -> MyWorkOut:
    """The student's home: assignment, draft, submission, attempts, and what can be done now."""
    return await submissions.my_work(session, principal, assignment_id)


@router.post(
    "/submissions",
    operation_id="submit",
    status_code=status.HTTP_201_CREATED,
    responses={
        200: {"description": "The submission that this Idempotency-Key made before", "model": SubmissionOut},
        **documented(
            NotFound,
            Forbidden,
            NotUploaded,
            VideoUnusable,
            AlreadySubmitted,
            AttemptsUsed,
            Closed,
            FeedbackGiven,
            IdempotencyKeyReused,
            MissingIdempotencyKey,
        ),
    },
)
async def submit(
    wanted: SubmitRequest,
    principal: CurrentPrincipal,
    session: Session,
    submissions: Service,
    response: Response,
    key: IdempotencyKey,
) -> SubmissionOut:
    """Hand in a video whose bytes are at Stream; it may still be processing."""
    submission, fresh = await submissions.submit(session, principal, wanted, key)
    if not fresh:
        response.status_code = status.HTTP_200_OK
    response.headers["Location"] = f"/api/v1/submissions/{submission.id}"
    return submission


@router.get("/submissions/{submission_id}", operation_id="get_submission", responses=documented(NotFound))
async def get_submission(
    submission_id: UUID, principal: CurrentPrincipal, session: Session, submissions: Service
) -> SubmissionOut:
    """One attempt, for its owner and its teachers."""
    return await submissions.show(session, principal, submission_id)


@router.delete(
    "/submissions/{submission_id}",
    operation_id="withdraw_submission",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=documented(NotFound, FeedbackGiven, Closed),
)
async def withdraw_submission(
    submission_id: UUID, principal: CurrentPrincipal, session: Session, submissions: Service
) -> None:
    """Take it back before feedback; the video becomes a draft again."""
    await submissions.withdraw(session, principal, submission_id)
