"""Errors of submissions."""

from fieldreel.errors import Conflict, InvalidRequest


class NotUploaded(Conflict):
    """The bytes are not at Stream, as far as Stream says."""

    slug = "submission.not_uploaded"
    title = "Your video is not fully uploaded yet"
    retryable = True
    default_detail = "Wait until the upload is complete, then submit. Nothing is lost."


class VideoUnusable(Conflict):
    """The video failed, was cancelled or deleted."""

    slug = "submission.video_unusable"
    title = "This video cannot be submitted"
    default_detail = "Upload it again, or choose another one."


class AlreadySubmitted(Conflict):
    """This very video is the current submission already."""

    slug = "submission.already_submitted"
    title = "This video is already submitted"
    default_detail = "There is nothing more to do."


class AttemptsUsed(Conflict):
    """No attempt left."""

    slug = "submission.attempts_used"
    title = "No attempts left"
    default_detail = "Your last attempt counts. Ask your teacher if you need another one."


class Closed(Conflict):
    """Not open yet, or closed."""

    slug = "submission.closed"
    title = "Submissions are closed"
    default_detail = "If you had a problem, ask your teacher. We keep a log of every upload that was started."


class FeedbackGiven(Conflict):
    """Feedback exists: what it speaks of stays."""

    slug = "submission.graded"
    title = "Your teacher has started with feedback"
    default_detail = "It can no longer be replaced or withdrawn. Ask your teacher."


class IdempotencyKeyReused(InvalidRequest):
    """The same `Idempotency-Key` with another body, here or at an upload."""

    slug = "request.key_reused"
    title = "This Idempotency-Key was used for something else"
    default_detail = "Use a new key for a new request."
