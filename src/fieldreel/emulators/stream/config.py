"""What an emulator is started with, and the switches that can be turned while it runs."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

ErrorReason = Literal[
    "ERR_NON_VIDEO",
    "ERR_DURATION_EXCEED_CONSTRAINT",
    "ERR_FETCH_ORIGIN_ERROR",
    "ERR_MALFORMED_VIDEO",
    "ERR_DURATION_TOO_SHORT",
    "ERR_UNKNOWN",
]


@dataclass(frozen=True)
class StreamEmulatorConfig:
    """One Cloudflare account with Stream, as the emulator plays it.

    `api_url` and `media_url` are two origins (scheme, host, port, no path), as `api.cloudflare.com` and
    `upload.cloudflarestream.com` are: cross-origin rules are only real between two origins.
    """

    folder: Path
    account_id: str
    api_token: str
    api_url: str
    media_url: str
    storage_limit_minutes: int = 1000
    encode_seconds: float = 0.0
    rate_limit_calls: int = 1200
    rate_limit_window_seconds: int = 300
    max_in_process: int = 120
    # Not documented; 300 minutes is what one account was seen to lose to an upload without maxDurationSeconds.
    default_reservation_seconds: int = 18_000
    stall_seconds: float = 60.0


class Switches(BaseModel):
    """Behaviour that is open, rare or hostile in the real service, turned on by a test (`POST /__emu/settings`)."""

    model_config = ConfigDict(extra="forbid", validate_assignment=True)

    partial_patch: Literal["keep", "floor256k", "drop"] = Field(
        default="keep", description="what a PATCH cut half-way leaves behind"
    )
    head_without_cors: bool = Field(default=False, description="HEAD on an upload URL is unreadable to browsers")
    encode_seconds: float = Field(default=0.0, ge=0, description="how long `inprogress` lasts, by the emulator's clock")
    stuck_in_queue: bool = Field(default=False, description="uploads stay `queued` until this is turned off")
    ready_pct: float = Field(default=100.0, ge=0, le=100, description="pctComplete of a video that turns ready")
    fail_with: ErrorReason | None = Field(default=None, description="every encode ends in this error")
    vanish: list[str] = Field(default_factory=list, description="uids that answer 404 everywhere while listed here")
    storage_limit_minutes: int = Field(default=1000, ge=0, description="0 = Stream is not bought")
    max_in_process: int = Field(default=120, ge=0)
    rate_limit_calls: int = Field(default=1200, ge=1)
    token_clock_skew_seconds: float = Field(default=0.0, description="added to the clock when a token is checked")
    viewer_ip: str | None = Field(default=None, description="the viewer's address, for accessRules")
    viewer_country: str = Field(default="BE", description="the viewer's country, for accessRules")
    webhook_drop: bool = False
    webhook_duplicate: bool = False
    webhook_delay_seconds: float = Field(default=0.0, ge=0)
    webhook_reorder: bool = Field(default=False, description="hold one event back until the next has been sent")
    webhook_bad_signature: bool = False

    @classmethod
    def of(cls, config: StreamEmulatorConfig) -> "Switches":
        """The switches as they stand at the start."""
        return cls(
            encode_seconds=config.encode_seconds,
            storage_limit_minutes=config.storage_limit_minutes,
            max_in_process=config.max_in_process,
            rate_limit_calls=config.rate_limit_calls,
        )
