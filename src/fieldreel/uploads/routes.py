"""`/api/v1/uploads`."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response, status

from fieldreel.errors import Forbidden, NotFound
from fieldreel.launches.deps import CurrentPrincipal
from fieldreel.stream.errors import StreamBusy, StreamQuotaExceeded, StreamRateLimited, StreamUnavailable
from fieldreel.submissions.errors import AttemptsUsed, FeedbackGiven, IdempotencyKeyReused
from fieldreel.uploads.errors import (
    EmptyFile,
    SubmissionsClosed,
    UnsupportedVideo,
    UploadExpired,
    UploadNotOpen,
    VideoTooLarge,
    VideoTooLong,
)
from fieldreel.uploads.schemas import OffsetOut, StartUploadRequest, UploadEventRequest, UploadOut
from fieldreel.uploads.service import Uploads
from fieldreel.videos.errors import WrongVideoState
from fieldreel.videos.schemas import VideoOut
from fieldreel.web.deps import IdempotencyKey, MissingIdempotencyKey, Session, provided
from fieldreel.web.problems import documented

router = APIRouter(prefix="/uploads", tags=["uploads"])
Service = Annotated[Uploads, Depends(provided(Uploads))]


@router.post(
    "",
    operation_id="start_upload",
    status_code=status.HTTP_201_CREATED,
    responses={
        200: {"description": "The upload that this Idempotency-Key made before", "model": UploadOut},
        **documented(
            NotFound,
            Forbidden,
            EmptyFile,
            VideoTooLarge,
            VideoTooLong,
            UnsupportedVideo,
            UploadNotOpen,
            SubmissionsClosed,
            AttemptsUsed,
            FeedbackGiven,
            WrongVideoState,
            IdempotencyKeyReused,
            MissingIdempotencyKey,
            StreamQuotaExceeded,
            StreamBusy,
            StreamRateLimited,
            StreamUnavailable,
        ),
    },
)
async def start_upload(
    wanted: StartUploadRequest,
    principal: CurrentPrincipal,
    uploads: Service,
    response: Response,
    key: IdempotencyKey,
) -> UploadOut:
    """Ask for a link to send one file to, by tus, straight from the browser to Stream."""
    upload, fresh = await uploads.start(principal, wanted, key)
    if not fresh:
        response.status_code = status.HTTP_200_OK
    response.headers["Location"] = f"/api/v1/uploads/{upload.id}"
    return upload


@router.get("/{upload_id}", operation_id="get_upload", responses=documented(NotFound))
async def get_upload(upload_id: UUID, principal: CurrentPrincipal, session: Session, uploads: Service) -> UploadOut:
    """Your own upload with its link, to continue it in another tab or on another device."""
    return await uploads.show(session, principal, upload_id)


@router.get(
    "/{upload_id}/offset",
    operation_id="get_upload_offset",
    responses=documented(NotFound, UploadExpired, StreamUnavailable),
)
async def get_upload_offset(upload_id: UUID, principal: CurrentPrincipal, uploads: Service) -> OffsetOut:
    """How many bytes Stream holds, where the browser cannot ask Stream itself."""
    return await uploads.offset(principal, upload_id)


@router.post("/{upload_id}/complete", operation_id="complete_upload", responses=documented(NotFound, StreamUnavailable))
async def complete_upload(upload_id: UUID, principal: CurrentPrincipal, uploads: Service) -> VideoOut:
    """Say that the last byte was sent; Stream is asked. May be repeated."""
    return await uploads.complete(principal, upload_id)


@router.post(
    "/{upload_id}/events",
    operation_id="report_upload_event",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=documented(NotFound),
)
async def report_upload_event(
    upload_id: UUID, told: UploadEventRequest, principal: CurrentPrincipal, session: Session, uploads: Service
) -> None:
    """Tell the log of a retry, a pause or a failure."""
    await uploads.note(session, principal, upload_id, told)


@router.delete(
    "/{upload_id}",
    operation_id="cancel_upload",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=documented(NotFound, WrongVideoState),
)
async def cancel_upload(upload_id: UUID, principal: CurrentPrincipal, uploads: Service) -> None:
    """Cancel an upload or a draft; what it reserved at Stream is released."""
    await uploads.cancel(principal, upload_id)
