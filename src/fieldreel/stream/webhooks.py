"""Notifications from Stream: prove that Cloudflare sent one, then read it.

A proven notification is still only a hint. Nothing is documented about its order, repetition or loss: read the video
again before changing anything.
"""

import hashlib
import hmac
import re
from collections.abc import Sequence
from datetime import datetime

from pydantic import ValidationError

from fieldreel.stream.errors import WebhookNotConfigured, WebhookRejected
from fieldreel.stream.models import StreamVideo

_UNIX_SECONDS = re.compile(r"\d{1,12}", re.ASCII)


def verify_signature(
    *, secrets: Sequence[str], header: str | None, body: bytes, now: datetime, tolerance_seconds: int = 300
) -> None:
    """Prove that `body` is what Cloudflare signed with one of `secrets` not long ago; otherwise raise.

    `Webhook-Signature` is `time=<unix seconds>,sig1=<hex>`: HMAC-SHA256 of the time's text, a dot and the raw body.
    Unknown keys in it are ignored. Takes the same time whichever secret fits and wherever a signature differs.

    Args:
        secrets: the present secret and, while it is being changed, the one before.
        header: `Webhook-Signature`; None if it was not sent.
        body: the bytes as they came, before anything parsed them.
        now: the present, aware.
        tolerance_seconds: how far the signed time may lie from `now`, in either direction.

    Raises:
        WebhookNotConfigured: there is no secret.
        WebhookRejected: no signature, a wrong one, or one too old or too far ahead.
    """
    keys = [secret.encode() for secret in secrets if secret]
    if not keys:
        raise WebhookNotConfigured
    pairs = dict(pair.strip().partition("=")[::2] for pair in (header or "").split(","))
    signed_at, signature = pairs.get("time", ""), pairs.get("sig1", "")
    if not _UNIX_SECONDS.fullmatch(signed_at) or not signature:
        raise WebhookRejected
    message = signed_at.encode() + b"." + body
    expected = [hmac.new(key, message, hashlib.sha256).hexdigest().encode() for key in keys]
    # Counted rather than stopped at the first: every secret is tried, also after one that fits.
    if not sum(hmac.compare_digest(signature.encode(), digest) for digest in expected):
        raise WebhookRejected
    if abs(now.timestamp() - int(signed_at)) > tolerance_seconds:
        raise WebhookRejected("It is signed for another time. Check this server's clock; an old one may be a replay.")


def parse_notification(body: bytes) -> StreamVideo:
    """The video that a proven notification is about, in the state of the moment it was sent.

    Raises:
        WebhookRejected: the body is not a video.
    """
    try:
        return StreamVideo.model_validate_json(body)
    except ValidationError as exc:
        raise WebhookRejected from exc
