"""The MP4 download of a ready video."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from fieldreel.emulators.stream.core import Core
from fieldreel.emulators.stream.library import Video
from fieldreel.emulators.stream.wire import bad_request, not_found, success


def _downloads(core: Core, video: Video) -> dict[str, Any]:
    if not video.download:
        return {}
    url = f"{core.config.media_url}/{video.uid}/downloads/default.mp4"
    return {"default": {"status": "ready", "url": url, "percentComplete": 100.0}}


async def get_downloads(core: Core, request: Request) -> Response:
    """`GET …/downloads`."""
    return success(_downloads(core, core.library.require(request.path_params["uid"])))


async def create_download(core: Core, request: Request) -> Response:
    """`POST …/downloads`: only for ready videos. The file is made when it is first fetched."""
    video = core.library.require(request.path_params["uid"])
    if video.state != "ready":
        raise bad_request("Bad Request: the video is not ready")
    video.download = True
    core.library.save(video)
    return success(_downloads(core, video))


async def delete_download(core: Core, request: Request) -> Response:
    """`DELETE …/downloads`."""
    video = core.library.require(request.path_params["uid"])
    if not video.download:
        raise not_found("download")
    video.download = False
    core.library.save(video)
    return success("")
