"""What a student does with a file, as one walk: upload, wait, submit."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fieldreel.demo.browser import Visit
from fieldreel.demo.errors import StepFailed
from fieldreel.demo.sample import duration_seconds

_READY_SECONDS = 120.0
_POLL_SECONDS = 0.3
_WAITING = {"uploading", "processing"}


def upload(visit: Visit, file: Path) -> str:
    """Upload `file`, say that it is complete, and give the video's id."""
    started = visit.start_upload(file, duration_seconds(file))
    visit.send(started, file)
    visit.call("POST", f"/uploads/{started['id']}/complete")
    video_id: str = started["id"]
    return video_id


def wait_until_ready(visit: Visit, video_id: str) -> Mapping[str, Any]:
    """Look at the video, as its page does, until it can be played.

    Raises:
        StepFailed: it became something else, or it took two minutes.
    """
    deadline = time.monotonic() + _READY_SECONDS
    while True:
        video: Mapping[str, Any] = visit.call("GET", f"/videos/{video_id}")
        if video["status"] == "ready":
            return video
        if video["status"] not in _WAITING or time.monotonic() > deadline:
            raise StepFailed(f"the video is {video['status']} ({video['error_code'] or 'no error code'}), not ready")
        time.sleep(_POLL_SECONDS)


def submit(visit: Visit, video_id: str) -> Mapping[str, Any]:
    """Hand the video in."""
    submission: Mapping[str, Any] = visit.create(
        "/submissions", {"assignment_id": visit.assignment_id, "video_id": video_id}
    )
    return submission


def grade(visit: Visit, submission_id: str, points: float, comment: str) -> Mapping[str, Any]:
    """Give the first grade."""
    given: Mapping[str, Any] = visit.call(
        "PUT",
        f"/submissions/{submission_id}/grade",
        headers={"If-None-Match": "*"},
        body={"points": points, "comment": comment},
    )
    return given
