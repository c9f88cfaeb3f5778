"""The calls that we make to Cloudflare Stream, one method each."""

import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypedDict, TypeVar, Unpack
from urllib.parse import quote

import httpx
from pydantic import BaseModel, ValidationError

from fieldreel.errors import StreamError
from fieldreel.kit.clock import Clock
from fieldreel.stream.errors import StreamNotFound, StreamRejected
from fieldreel.stream.models import (
    CreatedUpload,
    RateBudget,
    SigningKey,
    SigningKeyInfo,
    StorageUsage,
    StreamState,
    StreamVideo,
    UploadOffset,
    UploadOrder,
    WebhookSubscription,
    rfc3339,
    valid_uid,
)
from fieldreel.stream.signing import playback_expiry
from fieldreel.stream.transport import Transport, result_of, unreadable
from fieldreel.stream.tus import TUS_VERSION, is_upload_address, upload_metadata

LIST_LIMIT = 1_000
"""The most videos that Stream puts into one list; it has no page tokens."""
UIDS_PER_CALL = 50
"""So many uids fit into one address of sensible length (33 characters each)."""


class VideoChanges(TypedDict, total=False):
    """What can be changed of a video. `scheduled_deletion=None` takes the date away; `meta` replaces the whole."""

    creator: str
    meta: Mapping[str, str]
    require_signed_urls: bool
    allowed_origins: Sequence[str]
    max_duration_seconds: int
    upload_expires_at: datetime
    scheduled_deletion: datetime | None


# Cloudflare ignores a name it does not know without a word, and a video stays public: the spelling stands here only.
_WIRE_NAMES: Mapping[str, str] = {
    "creator": "creator",
    "meta": "meta",
    "require_signed_urls": "requireSignedURLs",
    "allowed_origins": "allowedOrigins",
    "max_duration_seconds": "maxDurationSeconds",
    "upload_expires_at": "uploadExpiry",
    "scheduled_deletion": "scheduledDeletion",
}

_Answer = TypeVar("_Answer", bound=BaseModel)


class StreamClient:
    """One Cloudflare account's Stream. Safe to share within a process; holds no state but the last rate budget.

    Every method raises a leaf of `stream.errors` and nothing else, besides `ValueError` for an argument that can
    never be right. A call that may be repeated starts its last attempt within half a minute.
    """

    def __init__(
        self,
        http: httpx.AsyncClient,
        *,
        account_id: str,
        api_token: str,
        base_url: str,
        upload_hosts: Sequence[str],
        clock: Clock,
    ) -> None:
        """Use `http` (not closed here) against `base_url`, which ends before `/accounts`.

        Args:
            http: from `kit.http.new_client`; follows no redirects.
            account_id: the account's id, 32 hexadecimal digits at Cloudflare.
            api_token: with the permission Stream: Edit. Prefer a token that belongs to the account.
            base_url: `https://api.cloudflare.com/client/v4`, or an emulator's.
            upload_hosts: `host` or `host:port` to which browsers may be sent with their bytes.
            clock: the present, for `Retry-After` dates and token lifetimes.
        """
        self._transport = Transport(http, api_token=api_token, base_url=base_url, clock=clock)
        self._stream = f"/accounts/{quote(account_id, safe='')}/stream"
        self._upload_hosts = frozenset(host.lower() for host in upload_hosts)
        self._clock = clock

    @property
    def last_budget(self) -> RateBudget | None:
        """The newest rate limit that Cloudflare told; None before the first answer that tells one."""
        return self._transport.last_budget

    async def create_upload(self, order: UploadOrder) -> CreatedUpload:
        """Make a video and the address to which a browser can send its bytes (tus 1.0.0, Creation).

        Reserves `order.max_duration_seconds` of storage. Not repeated once the request may have arrived: on
        `StreamUnavailable` with `may_have_happened`, a video of this `order.creator` may exist.

        Raises:
            StreamQuotaExceeded: prepaid storage is full.
            StreamBusy: too many videos are being encoded.
            StreamTooLarge: the file is larger than Stream takes.
            StreamRejected: also if the address is on a host outside `upload_hosts`; the new video is deleted then.
        """
        response = await self._transport.call(
            "POST",
            self._stream,
            repeatable=False,
            params={"direct_user": "true"},  # without it the address works with our token only
            headers={
                "Tus-Resumable": TUS_VERSION,
                "Upload-Length": str(order.size_bytes),
                "Upload-Metadata": upload_metadata(order),
                "Upload-Creator": order.creator,
            },
        )
        # The id at the end of the address is not the uid.
        created = _read(
            CreatedUpload,
            response,
            {"uid": response.headers.get("stream-media-id"), "upload_url": response.headers.get("Location")},
        )
        if not is_upload_address(created.upload_url, self._upload_hosts):
            await self._discard(created.uid)
            raise StreamRejected
        return created

    async def upload_offset(self, upload_url: str) -> UploadOffset:
        """How many bytes of an upload Stream holds (tus 1.0.0, HEAD). Our API token is not sent.

        Raises:
            StreamUploadGone: the address has expired, is used up, or its video was deleted.
            StreamUnavailable: the host is in trouble or busy with another request of this upload; ask again.
            StreamRejected: the address is not on one of `upload_hosts`.
        """
        if not is_upload_address(upload_url, self._upload_hosts):
            raise StreamRejected
        response = await self._transport.head_upload(upload_url)
        return _read(
            UploadOffset,
            response,
            {
                "offset_bytes": response.headers.get("Upload-Offset"),
                "length_bytes": response.headers.get("Upload-Length"),
            },
        )

    async def get_video(self, uid: str) -> StreamVideo:
        """One video.

        Raises:
            StreamNotFound: Stream does not have it.
        """
        response = await self._transport.call("GET", self._video(uid), repeatable=True)
        return _read(StreamVideo, response, result_of(response))

    async def list_videos(
        self,
        *,
        uids: Sequence[str] | None = None,
        creator: str | None = None,
        status: Sequence[StreamState] = (),
        after: datetime | None = None,
        before: datetime | None = None,
        limit: int = LIST_LIMIT,
    ) -> list[StreamVideo]:
        """Videos that fit all the filters, newest first; uids that Stream does not have are left out.

        Args:
            uids: only these; asked in calls of 50, sorted within each. An empty list asks nothing and gives nothing.
            creator: only of this creator.
            status: only in one of these states.
            after: created after this moment.
            before: created before this moment.
            limit: at most so many per call, 1 to 1,000. For more see `every_video`.
        """
        filters = {"limit": str(limit)}
        if creator is not None:
            filters["creator"] = creator
        if status:
            filters["status"] = ",".join(status)
        if after is not None:
            filters["start"] = rfc3339(after)
        if before is not None:
            filters["end"] = rfc3339(before)
        if uids is None:
            return await self._list(filters)
        videos: list[StreamVideo] = []
        for first in range(0, len(uids), UIDS_PER_CALL):
            batch = [valid_uid(uid) for uid in uids[first : first + UIDS_PER_CALL]]
            videos += await self._list({**filters, "id": ",".join(batch)})
        return videos

    async def every_video(self, *, creator: str | None = None) -> AsyncIterator[StreamVideo]:
        """Every video of the account, or of one creator, each once, newest first; one call per 1,000 videos."""
        seen: set[str] = set()
        before: datetime | None = None
        while True:
            page = await self.list_videos(creator=creator, before=before)
            fresh = [video for video in page if video.uid not in seen]
            for video in fresh:
                yield video
            seen.update(video.uid for video in fresh)
            oldest = page[-1].created if page else None
            if len(page) < LIST_LIMIT or not fresh or oldest is None:
                return
            # Moments are cut to microseconds here, and several videos can share one: ask for the edge again.
            before = oldest + timedelta(microseconds=1)

    async def edit_video(self, uid: str, **changes: Unpack[VideoChanges]) -> StreamVideo:
        """Change what `changes` names and give the video as it is now.

        Raises:
            StreamNotFound: Stream does not have it.
            StreamRejected: also if Stream did not take over `require_signed_urls`.
        """
        if not changes:
            raise ValueError("an edit without changes")
        body = {_WIRE_NAMES[name]: _to_wire(value) for name, value in changes.items()}
        response = await self._transport.call("POST", self._video(uid), repeatable=True, body=body)
        video = _read(StreamVideo, response, result_of(response))
        if changes.get("require_signed_urls", video.require_signed_urls) != video.require_signed_urls:
            raise StreamRejected
        return video

    async def delete_video(self, uid: str) -> bool:
        """Delete a video in any state with all that was made of it. True: deleted; False: it was gone already.

        After a broken connection the call is repeated, so False can also mean that our first attempt did it.
        """
        return await self._delete(self._video(uid))

    async def create_token(self, uid: str, *, expires_at: datetime, downloadable: bool = False) -> str:
        """A playback token made by Cloudflare: one API call per token, for accounts without a signing key.

        Raises:
            ValueError: `expires_at` is past, or more than 24 hours ahead.
        """
        body = {"exp": playback_expiry(expires_at, self._clock.now()), "downloadable": downloadable}
        response = await self._transport.call("POST", f"{self._video(uid)}/token", repeatable=True, body=body)
        result = result_of(response)
        token = result.get("token") if isinstance(result, dict) else None
        if not isinstance(token, str) or not token:
            raise unreadable(response)
        return token

    async def create_signing_key(self) -> SigningKey:
        """A new key for playback tokens. Its private half is shown this once; seal it at once."""
        response = await self._transport.call("POST", f"{self._stream}/keys", repeatable=False)
        return _read(SigningKey, response, result_of(response))

    async def list_signing_keys(self) -> list[SigningKeyInfo]:
        """The account's signing keys, without their private halves."""
        response = await self._transport.call("GET", f"{self._stream}/keys", repeatable=True)
        return _read_list(SigningKeyInfo, response)

    async def delete_signing_key(self, key_id: str) -> bool:
        """End a key and every token it signed. True: deleted; False: it was gone already."""
        return await self._delete(f"{self._stream}/keys/{valid_uid(key_id)}")

    async def storage_usage(self) -> StorageUsage:
        """Minutes stored and bought, by Cloudflare's count; whether reservations are in it is not documented."""
        response = await self._transport.call("GET", f"{self._stream}/storage-usage", repeatable=True)
        return _read(StorageUsage, response, result_of(response))

    async def get_webhook(self) -> WebhookSubscription | None:
        """The account's webhook, or None."""
        try:
            response = await self._transport.call("GET", self._webhook, repeatable=True)
        except StreamNotFound:
            return None
        result = result_of(response)
        if not result or not (result.get("notificationUrl") or result.get("notification_url")):
            return None
        return _read(WebhookSubscription, response, result)

    async def set_webhook(self, url: str) -> WebhookSubscription:
        """Make `url` the account's webhook. Replaces any other, whose secret ends: call `get_webhook` first."""
        response = await self._transport.call("PUT", self._webhook, repeatable=True, body={"notificationUrl": url})
        return _read(WebhookSubscription, response, result_of(response))

    async def delete_webhook(self) -> bool:
        """End the account's webhook. True: deleted; False: there was none."""
        return await self._delete(self._webhook)

    @property
    def _webhook(self) -> str:
        return f"{self._stream}/webhook"

    def _video(self, uid: str) -> str:
        return f"{self._stream}/{valid_uid(uid)}"

    async def _list(self, filters: Mapping[str, str]) -> list[StreamVideo]:
        return _read_list(StreamVideo, await self._transport.call("GET", self._stream, repeatable=True, params=filters))

    async def _delete(self, path: str) -> bool:
        try:
            await self._transport.call("DELETE", path, repeatable=True)  # the body is empty or a word; neither matters
        except StreamNotFound:
            return False
        return True

    async def _discard(self, uid: str) -> None:
        with contextlib.suppress(StreamError):
            await self.delete_video(uid)


def _to_wire(value: object) -> object:
    return rfc3339(value) if isinstance(value, datetime) else value


def _read(model: type[_Answer], response: httpx.Response, content: Any) -> _Answer:
    try:
        return model.model_validate(content)
    except ValidationError as exc:
        raise unreadable(response) from exc


def _read_list(model: type[_Answer], response: httpx.Response) -> list[_Answer]:
    result = result_of(response)
    if not isinstance(result, list):
        raise unreadable(response)
    return [_read(model, response, item) for item in result]
