"""One taxonomy of errors; two renderings (problem+json for scripts, a page for people in an LMS frame).

    FieldreelError 500
    ├─ InvalidRequest 422 · BadParameter 400 · Unauthenticated 401 · Forbidden 403 · NotFound 404 · Conflict 409
    │  Gone 410 · PreconditionFailed 412 · RateLimited 429
    ├─ LaunchError 400      lti/errors.py, launches/errors.py
    ├─ UploadError 422      uploads/errors.py
    ├─ PlaybackError 409    playback/errors.py
    ├─ StreamError 503      stream/errors.py
    └─ PlatformError 503    lti/errors.py (recorded on rows; never shown raw)

The status is chosen for the caller's next move: 4xx "change something", `retryable` "the same again later".
Failure of somebody upstream is 503, never 502 or 504: proxies in between replace the bodies of those two.
"""

from collections.abc import Mapping
from typing import Any, ClassVar


class FieldreelError(Exception):
    """Anything we refuse or fail at, in words that may be shown to the person who asked.

    Attributes:
        status: HTTP status of the answer.
        slug: stable code, `area.cause`; part of the API.
        title: what happened, one short sentence without a full stop.
        retryable: whether the very same request can succeed later.
        detail: is my work safe, and what to do now. Never text of a foreign system.
        extensions: further members of the problem document.
        retry_after_seconds: sent as `Retry-After` where it is known.
    """

    status: ClassVar[int] = 500
    slug: ClassVar[str] = "internal.bug"
    title: ClassVar[str] = "Something went wrong on our side"
    retryable: ClassVar[bool] = False
    default_detail: ClassVar[str] = "Nothing you did caused this. Try again, and send us the reference if it stays."

    def __init__(
        self,
        detail: str | None = None,
        *,
        extensions: Mapping[str, Any] | None = None,
        retry_after_seconds: int | None = None,
    ) -> None:
        self.detail = detail or self.default_detail
        self.extensions: dict[str, Any] = dict(extensions or {})
        self.retry_after_seconds = retry_after_seconds
        super().__init__(f"{self.slug}: {self.detail}")


def every_error() -> dict[str, type[FieldreelError]]:
    """Every error of ours that is imported, by its slug; where a branch and its leaf share one, the branch."""
    kinds: list[type[FieldreelError]] = [FieldreelError]
    found: dict[str, type[FieldreelError]] = {}
    for kind in kinds:
        kinds += kind.__subclasses__()
        if kind.__module__.startswith("fieldreel."):
            found.setdefault(kind.slug, kind)
    return found


def every_slug() -> list[str]:
    """What `code` of a problem can be, sorted."""
    return sorted(every_error())


class InvalidRequest(FieldreelError):
    """The body or a parameter does not fit its model. `extensions["errors"]` names each place."""

    status = 422
    slug = "request.invalid"
    title = "The request does not fit"
    default_detail = "Correct the fields named in `errors` and send it again."


class BadParameter(FieldreelError):
    """A query parameter nobody reads: answered rather than ignored, so that a typing error is found at once."""

    status = 400
    slug = "request.unknown_parameter"
    title = "Unknown parameter"
    default_detail = "Remove the parameter or check its spelling."


class Unauthenticated(FieldreelError):
    """No session token, or one that has ended."""

    status = 401
    slug = "session.ended"
    title = "Your sign-in has ended"
    default_detail = "Open the assignment again from your course. Anything you uploaded is safe."


class Forbidden(FieldreelError):
    """Signed in, but this role may not do that."""

    status = 403
    slug = "access.forbidden"
    title = "You may not do this"
    default_detail = "Your role in this course does not allow it. Ask your course team if you think it should."


class NotFound(FieldreelError):
    """Not there, or not yours to see: the two look the same from outside on purpose."""

    status = 404
    slug = "access.not_found"
    title = "We cannot find this"
    default_detail = "It may have been deleted, or you may not have access. Open it again from your course."


class MethodNotAllowed(FieldreelError):
    """The path exists, the method does not."""

    status = 405
    slug = "request.method_not_allowed"
    title = "This address does not take that method"
    default_detail = "See the API description for the methods of this path."


class Conflict(FieldreelError):
    """The state of things does not allow it now."""

    status = 409
    slug = "state.conflict"
    title = "This does not fit the present state"
    default_detail = "Reload the page to see the present state, then try again."


class Gone(FieldreelError):
    """It was here, and it was deleted for good."""

    status = 410
    slug = "state.gone"
    title = "This was deleted"
    default_detail = "It cannot be brought back."


class PreconditionFailed(FieldreelError):
    """Somebody else changed it first. `extensions["current"]` carries the present state."""

    status = 412
    slug = "state.changed_meanwhile"
    title = "Somebody else changed this first"
    default_detail = "Yours is not saved. Compare it with the present state, then save again."


class PreconditionRequired(FieldreelError):
    """A change to something shared came without `If-Match`."""

    status = 428
    slug = "state.precondition_required"
    title = "Say which version you are changing"
    default_detail = "Send `If-Match` with the `ETag` you read, or `If-Match: *` to overwrite whatever is there."


class RateLimited(FieldreelError):
    """Too many requests of one kind from one person."""

    status = 429
    slug = "request.rate_limited"
    title = "Too many requests"
    retryable = True
    default_detail = "Wait a little, then try again. Nothing is lost."


class ServiceUnavailable(FieldreelError):
    """We cannot work just now: our own database or a part of us is away."""

    status = 503
    slug = "service.unavailable"
    title = "We cannot reach the assignment right now"
    retryable = True
    default_detail = "Nothing is lost. Try again in a few seconds."


class LaunchError(FieldreelError):
    """A launch that does not end in a session. Rendered as a page in the LMS frame."""

    status = 400
    slug = "lti.launch"
    title = "We could not open this assignment"
    default_detail = "Go back to your course and open the assignment again. Anything you uploaded is safe."


class UploadError(FieldreelError):
    """A video that cannot be taken, said before or after its bytes were sent."""

    status = 422
    slug = "upload.refused"
    title = "This video cannot be uploaded"
    default_detail = "Choose another video and try again."


class PlaybackError(FieldreelError):
    """A video that cannot be watched now."""

    status = 409
    slug = "playback.refused"
    title = "This video cannot be played"
    default_detail = "Reload the page to see its present state."


class StreamError(FieldreelError):
    """Cloudflare Stream refused us or did not answer. `retryable` decides what a job does next."""

    status = 503
    slug = "stream.unavailable"
    title = "The video service does not answer"
    retryable = True
    default_detail = "Nothing is lost. We keep trying; try again in a minute."


class PlatformError(FieldreelError):
    """The LMS's services refused us or did not answer. Recorded on rows, shown to teachers in our words."""

    status = 503
    slug = "platform.unavailable"
    title = "The LMS does not answer"
    retryable = True
    default_detail = "Nothing is lost. We keep trying."
