"""What can go wrong with Cloudflare Stream, in words for the student or teacher who waits for it.

    StreamError 503
    ├─ StreamUnavailable 503    5xx, time-outs, network, an unreadable answer           retryable
    ├─ StreamRateLimited 503    429: our calls of the last five minutes                  retryable
    ├─ StreamBusy 503           429: 120 videos queued or encoding in the account        retryable
    ├─ StreamQuotaExceeded 503  413 with code 10011: prepaid storage is used or reserved
    ├─ StreamTooLarge 413       413 otherwise: the file itself
    ├─ StreamUnauthorized 503   401, 403: our API token; ours to mend
    ├─ StreamRejected 500       any other 4xx: our bug
    ├─ StreamNotFound 404       Stream does not have the video, key or webhook
    ├─ StreamUploadGone 410     the upload address is used up or has expired
    ├─ SigningKeyUnusable 503   the configured playback key cannot sign
    ├─ WebhookRejected 403      a notification that Cloudflare did not sign
    └─ WebhookNotConfigured 503 we hold no secret, so no notification can be believed

`retryable` says whether the same request can succeed without anybody stepping in. The HTTP status and the codes that
Cloudflare gave are in the exception's notes, hence in the log and nowhere else.
"""

from fieldreel.errors import StreamError


class StreamUnavailable(StreamError):
    """No usable answer: 5xx, a time-out, a broken connection, or a body that is not Cloudflare's.

    Attributes:
        may_have_happened: False if the request surely changed nothing (it was never sent). True if the answer was
            lost or unclear; after a creation, look for leftovers by `creator`.
    """

    def __init__(
        self, detail: str | None = None, *, may_have_happened: bool = True, retry_after_seconds: int | None = None
    ) -> None:
        super().__init__(detail, retry_after_seconds=retry_after_seconds)
        self.may_have_happened = may_have_happened


class StreamRateLimited(StreamError):
    """Our calls of the last five minutes are used up: 1,200 per token, then all calls are blocked for five minutes."""

    slug = "stream.rate_limited"
    title = "Many people are using the video service right now"
    default_detail = "Nothing is lost. Wait a few minutes, then try again."


class StreamBusy(StreamError):
    """The account has 120 videos queued or encoding; Stream takes new ones when some are done."""

    slug = "stream.busy"
    title = "The video service is busy with other videos"
    default_detail = "Keep your file. Try again in a few minutes: places become free all the time."


class StreamQuotaExceeded(StreamError):
    """The account's prepaid storage is used up or reserved by open uploads (code 10011)."""

    slug = "stream.quota_exceeded"
    title = "Uploads are paused because the video storage is full"
    retryable = False
    default_detail = "Keep your file and tell your teacher. Your school has to make room before it can be uploaded."


class StreamTooLarge(StreamError):
    """The file is larger than Stream takes (30 GB unless the account has another limit)."""

    status = 413
    slug = "stream.too_large"
    title = "This video is larger than the video service takes"
    retryable = False
    default_detail = "Export it again at a lower quality, then upload the smaller file."


class StreamUnauthorized(StreamError):
    """Cloudflare refused our API token: wrong, expired or without the Stream permission."""

    slug = "stream.unauthorized"
    title = "The video service does not answer"
    retryable = False
    default_detail = "You did nothing wrong, and nothing is lost. The people who run this service have to renew access."


class StreamRejected(StreamError):
    """Cloudflare did not accept what we asked: a bug or a wrong setting of ours."""

    status = 500
    slug = "stream.rejected"
    title = "The video service did not accept our request"
    retryable = False
    default_detail = "You did nothing wrong, and nothing is lost. Send us the reference so that we can mend it."


class StreamNotFound(StreamError):
    """Stream does not have it (any more)."""

    status = 404
    slug = "stream.not_found"
    title = "The video service does not have this video"
    retryable = False
    default_detail = "It may have been deleted. Reload the page to see its present state."


class StreamUploadGone(StreamError):
    """The upload address takes no more bytes: expired, used up, or its video was deleted."""

    status = 410
    slug = "stream.upload_gone"
    title = "This upload can no longer be continued"
    retryable = False
    default_detail = "Choose the same file again to start a new upload."


class SigningKeyUnusable(StreamError):
    """The key for playback tokens is not an RSA private key that can sign. Found when the signer is made."""

    slug = "stream.signing_key_unusable"
    title = "Videos cannot be played right now"
    retryable = False
    default_detail = "You did nothing wrong. The people who run this service have to set a new playback key."


class WebhookRejected(StreamError):
    """A notification whose signature, age or body is wrong."""

    status = 403
    slug = "stream.webhook_rejected"
    title = "This notification is not from the video service"
    retryable = False
    default_detail = "Check that the webhook secret here is the one that Cloudflare shows."


class WebhookNotConfigured(StreamError):
    """We hold no webhook secret; without one nothing is believed, and nothing is skipped either."""

    slug = "stream.webhook_not_configured"
    title = "Notifications of the video service are not set up"
    retryable = False
    default_detail = "Set the webhook secret that Cloudflare gave when the webhook was registered."
