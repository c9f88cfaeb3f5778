"""`/api/v1/videos`."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from fieldreel.errors import NotFound
from fieldreel.launches.deps import CurrentPrincipal
from fieldreel.videos.schemas import VideoOut
from fieldreel.videos.service import Videos
from fieldreel.web.deps import Session, provided
from fieldreel.web.problems import documented

router = APIRouter(prefix="/videos", tags=["videos"])


@router.get("/{video_id}", operation_id="get_video", responses=documented(NotFound))
async def get_video(
    video_id: UUID, principal: CurrentPrincipal, session: Session, videos: Annotated[Videos, Depends(provided(Videos))]
) -> VideoOut:
    """Where your own video is. Ask every few seconds while it is being processed."""
    return await videos.show_own(session, principal, video_id)
