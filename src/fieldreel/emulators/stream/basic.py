"""The one-shot multipart upload of at most 200 MB."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from fieldreel.emulators.stream.core import Core
from fieldreel.emulators.stream.library import Video
from fieldreel.emulators.stream.wire import ALREADY_UPLOADED, TOO_LARGE, Refusal, bad_request, not_found

LARGEST_BYTES = 200_000_000


@asynccontextmanager
async def file_part(request: Request) -> AsyncIterator[UploadFile]:
    """The part named `file`; it lies on disk while it is read.

    Raises:
        Refusal: 400 "decoding error" for any other kind of body, 413 above 200 MB.
    """
    if not request.headers.get("Content-Type", "").startswith("multipart/form-data"):
        raise bad_request("Decoding Error: a part of the request could not be decoded")
    if int(request.headers.get("Content-Length", "0")) > LARGEST_BYTES + 10_000:
        raise Refusal(413, TOO_LARGE, "Request Entity Too Large: use tus for more than 200 MB")
    try:
        form = await request.form()
    except HTTPException as broken:
        raise bad_request("Decoding Error: a part of the request could not be decoded") from broken
    try:
        part = form.get("file")
        if not isinstance(part, UploadFile):
            raise bad_request("Decoding Error: no part named file")
        if (part.size or 0) > LARGEST_BYTES:
            raise Refusal(413, TOO_LARGE, "Request Entity Too Large: use tus for more than 200 MB")
        yield part
    finally:
        await form.close()


async def store(core: Core, video: Video, part: UploadFile) -> None:
    """Copy an uploaded part into the library and hand it to the encoder."""

    def copy() -> None:
        with core.library.source(video).open("wb") as target:
            shutil.copyfileobj(part.file, target, 1 << 20)

    await asyncio.to_thread(copy)
    core.encoder.submit(video)


async def receive(core: Core, request: Request) -> Response:
    """`POST /{uid}` on the upload host: one use, before the URL ends."""
    video = core.library.by_path(request.path_params["path_id"])
    if video is None or video.door != "basic":
        raise not_found("upload")
    if video.state != "pendingupload" or video.uid in core.writing:
        raise Refusal(409, ALREADY_UPLOADED, "Already Uploaded: this URL has been used")
    if video.upload_expiry <= core.clock.now():
        raise Refusal(410, ALREADY_UPLOADED, "Gone: this URL has expired")
    core.writing.add(video.uid)
    try:
        async with file_part(request) as part:
            await store(core, video, part)
    finally:
        core.writing.discard(video.uid)
    return Response(status_code=200)
