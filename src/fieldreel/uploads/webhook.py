"""Stream's webhook: a hint, verified, then checked with Stream itself."""

from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, Header, Request, Response

from fieldreel.audit.service import Audit, Event
from fieldreel.db import Begin
from fieldreel.kit.clock import Clock
from fieldreel.stream.errors import WebhookNotConfigured, WebhookRejected
from fieldreel.stream.webhooks import parse_notification, verify_signature
from fieldreel.uploads.service import Uploads
from fieldreel.videos import queries
from fieldreel.web.deps import provided
from fieldreel.web.problems import documented

log = structlog.get_logger(__name__)
router = APIRouter(tags=["webhooks"])

BODY_LIMIT = 256 * 1024


class StreamWebhook:
    """Receives notifications. Duplicates and wrong order do no harm: each only makes us look."""

    def __init__(self, *, begin: Begin, uploads: Uploads, audit: Audit, clock: Clock, secrets: tuple[str, ...]) -> None:
        self._begin = begin
        self._uploads = uploads
        self._audit = audit
        self._clock = clock
        self._secrets = secrets

    async def receive(self, body: bytes, signature: str | None) -> None:
        """Verify one notification and confirm its video; a video that is not ours is none of our business.

        Raises:
            WebhookNotConfigured: we have no secret; nothing is ever skipped.
            WebhookRejected: signature, age or body is wrong.
            StreamError: Stream did not answer our question; the reconciler will ask again.
        """
        try:
            verify_signature(secrets=self._secrets, header=signature, body=body, now=self._clock.now())
            told = parse_notification(body)
        except WebhookRejected:
            async with self._begin() as session:
                await self._audit.record(session, Event.WEBHOOK_REFUSED)
            raise
        async with self._begin() as session:
            video_id = await queries.get_video_id_by_uid(session, told.uid)
        if video_id is None:
            log.info("webhook_for_unknown_video")
            return
        await self._uploads.confirm(video_id)


@router.post(
    "/webhooks/stream",
    operation_id="receive_stream_webhook",
    status_code=204,
    responses=documented(WebhookRejected, WebhookNotConfigured),
)
async def receive(
    request: Request,
    webhook: Annotated[StreamWebhook, Depends(provided(StreamWebhook))],
    webhook_signature: Annotated[str | None, Header()] = None,
) -> Response:
    """For Cloudflare Stream: a video became ready or failed."""
    body = bytearray()
    async for piece in request.stream():  # raw bytes: the signature is over them, not over parsed JSON
        body += piece
        if len(body) > BODY_LIMIT:
            raise WebhookRejected
    await webhook.receive(bytes(body), webhook_signature)
    return Response(status_code=204)
