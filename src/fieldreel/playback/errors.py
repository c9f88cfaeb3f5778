"""Errors of playback."""

from fieldreel.errors import PlaybackError


class VideoNotReady(PlaybackError):
    """Stream is still making it playable."""

    slug = "playback.not_ready"
    title = "This video is still being made playable"
    retryable = True
    default_detail = "It usually takes a few minutes. This page shows it as soon as it is ready."


class VideoFailed(PlaybackError):
    """Stream could not make it playable."""

    slug = "playback.video_failed"
    title = "This video cannot be played"
    default_detail = "The file could not be processed. The student was asked to upload it again."


class VideoDeleted(PlaybackError):
    """Its bytes are gone; the row says when and why."""

    status = 410
    slug = "playback.video_deleted"
    title = "This video was deleted"
    default_detail = "Grades and comments stay."
