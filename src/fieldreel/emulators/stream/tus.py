"""The transfer of bytes: tus 1.0.0 core as Cloudflare limits it."""

import asyncio
import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from fieldreel.emulators.stream.core import Core
from fieldreel.emulators.stream.faults import Dropped, Fault
from fieldreel.emulators.stream.library import Video
from fieldreel.emulators.stream.wire import TOO_LARGE, Refusal, bad_request, not_found

TUS = {"Tus-Resumable": "1.0.0"}
SMALLEST_CHUNK, LARGEST_CHUNK, CHUNK_STEP = 5_242_880, 209_715_200, 262_144
# The statuses are those of tus 1.0.0; these bodies carry no code that a source would tell.
_CONFLICT, _GONE, _TYPE, _VERSION, _STALLED = 10006, 10007, 10012, 10013, 10014
_WRITE_BYTES = 1 << 20
_DRAIN_SECONDS = 5.0
_OFFSET_TYPE = "application/offset+octet-stream"


def require_version(request: Request) -> None:
    """Refuse any version but 1.0.0 (tus 1.0.0, "Tus-Resumable").

    Raises:
        Refusal: 412 with `Tus-Version`.
    """
    if request.headers.get("Tus-Resumable") != "1.0.0":
        raise Refusal(412, _VERSION, "Precondition Failed: Tus-Resumable must be 1.0.0", {"Tus-Version": "1.0.0"})


async def transfer(core: Core, request: Request, door: str, fault: Fault | None = None) -> Response:
    """HEAD and PATCH on an upload URL of this door; a refusal leaves at once and the rest of the body is discarded."""
    try:
        if fault is not None and fault.cut_after_bytes is None and not fault.lose_answer:
            return _answer(request, fault.response())
        require_version(request)
        video = _open_upload(core, request, door)
        response = _head(core, video) if request.method == "HEAD" else await _patch(core, request, video, fault)
    except Refusal as refusal:
        response = refusal.plain()
        response.headers.update(TUS)
    return _answer(request, response if fault is None else fault.response())


def _answer(request: Request, response: Response) -> Response:
    body_is_read = request.method != "PATCH" or getattr(request.state, "body_is_read", False)
    return response if body_is_read or isinstance(response, Dropped) else _Early(response)


def _open_upload(core: Core, request: Request, door: str) -> Video:
    video = core.library.by_path(request.path_params["path_id"])
    if video is None or video.door != door:
        raise not_found("upload")
    if video.state == "pendingupload" and video.upload_expiry <= core.clock.now():
        raise Refusal(410, _GONE, "Gone: this upload URL has expired")
    return video


def _offset(core: Core, video: Video) -> int:
    return core.library.source(video).stat().st_size


def _head(core: Core, video: Video) -> Response:
    headers = {"Upload-Offset": str(_offset(core, video)), "Upload-Length": str(video.upload_length)}
    return Response(status_code=200, headers={**TUS, **headers, "Cache-Control": "no-store"})


async def _patch(core: Core, request: Request, video: Video, fault: Fault | None) -> Response:
    if request.headers.get("Content-Type") != _OFFSET_TYPE:
        raise Refusal(415, _TYPE, f"Unsupported Media Type: Content-Type must be {_OFFSET_TYPE}")
    asked = request.headers.get("Upload-Offset", "")
    if not (asked.isascii() and asked.isdigit()):
        raise bad_request("Bad Request: Upload-Offset must be a number of bytes")
    if video.uid in core.writing:
        raise Refusal(409, _CONFLICT, "Conflict: another request is writing to this upload")
    start = _offset(core, video)
    if int(asked) != start:
        raise Refusal(409, _CONFLICT, f"Conflict: the upload is at {start}, not at {asked}")
    announced = request.headers.get("Content-Length")
    if announced is not None:
        _check_chunk(video, start, int(announced))
    core.writing.add(video.uid)
    try:
        taken, whole = await _take(core, request, video, start, fault)
    finally:
        core.writing.discard(video.uid)
    if core.library.find(video.uid) is not video:
        raise not_found("upload")
    if not whole:
        return Dropped(None)  # the caller has gone, or a fault is about to answer in our stead
    end = start + taken
    if end == video.upload_length and video.state == "pendingupload":
        core.encoder.submit(video)
    return Response(status_code=204, headers={**TUS, "Upload-Offset": str(end)})


def _check_chunk(video: Video, start: int, length: int) -> None:
    """Hold one chunk against the limits; the last or only one may be small and odd, never larger."""
    total = video.upload_length or 0
    if start + length > total:
        raise bad_request("Bad Request: more bytes than Upload-Length announced")
    if length > LARGEST_CHUNK:
        raise Refusal(400, TOO_LARGE, f"Bad Request: a chunk has at most {LARGEST_CHUNK} bytes")
    if start + length < total and (length < SMALLEST_CHUNK or length % CHUNK_STEP):
        raise bad_request(f"Bad Request: a chunk has at least {SMALLEST_CHUNK} bytes and is a multiple of {CHUNK_STEP}")


async def _take(core: Core, request: Request, video: Video, start: int, fault: Fault | None) -> tuple[int, bool]:
    """Stream the body to disk. Gives the bytes kept and whether all of them came."""
    limit = fault.cut_after_bytes if fault is not None and fault.cut_after_bytes is not None else None
    path, taken, whole = core.library.source(video), 0, False
    try:
        with path.open("ab") as target:
            taken, whole = await _stream(request, target, core.config.stall_seconds, limit)
        if whole:
            _check_chunk(video, start, taken)  # a chunked body tells its length only now
    except TimeoutError:
        raise Refusal(408, _STALLED, "Request Timeout: stream timeout") from None
    except ClientDisconnect:
        whole = False
    except Refusal:
        await asyncio.to_thread(_truncate, path, start)
        raise
    finally:
        if not whole and path.exists():
            await asyncio.to_thread(_truncate, path, _kept(core.switches.partial_patch, start, path.stat().st_size))
    return taken, whole


def _kept(mode: str, start: int, reached: int) -> int:
    return {"keep": reached, "floor256k": max(start, reached - reached % CHUNK_STEP), "drop": start}[mode]


def _truncate(path: Path, size: int) -> None:
    with path.open("r+b") as file:
        file.truncate(size)


async def _stream(request: Request, target: BinaryIO, stall_seconds: float, limit: int | None) -> tuple[int, bool]:
    """Write in pieces of about 1 MiB, in a thread, so that neither memory nor the event loop notices a large file."""
    loop, taken, held = asyncio.get_running_loop(), 0, 0
    pieces: list[bytes] = []
    write: Callable[[list[bytes]], None] = target.writelines
    try:
        async with asyncio.timeout(stall_seconds) as patience:
            async for piece in request.stream():
                allowed = piece if limit is None else piece[: limit - taken]
                taken += len(allowed)
                held += len(allowed)
                pieces.append(allowed)
                if limit is not None and taken >= limit:
                    return taken, False
                if held >= _WRITE_BYTES:
                    await asyncio.to_thread(write, pieces)
                    pieces, held = [], 0
                    patience.reschedule(loop.time() + stall_seconds)
    finally:
        await asyncio.to_thread(write, pieces)
    request.state.body_is_read = True
    return taken, True


class _Early(Response):
    """An answer that leaves before the request's body has arrived, and then reads that body away.

    To answer and close at once would reset the connection under the sender, who then never sees the answer.
    """

    def __init__(self, answer: Response) -> None:
        super().__init__(answer.body, answer.status_code)
        self.raw_headers = answer.raw_headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - an ASGI signature
        body = bytes(self.body)
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": body, "more_body": True})
        message: Message = {"type": "http.request", "more_body": True}
        with contextlib.suppress(TimeoutError):
            while message["type"] == "http.request" and message.get("more_body"):
                message = await asyncio.wait_for(receive(), _DRAIN_SECONDS)
        await send({"type": "http.response.body", "body": b"", "more_body": False})
