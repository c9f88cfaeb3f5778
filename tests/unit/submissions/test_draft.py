"""Which video the student's home shows as the draft."""

from uuid import UUID

import pytest

from fieldreel.submissions.models import Submission, SubmissionStatus
from fieldreel.submissions.service import _draft
from fieldreel.videos.models import Video, VideoStatus


def draft_of(*newest_first: str) -> int | None:
    """Index of the draft among videos given as `status` or `status:submission status`."""
    videos, attempts = [], []
    for number, text in enumerate(newest_first):
        status, _, submission = text.partition(":")
        videos.append(Video(id=UUID(int=number), status=VideoStatus(status)))
        if submission:
            attempts.append((Submission(video_id=UUID(int=number), status=SubmissionStatus(submission)), None, None))
    found = _draft(videos, attempts)
    return None if found is None else found.id.int


@pytest.mark.parametrize(
    ("videos", "expected"),
    [
        ((), None),
        (("ready",), 0),
        (("failed",), 0),
        (("cancelled", "ready"), 1),
        (("deleted", "deleting"), None),
        (("ready:submitted",), None),
        (("uploading", "ready:submitted"), 0),
        (("ready:submitted", "ready"), None),  # an older draft is not shown again after a later hand-in
        (("ready:withdrawn",), 0),
        (("ready:withdrawn", "ready:submitted"), 0),
        (("ready:replaced", "failed"), None),
        (("expired",), 0),
        (("expired", "ready"), 1),
        (("expired", "expired", "cancelled"), 0),
        (("expired", "ready:submitted", "ready"), 0),
    ],
)
def test_the_newest_video_that_can_still_become_a_submission_is_the_draft(videos, expected):
    assert draft_of(*videos) == expected
