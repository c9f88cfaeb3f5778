"""What viewers fetch: playlists, segments, pictures, the player page and the download, each behind the same gate."""

import asyncio
import math
import re
from html import escape
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response

from fieldreel.emulators.stream import tokens
from fieldreel.emulators.stream.core import Core
from fieldreel.emulators.stream.library import Video
from fieldreel.emulators.stream.media import Probe, make_mp4, picture
from fieldreel.emulators.stream.wire import bad_request, not_found

_UID = re.compile(r"[0-9a-f]{32}")
_FILE = re.compile(r"video\.m3u8|init\.mp4|segment-\d{5}\.m4s")
_SECONDS = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s?)?")
_TYPES = {"m3u8": "application/vnd.apple.mpegurl", "mp4": "video/mp4", "m4s": "video/iso.segment"}
_FITS = {"crop", "clip", "scale", "fill"}
_LARGEST_PICTURE = 2000
_FILE_NAME = re.compile(r"[A-Za-z0-9_-]{1,120}")


async def admit(core: Core, request: Request, *, embedded: bool = False) -> tuple[Video, dict[str, Any]]:
    """The video behind a uid or a token, and the token's claims, if this viewer may have it.

    `embedded` says that the request plays the video, which is what `allowedOrigins` governs.

    Raises:
        Refusal: 401 for a bare uid of a signed video or a bad token, 403 for a rule or an origin, 404.
    """
    name, claims = request.path_params["name"], {}
    if _UID.fullmatch(name):
        video = core.library.require(name)
        if video.require_signed_urls:
            raise tokens.unauthorized("this video requires a signed URL")
    else:
        skew = core.switches.token_clock_skew_seconds
        claims = tokens.verify(name, await core.public_keys(), core.library.later(skew))
        for claim in sorted(tokens.unknown_claims(claims)):
            core.library.warn(f"token: claim {claim!r} is not documented")
        if "kid" not in claims:
            core.library.warn("token: kid belongs in the claims too")
        video = core.library.require(str(claims.get("sub")))
        peer = core.switches.viewer_ip or (request.client.host if request.client else "127.0.0.1")
        try:
            admitted = tokens.admits(claims.get("accessRules", []), peer, core.switches.viewer_country)
        except (AttributeError, TypeError, ValueError):
            raise tokens.unauthorized("token refused: accessRules cannot be read") from None
        if not admitted:
            raise tokens.forbidden("an access rule of the token keeps this viewer out")
    if embedded:
        headers = request.headers
        tokens.check_origin(video, headers.get("Origin"), headers.get("Referer"), core.config.media_url)
    return video, claims


def _facts(video: Video) -> Probe:
    if video.facts is None:
        raise not_found("encoded video")
    return video.facts


async def manifest(core: Core, request: Request) -> Response:
    """`/{uid|token}/manifest/video.m3u8`: made per request, never to be stored; all URLs in it are relative."""
    video, _ = await admit(core, request, embedded=True)
    _facts(video)
    return _file(core, video, "main.m3u8")


async def segment(core: Core, request: Request) -> Response:
    """`/{uid|token}/manifest/stream/…`: the rendition's playlist, its initialisation and its segments."""
    video, _ = await admit(core, request, embedded=True)
    file = request.path_params["file"]
    if not _FILE.fullmatch(file):
        raise not_found("segment")
    _facts(video)
    return _file(core, video, file)


def _file(core: Core, video: Video, name: str) -> Response:
    path = core.encoder.hls_folder(video) / name
    if not path.exists():
        raise not_found("segment")
    kind = name.rpartition(".")[2]
    caching = "no-store" if kind == "m3u8" else "private, max-age=3600"
    return FileResponse(path, media_type=_TYPES[kind], headers={"Cache-Control": caching})


async def thumbnail(core: Core, request: Request) -> Response:
    """`/{uid|token}/thumbnails/thumbnail.jpg?time=&width=&height=&fit=`; `time` as `1s`, `1m5s` or `7.5`."""
    video, _ = await admit(core, request)
    facts, asked = _facts(video), request.query_params
    at = _seconds(asked["time"]) if "time" in asked else video.thumbnail_timestamp_pct * facts.duration
    sizes = {side: _size(asked.get(side), side) for side in ("width", "height")}
    fit = asked.get("fit", "crop")
    if fit not in _FITS:
        raise bad_request("Bad Request: fit is crop, clip, scale or fill")
    jpeg = await asyncio.to_thread(picture, core.library.source(video), at, facts, **sizes, fit=fit)
    return Response(jpeg, media_type="image/jpeg", headers={"Cache-Control": "private, max-age=60"})


def _seconds(text: str) -> float:
    match = _SECONDS.fullmatch(text)
    if not text or match is None:
        raise bad_request("Bad Request: time must look like 1h2m3s")
    hours, minutes, seconds = (float(part or 0) for part in match.groups())
    return hours * 3600 + minutes * 60 + seconds


def _size(text: str | None, side: str) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdigit()) or not 1 < int(text) <= _LARGEST_PICTURE:
        raise bad_request(f"Bad Request: {side} must be between 2 and {_LARGEST_PICTURE}")
    return int(text) // 2 * 2


async def download(core: Core, request: Request) -> Response:
    """`/{uid|token}/downloads/default.mp4?filename=`: switched on by the API; a signed video's token must allow it."""
    video, claims = await admit(core, request)
    if video.require_signed_urls and claims.get("downloadable") is not True:
        raise tokens.forbidden("the token does not allow a download")
    if not video.download:
        raise not_found("download")
    name = request.query_params.get("filename", "default")
    if not _FILE_NAME.fullmatch(name):
        raise bad_request("Bad Request: filename has at most 120 characters of A-Z a-z 0-9 - _")
    return await _mp4(core, video, {"Content-Disposition": f'attachment; filename="{name}.mp4"'})


async def progressive(core: Core, request: Request) -> Response:
    """`/{uid|token}/manifest/emulator.mp4`: the emulator's own, for the player page in browsers that play no HLS."""
    video, _ = await admit(core, request, embedded=True)
    return await _mp4(core, video, {"Cache-Control": "no-store"})


async def _mp4(core: Core, video: Video, headers: dict[str, str]) -> Response:
    facts, folder = _facts(video), core.library.folder(video)
    whole = folder / "whole.mp4"
    if not whole.exists():
        part = folder / f"whole-{core.library.new_id()}.mp4"
        await asyncio.to_thread(make_mp4, core.library.source(video), part, facts)
        part.replace(whole)
    return FileResponse(whole, media_type="video/mp4", headers=headers)


async def player(core: Core, request: Request) -> Response:
    """`/{uid|token}/iframe` and `/{uid|token}/watch`: a page with one video element."""
    video, _ = await admit(core, request, embedded=True)
    if video.facts is None:
        return HTMLResponse("<!doctype html><title>Not ready</title><p>This video is still being prepared.</p>")
    asked, flags = request.query_params, ""
    for name in ("autoplay", "loop", "muted"):
        flags += f" {name}" if asked.get(name) == "true" else ""
    flags += "" if asked.get("controls") == "false" else " controls"
    start = f"#t={math.floor(_seconds(asked['startTime']))}" if asked.get("startTime") else ""
    base = "/" + quote(request.path_params["name"])
    poster = escape(asked.get("poster") or f"{base}/thumbnails/thumbnail.jpg", quote=True)
    page = (
        "<!doctype html><html lang=en><meta charset=utf-8><title>Stream emulator</title>"
        "<style>html,body{margin:0;height:100%;background:#000}video{width:100%;height:100%}</style>"
        f'<video playsinline preload=metadata poster="{poster}"{flags}>'
        f'<source src="{base}/manifest/emulator.mp4{start}" type="video/mp4">'
        f'<source src="{base}/manifest/video.m3u8{start}" type="application/vnd.apple.mpegurl"></video></html>'
    )
    return HTMLResponse(page)
