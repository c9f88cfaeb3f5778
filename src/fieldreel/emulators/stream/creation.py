"""How an upload URL, or a video at once, comes into being."""

from datetime import datetime, timedelta
from typing import Literal

from starlette.requests import Request
from starlette.responses import Response

from fieldreel.emulators.stream import basic, fields
from fieldreel.emulators.stream.core import Core
from fieldreel.emulators.stream.fields import Wishes
from fieldreel.emulators.stream.library import Video, as_json
from fieldreel.emulators.stream.tus import TUS, require_version
from fieldreel.emulators.stream.wire import TOO_LARGE, Refusal, bad_request, json_object, moment, success

LARGEST_BYTES = 30_000_000_000
_TOKEN_UPLOAD_LIFE = timedelta(hours=24)


def _new_video(
    core: Core,
    wishes: Wishes,
    door: Literal["tus_direct", "tus_token", "basic"],
    expiry: datetime,
    length: int | None = None,
) -> Video:
    now = core.clock.now()
    uid = core.library.new_id()
    video = Video(
        uid=uid,
        path_id=uid if door == "basic" else core.library.new_id(),
        door=door,
        created=now,
        modified=now,
        upload_expiry=expiry,
        upload_length=length,
        creator=wishes.creator,
        meta=wishes.meta,
        require_signed_urls=wishes.require_signed_urls,
        allowed_origins=wishes.allowed_origins,
        thumbnail_timestamp_pct=wishes.thumbnail_timestamp_pct,
        scheduled_deletion=wishes.scheduled_deletion,
        max_duration_seconds=wishes.max_duration_seconds,
        reserved_seconds=wishes.max_duration_seconds or core.config.default_reservation_seconds,
    )
    core.library.add(video)
    return video


async def create(core: Core, request: Request) -> Response:
    """`POST /stream`: a tus creation if `Tus-Resumable` is there, else a multipart upload with the API token."""
    if "Tus-Resumable" not in request.headers:
        return await _upload_with_token(core, request)
    require_version(request)
    if await request.body():
        core.library.warn("create: the body of a tus creation was ignored")
    now, warn = core.clock.now(), core.library.warn
    length = request.headers.get("Upload-Length", "")
    if not (length.isascii() and length.isdigit()) or int(length) == 0:
        raise bad_request("Bad Request: Upload-Length must be the size of the file in bytes")
    if int(length) > LARGEST_BYTES:
        raise Refusal(413, TOO_LARGE, "Request Entity Too Large: the file is larger than 30 GB")
    wishes = fields.from_metadata(fields.parse_metadata(request.headers.get("Upload-Metadata", ""), warn), now, warn)
    if "Upload-Creator" in request.headers:
        wishes.creator = fields.creator(request.headers["Upload-Creator"])
    direct = request.query_params.get("direct_user") == "true"
    life = fields.DEFAULT_EXPIRY if direct else _TOKEN_UPLOAD_LIFE
    if not direct:
        warn("create: without direct_user=true the upload URL is useless to a browser")
    if wishes.max_duration_seconds is None:
        warn("create: without maxDurationSeconds the upload reserves a large default")
    door: Literal["tus_direct", "tus_token"] = "tus_direct" if direct else "tus_token"
    video = _new_video(core, wishes, door, wishes.expiry or now + life, int(length))
    path = f"/tus/{video.path_id}" if direct else f"/client/v4/accounts/{core.config.account_id}/media/{video.path_id}"
    host = core.config.media_url if direct else core.config.api_url
    headers = {"Location": f"{host}{path}?tusv2=true", "stream-media-id": video.uid, **TUS}
    return Response(status_code=201, headers=headers)


async def direct_upload(core: Core, request: Request) -> Response:
    """`POST /stream/direct_upload`: a URL for one multipart POST of at most 200 MB."""
    now = core.clock.now()
    wishes = fields.from_json(json_object(await request.body()), now, core.library.warn)
    if wishes.creator is None and "Upload-Creator" in request.headers:
        wishes.creator = fields.creator(request.headers["Upload-Creator"])
    video = _new_video(core, wishes, "basic", wishes.expiry or now + fields.DEFAULT_EXPIRY)
    return success(
        {
            "uid": video.uid,
            "uploadURL": f"{core.config.media_url}/{video.uid}",
            "watermark": None,
            "scheduledDeletion": moment(video.scheduled_deletion),
            "creator": video.creator,
        }
    )


async def _upload_with_token(core: Core, request: Request) -> Response:
    async with basic.file_part(request) as part:
        wishes = Wishes(meta={"name": part.filename or "upload"})
        if "Upload-Creator" in request.headers:
            wishes.creator = fields.creator(request.headers["Upload-Creator"])
        video = _new_video(core, wishes, "basic", core.clock.now() + _TOKEN_UPLOAD_LIFE)
        await basic.store(core, video, part)
    return success(as_json(video, core.config.media_url))
