"""Which refusal each state of a video gets."""

import pytest

from fieldreel.playback.errors import VideoDeleted, VideoFailed, VideoNotReady
from fieldreel.playback.service import refusal_for
from fieldreel.videos.models import VideoStatus


@pytest.mark.parametrize(
    ("status", "refusal"),
    [
        (VideoStatus.REQUESTED, VideoNotReady),
        (VideoStatus.UPLOADING, VideoNotReady),
        (VideoStatus.PROCESSING, VideoNotReady),
        (VideoStatus.FAILED, VideoFailed),
        (VideoStatus.EXPIRED, VideoDeleted),
        (VideoStatus.CANCELLED, VideoDeleted),
        (VideoStatus.DELETING, VideoDeleted),
        (VideoStatus.DELETED, VideoDeleted),
        (VideoStatus.READY, None),
    ],
)
def test_a_video_in_this_state(status: VideoStatus, refusal: type[Exception] | None) -> None:
    assert refusal_for(status) is refusal


def test_only_a_video_that_is_not_ready_yet_is_worth_asking_for_again() -> None:
    assert [kind.retryable for kind in (VideoNotReady, VideoFailed, VideoDeleted)] == [True, False, False]
    assert [kind.status for kind in (VideoNotReady, VideoFailed, VideoDeleted)] == [409, 409, 410]
