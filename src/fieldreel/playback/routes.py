"""`/api/v1/videos/{id}/playback`."""

from uuid import UUID

from fastapi import APIRouter, Request

from fieldreel.errors import NotFound, Unauthenticated
from fieldreel.launches.deps import SignedPrincipal
from fieldreel.playback.errors import VideoDeleted, VideoFailed, VideoNotReady
from fieldreel.playback.schemas import PlaybackOut
from fieldreel.playback.service import Playback
from fieldreel.web.deps import part
from fieldreel.web.problems import documented

router = APIRouter(prefix="/videos", tags=["playback"])


@router.post(
    "/{video_id}/playback",
    operation_id="issue_playback_token",
    responses=documented(Unauthenticated, NotFound, VideoNotReady, VideoFailed, VideoDeleted),
)
async def issue_playback_token(video_id: UUID, principal: SignedPrincipal, request: Request) -> PlaybackOut:
    """A signed token to watch one video for an hour. Each call is logged."""
    return await part(request, Playback).issue(principal.launch_id, video_id)
