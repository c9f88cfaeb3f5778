"""The account's videos: what is stored, what is reserved, and the files behind them. Survives a restart."""

import math
import secrets
import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, Field

from fieldreel.emulators.stream.config import StreamEmulatorConfig, Switches
from fieldreel.emulators.stream.media import Probe
from fieldreel.emulators.stream.wire import QUOTA_REACHED, TOO_MANY_IN_PROCESS, Refusal, moment, not_found
from fieldreel.kit.clock import Clock

State = Literal["pendingupload", "queued", "inprogress", "ready", "error"]
IN_PROCESS: tuple[State, ...] = ("queued", "inprogress")


class Video(BaseModel):
    """One video as Stream keeps it; `door` says which upload URL it was given and `path_id` what stands in that URL."""

    uid: str
    path_id: str
    door: Literal["tus_direct", "tus_token", "basic"]
    created: datetime
    modified: datetime
    upload_expiry: datetime
    upload_length: int | None = None
    uploaded: datetime | None = None
    size: int = 0
    creator: str | None = None
    meta: dict[str, Any] = Field(default_factory=dict)
    require_signed_urls: bool = False
    allowed_origins: list[str] = Field(default_factory=list)
    thumbnail_timestamp_pct: float = 0.0
    scheduled_deletion: datetime | None = None
    max_duration_seconds: int | None = None
    reserved_seconds: int = 0
    public_details: dict[str, Any] | None = None
    state: State = "pendingupload"
    step: str | None = None
    pct: float = 0.0
    error_code: str = ""
    error_text: str = ""
    duration: float = -1
    width: int = -1
    height: int = -1
    ready_at: datetime | None = None
    facts: Probe | None = None
    captions: dict[str, str] = Field(default_factory=dict)
    download: bool = False


class Library:
    """Every video of the account, in memory and in one folder each."""

    def __init__(self, config: StreamEmulatorConfig, switches: Switches, clock: Clock) -> None:
        self._config, self._switches, self._clock = config, switches, clock
        self._videos: dict[str, Video] = {}
        self.warnings: Counter[str] = Counter()
        self._root = config.folder / "videos"
        self._root.mkdir(parents=True, exist_ok=True)
        for file in self._root.glob("*/video.json"):
            video = Video.model_validate_json(file.read_bytes())
            self._videos[video.uid] = video

    def __iter__(self) -> Iterator[Video]:
        """Every video that exists now, oldest first; those whose scheduled deletion has come are gone."""
        now = self._clock.now()
        for video in [v for v in self._videos.values() if v.scheduled_deletion and v.scheduled_deletion <= now]:
            self.remove(video)
        hidden = self._switches.vanish
        return iter(sorted((v for v in self._videos.values() if v.uid not in hidden), key=lambda v: v.created))

    def find(self, uid: str) -> Video | None:
        """The video with this uid, if it exists."""
        video = self._videos.get(uid)
        if video is None or uid in self._switches.vanish:
            return None
        if video.scheduled_deletion and video.scheduled_deletion <= self._clock.now():
            self.remove(video)
            return None
        return video

    def require(self, uid: str) -> Video:
        """The video with this uid.

        Raises:
            Refusal: 404.
        """
        video = self.find(uid)
        if video is None:
            raise not_found()
        return video

    def by_path(self, path_id: str) -> Video | None:
        """The video behind an upload URL, which carries an id of its own."""
        found = next((video for video in self._videos.values() if video.path_id == path_id), None)
        return self.find(found.uid) if found else None

    def folder(self, video: Video) -> Path:
        """Where the files of a video are."""
        return self._root / video.uid

    def source(self, video: Video) -> Path:
        """The bytes as they were uploaded."""
        return self._root / video.uid / "source"

    def add(self, video: Video) -> None:
        """Keep a new video, if the account has room for what it reserves.

        Raises:
            Refusal: 413 with 10011 when the prepaid minutes do not suffice; 429 while too many videos are in process.
        """
        limit = self._switches.storage_limit_minutes
        taken = self.stored_minutes() + self.reserved_minutes()
        if taken + video.reserved_seconds / 60 > limit:
            raise Refusal(
                413,
                QUOTA_REACHED,
                f"Storage capacity exceeded: {math.ceil(taken)} of {limit} allocated minutes are used or reserved",
            )
        if sum(v.state in IN_PROCESS for v in self) >= self._switches.max_in_process:
            raise Refusal(429, TOO_MANY_IN_PROCESS, "Too many videos are queued or encoding")
        self.folder(video).mkdir()
        self.source(video).touch()
        self._videos[video.uid] = video
        self._write(video)

    def save(self, video: Video) -> None:
        """Write a changed video and stamp `modified`; a video deleted meanwhile stays deleted."""
        if self._videos.get(video.uid) is video:
            video.modified = self._clock.now()
            self._write(video)

    def _write(self, video: Video) -> None:
        fresh = self.folder(video) / "video.json.new"
        fresh.write_text(video.model_dump_json(), encoding="utf-8")
        fresh.replace(self.folder(video) / "video.json")

    def remove(self, video: Video) -> None:
        """Delete a video with its files, in whatever state it is."""
        self._videos.pop(video.uid, None)
        shutil.rmtree(self.folder(video), ignore_errors=True)

    def clear(self) -> None:
        """Delete everything."""
        for video in list(self._videos.values()):
            self.remove(video)
        self.warnings.clear()

    def stored_minutes(self, creator: str | None = None) -> float:
        """Minutes of ready videos, each rounded up to the second."""
        ready = (v for v in self if v.state == "ready" and creator in {None, v.creator})
        return sum(math.ceil(video.duration) for video in ready) / 60

    def reserved_minutes(self) -> float:
        """Minutes held for open upload URLs and for videos still in process."""
        now = self._clock.now()
        open_ = (v for v in self if v.state in IN_PROCESS or (v.state == "pendingupload" and v.upload_expiry > now))
        return sum(video.reserved_seconds for video in open_) / 60

    def new_id(self) -> str:
        """32 hexadecimal digits."""
        return secrets.token_hex(16)

    def warn(self, text: str) -> None:
        """Count something that the real service lets pass and that is probably a mistake."""
        self.warnings[text] += 1

    def later(self, seconds: float) -> datetime:
        """The time so many seconds from now."""
        return self._clock.now() + timedelta(seconds=seconds)


def as_json(video: Video, media_url: str) -> dict[str, Any]:
    """The video object of the API; `media_url` stands for `https://customer-<code>.cloudflarestream.com`."""
    base = f"{media_url}/{video.uid}"
    status: dict[str, Any] = {"state": video.state}
    if video.state in {"inprogress", "error"}:
        status["step"] = video.step
    if video.state in {"inprogress", "error", "ready"}:
        status["pctComplete"] = f"{video.pct:.6f}"
    status |= {"errorReasonCode": video.error_code, "errorReasonText": video.error_text}
    shape: dict[str, Any] = {
        "uid": video.uid,
        "creator": video.creator,
        "thumbnail": f"{base}/thumbnails/thumbnail.jpg",
        "thumbnailTimestampPct": video.thumbnail_timestamp_pct,
        "readyToStream": video.state == "ready",
        "readyToStreamAt": moment(video.ready_at),
        "status": status,
        "meta": video.meta,
        "created": moment(video.created),
        "modified": moment(video.modified),
        "uploaded": moment(video.uploaded),
        "uploadExpiry": moment(video.upload_expiry),
        "scheduledDeletion": moment(video.scheduled_deletion),
        "size": video.size,
        "preview": f"{base}/watch",
        "allowedOrigins": video.allowed_origins,
        "requireSignedURLs": video.require_signed_urls,
        "maxSizeBytes": None,
        "maxDurationSeconds": video.max_duration_seconds,
        "duration": video.duration,
        "input": {"width": video.width, "height": video.height},
        "playback": {"hls": f"{base}/manifest/video.m3u8", "dash": f"{base}/manifest/video.mpd"},
        "watermark": None,
        "clippedFrom": None,
        "publicDetails": video.public_details,
    }
    if video.state == "pendingupload":
        del shape["thumbnail"], shape["preview"]  # absent before encoding: a client must not index into them
    return shape
