"""The use-case of watching."""

from datetime import datetime
from uuid import UUID

from cachetools import TTLCache

from fieldreel.db import Database
from fieldreel.errors import NotFound, PlaybackError, ServiceUnavailable, Unauthenticated
from fieldreel.kit.clock import Clock
from fieldreel.playback import queries
from fieldreel.playback.errors import VideoDeleted, VideoFailed, VideoNotReady
from fieldreel.playback.schemas import PlaybackOut
from fieldreel.stream.client import StreamClient
from fieldreel.stream.signing import PlaybackSigner, hls_url, playback_lifetime, poster_url
from fieldreel.videos.models import VideoStatus

CACHED_TOKENS = 10_000
RENEW_AT = 0.8
_GONE = frozenset({VideoStatus.CANCELLED, VideoStatus.EXPIRED, VideoStatus.DELETING, VideoStatus.DELETED})


class Playback:
    """Issues playback tokens.

    A live one is used again while more than half of its life is left: signing is most of the cost, and the token says
    nothing of who asked.
    """

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        signer: PlaybackSigner | None,
        stream: StreamClient,
        customer_url: str,
    ) -> None:
        """`signer` None makes Cloudflare sign: one API call per token, for accounts without a signing key."""
        self._database = database
        self._clock = clock
        self._signer = signer
        self._stream = stream
        self._customer_url = customer_url
        half_life = playback_lifetime(None).total_seconds() / 2
        self._tokens: TTLCache[str, tuple[str, datetime]] = TTLCache(
            CACHED_TOKENS, half_life, timer=lambda: clock.now().timestamp()
        )

    async def issue(self, launch_id: UUID, video_id: UUID) -> PlaybackOut:
        """A token for one video, logged.

        Raises:
            Unauthenticated: the launch has ended.
            NotFound: not visible to this person, or no such video: the two look the same.
            VideoNotReady, VideoFailed, VideoDeleted: visible, but not to be watched.
            ServiceUnavailable: no customer host is configured, so nothing could be played.
        """
        now = self._clock.now()
        row = await queries.authorise(self._database, launch_id, video_id, now)
        if row is None:
            raise Unauthenticated
        if row["id"] is None:
            raise NotFound
        if (refusal := refusal_for(VideoStatus(row["status"]))) is not None:
            raise refusal(extensions={"video_status": row["status"], "deleted_at": _iso(row["deleted_at"])})
        if not self._customer_url:
            raise ServiceUnavailable("Videos cannot be played: the address of the video service is not configured.")
        token, expires_at = await self._token(row["stream_uid"], row["duration_seconds"], now)
        return PlaybackOut(
            token=token,
            expires_at=expires_at,
            renew_at=now + (expires_at - now) * RENEW_AT,
            hls_url=hls_url(self._customer_url, token),
            poster_url=poster_url(self._customer_url, token),
            duration_seconds=row["duration_seconds"],
        )

    async def _token(self, uid: str, duration_seconds: float | None, now: datetime) -> tuple[str, datetime]:
        if (known := self._tokens.get(uid)) is not None:
            return known
        expires_at = now + playback_lifetime(duration_seconds)
        if self._signer is not None:
            token = self._signer.sign(uid, expires_at=expires_at)
        else:
            token = await self._stream.create_token(uid, expires_at=expires_at)
        self._tokens[uid] = token, expires_at
        return token, expires_at


def refusal_for(status: VideoStatus) -> type[PlaybackError] | None:
    """Why a video in this state cannot be watched; None where it can."""
    if status is VideoStatus.READY:
        return None
    if status is VideoStatus.FAILED:
        return VideoFailed
    return VideoDeleted if status in _GONE else VideoNotReady


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at is not None else None
