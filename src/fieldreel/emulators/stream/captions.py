"""Caption tracks in WebVTT."""

import re
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from fieldreel.emulators.stream.core import Core
from fieldreel.emulators.stream.library import Video
from fieldreel.emulators.stream.wire import TOO_LARGE, Refusal, bad_request, not_found, success

_LARGEST_BYTES = 10_000_000
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


def _caption(language: str) -> dict[str, Any]:
    return {"language": language, "label": language, "generated": False, "status": "ready"}


async def list_captions(core: Core, request: Request) -> Response:
    """`GET …/captions`."""
    video = core.library.require(request.path_params["uid"])
    return success([_caption(language) for language in sorted(video.captions)])


async def get_caption(core: Core, request: Request) -> Response:
    """`GET …/captions/{language}`."""
    _, language, _ = _found(core, request)
    return success(_caption(language))


async def get_vtt(core: Core, request: Request) -> Response:
    """`GET …/captions/{language}/vtt`: text/vtt, outside the envelope."""
    _, _, text = _found(core, request)
    return Response(text, media_type="text/vtt")


async def put_caption(core: Core, request: Request) -> Response:
    """`PUT …/captions/{language}`: multipart `file`, as a file or (the official SDK) as a plain field."""
    video, language = core.library.require(request.path_params["uid"]), request.path_params["language"]
    if not _LANGUAGE.fullmatch(language):
        raise bad_request("Bad Request: not a BCP 47 language tag")
    async with request.form(max_part_size=_LARGEST_BYTES) as form:
        part = form.get("file")
        raw = await part.read(_LARGEST_BYTES + 1) if isinstance(part, UploadFile) else (part or "").encode()
    if len(raw) > _LARGEST_BYTES:
        raise Refusal(413, TOO_LARGE, "Request Entity Too Large: a caption file has at most 10 MB")
    text = raw.decode("utf-8-sig", "replace")
    if not text.startswith("WEBVTT"):
        raise bad_request("Bad Request: not a WebVTT file")
    video.captions[language] = text
    core.library.save(video)
    return success(_caption(language))


async def delete_caption(core: Core, request: Request) -> Response:
    """`DELETE …/captions/{language}`."""
    video, language, _ = _found(core, request)
    del video.captions[language]
    core.library.save(video)
    return success("")


def _found(core: Core, request: Request) -> tuple[Video, str, str]:
    video, language = core.library.require(request.path_params["uid"]), request.path_params["language"]
    if language not in video.captions:
        raise not_found("caption")
    return video, language, video.captions[language]
