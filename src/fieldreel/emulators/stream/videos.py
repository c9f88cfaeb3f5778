"""Reading, listing, editing and deleting videos."""

from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from fieldreel.emulators.stream import fields
from fieldreel.emulators.stream.core import Core
from fieldreel.emulators.stream.library import Video, as_json
from fieldreel.emulators.stream.wire import bad_request, json_object, parse_moment, success

_STATES = {"pendingupload", "downloading", "queued", "inprogress", "ready", "error", "live-inprogress"}
_FILTERS = {
    "id", "status", "creator", "type", "asc", "search", "video_name", "name", "live_input_id",
    "start", "after", "end", "before", "limit", "include_counts",
}  # fmt: skip
_MOST = 1000


async def get_video(core: Core, request: Request) -> Response:
    """`GET /stream/{uid}`."""
    return success(as_json(core.library.require(request.path_params["uid"]), core.config.media_url))


async def list_videos(core: Core, request: Request) -> Response:
    """`GET /stream`: newest first, at most 1,000, no pages; `end` takes the last `created` again."""
    asked = request.query_params
    for name in asked.keys() - _FILTERS:
        core.library.warn(f"list: unknown parameter {name!r} was ignored")
    limit = asked.get("limit", str(_MOST))
    if not (limit.isascii() and limit.isdigit()) or not 1 <= int(limit) <= _MOST:
        raise bad_request(f"Bad Request: limit must be between 1 and {_MOST}")
    found = [video for video in core.library if _passes(video, _Filter(asked))]
    if asked.get("asc") != "true":
        found.reverse()
    page = [as_json(video, core.config.media_url) for video in found[: int(limit)]]
    counts = {"total": len(found), "range": len(page)} if asked.get("include_counts") == "true" else {}
    return success(page, **counts)


class _Filter:
    def __init__(self, asked: Any) -> None:
        self.states = set(asked["status"].split(",")) if asked.get("status") else None
        if self.states and not self.states <= _STATES:
            raise bad_request("Bad Request: unknown status")
        self.ids = set(asked["id"].split(",")) if asked.get("id") else None
        self.creator: str | None = asked.get("creator")
        self.search: str | None = asked.get("search")
        self.name: str | None = asked.get("video_name") or asked.get("name")
        self.live = bool(asked.get("live_input_id")) or asked.get("type") == "live"
        self.since = _time(asked, "start", "after")
        self.until = _time(asked, "end", "before")


def _time(asked: Any, *names: str) -> datetime | None:
    return next((parse_moment(asked[name], name) for name in names if asked.get(name)), None)


def _passes(video: Video, wanted: _Filter) -> bool:
    name = str(video.meta.get("name", ""))
    return (
        (wanted.states is None or video.state in wanted.states)
        and (wanted.ids is None or video.uid in wanted.ids)
        and wanted.creator in {None, video.creator}
        and (wanted.search is None or wanted.search.lower() in name.lower())
        and wanted.name in {None, name}
        and (wanted.since is None or video.created >= wanted.since)
        and (wanted.until is None or video.created <= wanted.until)
        and not wanted.live
    )


async def edit_video(core: Core, request: Request) -> Response:
    """`POST /stream/{uid}`: only the keys given change; `meta` is replaced whole."""
    video = core.library.require(request.path_params["uid"])
    body = json_object(await request.body())
    fields.warn_of_unknown(body, fields.EDIT_KEYS, "edit", core.library.warn)
    if body.get("uid", video.uid) != video.uid:
        raise bad_request("Bad Request: uid is not that of the path")
    changes: dict[str, Any] = {}
    if "creator" in body:
        changes["creator"] = None if body["creator"] is None else fields.creator(body["creator"])
    if "meta" in body:
        changes["meta"] = fields.mapping(body["meta"], "meta")
    if "publicDetails" in body:
        changes["public_details"] = fields.mapping(body["publicDetails"], "publicDetails")
    if "requireSignedURLs" in body:
        changes["require_signed_urls"] = fields.flag(body["requireSignedURLs"], "requireSignedURLs")
    if "allowedOrigins" in body:
        changes["allowed_origins"] = fields.origins(body["allowedOrigins"])
    if "thumbnailTimestampPct" in body:
        changes["thumbnail_timestamp_pct"] = fields.fraction(body["thumbnailTimestampPct"])
    if "scheduledDeletion" in body:
        changes["scheduled_deletion"] = fields.scheduled_deletion(body["scheduledDeletion"], video.created)
    changes |= _changes_of_an_open_upload(core, video, body)
    for name, value in changes.items():
        setattr(video, name, value)
    core.library.save(video)
    return success(as_json(video, core.config.media_url))


def _changes_of_an_open_upload(core: Core, video: Video, body: dict[str, Any]) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    if "maxDurationSeconds" in body:
        changes["max_duration_seconds"] = changes["reserved_seconds"] = fields.duration_limit(
            body["maxDurationSeconds"]
        )
    if "uploadExpiry" in body:
        changes["upload_expiry"] = fields.expiry(body["uploadExpiry"], core.clock.now())
    if changes and video.state != "pendingupload":
        raise bad_request("Bad Request: maxDurationSeconds and uploadExpiry belong to uploads that have not ended")
    return changes


async def delete_video(core: Core, request: Request) -> Response:
    """`DELETE /stream/{uid}`: 200 and not one byte, in any state; 404 the second time."""
    core.library.remove(core.library.require(request.path_params["uid"]))
    return Response(status_code=200)


async def storage_usage(core: Core, request: Request) -> Response:
    """`GET /stream/storage-usage`: stored minutes, without reservations, and the prepaid limit."""
    creator = request.query_params.get("creator")
    return success(
        {
            "totalStorageMinutes": core.library.stored_minutes(creator),
            "totalStorageMinutesLimit": core.switches.storage_limit_minutes,
            "videoCount": sum(creator in {None, video.creator} for video in core.library),
            "creator": creator or "",
        }
    )


async def embed(core: Core, request: Request) -> Response:
    """`GET /stream/{uid}/embed`: a snippet of HTML."""
    video = core.library.require(request.path_params["uid"])
    return HTMLResponse(f'<iframe src="{core.config.media_url}/{video.uid}/iframe" allowfullscreen></iframe>')
