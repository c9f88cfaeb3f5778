"""`fieldreel demo --check`: the main job, proved step by step on a stack of its own.

A student hands in a large video from the LMS over a bad connection, the teacher watches it and nobody else can, the
grade reaches the LMS's gradebook, and when its time is over the video is gone and the grade is not.
"""

import shutil
import tempfile
import time
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import typer

from fieldreel.demo import handing_in, watching
from fieldreel.demo.browser import Browser, Visit
from fieldreel.demo.errors import DemoError, StepFailed
from fieldreel.demo.ports import free_ports
from fieldreel.demo.run import Stopped, signals_ignored, stop_signals
from fieldreel.demo.sample import duration_seconds, make_large_video
from fieldreel.demo.stack import Stack
from fieldreel.demo.state import StackState
from fieldreel.demo.steps import Steps

COURSE = "nur204"
LINK = "hand-hygiene"
POINTS = 87.0
COMMENT = "Every step in view. Well spoken."
_SAMPLE_BYTES = 13 * 1024 * 1024  # three chunks
_ENCODE_SECONDS = 1.0
_DELIVERY_SECONDS = 30.0
_NOT_FOUND, _FORBIDDEN, _GONE = 404, 403, 410
_MEGABYTE = 1e6


def run(file: Path | None) -> int:
    """See `fieldreel.demo.run_check`."""
    folder = Path(tempfile.mkdtemp(prefix="fieldreel-check-"))
    folder.chmod(0o711)  # where PostgreSQL must run as another user, that one has to pass
    steps = Steps(typer.echo)
    try:
        with stop_signals():
            _check(folder, file, steps)
    except Stopped:
        typer.echo("Stopped before the end.", err=True)
        shutil.rmtree(folder, ignore_errors=True)
        return 1
    except Exception as error:  # noqa: BLE001 (whatever it is: the step, the reason and the logs are what helps)
        reason = str(error) if isinstance(error, DemoError) else f"{type(error).__name__}: {error}"
        typer.echo(f"\nFAILED at “{steps.failed or 'set-up'}” after {steps.held} steps that held.", err=True)
        typer.echo(f"{reason}\nWhat the stack left is in {folder}, its logs in {folder / 'logs'}.", err=True)
        return 1
    shutil.rmtree(folder, ignore_errors=True)
    typer.echo(f"\nAll {steps.held} steps held, in {steps.seconds:.1f} s.")
    return 0


def _check(folder: Path, file: Path | None, steps: Steps) -> None:
    with steps.step("A video to hand in") as seen:
        video = file or make_large_video(folder / "take-1.mp4", at_least_bytes=_SAMPLE_BYTES)
        seconds = duration_seconds(video)
        seen(f"{video.name}, {video.stat().st_size / _MEGABYTE:.1f} MB, {seconds:.1f} s")
    state = StackState(ports=free_ports())
    stack = Stack(folder, state, steps, encode_seconds=_ENCODE_SECONDS, durable=False)
    try:
        stack.start()
        with Browser(state.ports) as browser:
            MainJob(stack, steps, browser).walk(video, seconds)
    finally:
        with signals_ignored():
            stack.stop()


class MainJob:
    """The walk, each act with its own step."""

    def __init__(self, stack: Stack, steps: Steps, browser: Browser) -> None:
        self._stack = stack
        self._step = steps.step
        self._browser = browser

    def walk(self, file: Path, seconds: float) -> None:
        """All of it.

        Raises:
            StepFailed: a step saw something else than it must.
        """
        ada = self._launch("Ada", "learner")
        video_id = self._upload_over_a_bad_line(ada, file, seconds)
        with self._step("The video becomes ready") as seen:
            video = handing_in.wait_until_ready(ada, video_id)
            must(abs(video["duration_seconds"] - seconds) < 1, f"it lasts {video['duration_seconds']} s, not {seconds}")
            must(video["size_bytes"] == file.stat().st_size, f"Stream counts {video['size_bytes']} bytes")
            seen(f"{video['duration_seconds']:.1f} s, {video['width']} by {video['height']} pixels")
        with self._step("Ada submits") as seen:
            submission = handing_in.submit(ada, video_id)
            must(submission["status"] == "submitted", f"it is {submission['status']}")
            seen(f"attempt {submission['attempt']}, receipt {submission['receipt']}")
        tess = self._launch("Tess", "instructor")
        with self._step("Tess finds it in her queue") as seen:
            queue = tess.call("GET", f"/assignments/{tess.assignment_id}/queue")
            listed = [item for item in queue["items"] if (item["submission"] or {}).get("id") == submission["id"]]
            must(len(listed) == 1, "the submission is not in the queue")
            must(queue["counts"]["to_grade"] == 1, f"the counts say {queue['counts']}")
            seen(f"{listed[0]['person']['name']}, {queue['counts']['to_grade']} to grade")
        playback = self._watch(tess, video_id)
        self._keep_out(ada, video_id)
        self._grade(tess, ada, submission["id"])
        self._expire(ada, video_id, submission["id"], playback)

    def _launch(self, name: str, role: str) -> Visit:
        with self._step(f"{name} opens the assignment in the LMS") as seen:
            visit = self._browser.open_assignment(name.lower(), LINK)
            me = visit.call("GET", "/me")
            must(me["role"] == role, f"the role is {me['role']}, not {role}")
            must(me["assignment_id"] == visit.assignment_id, "the session is for another assignment")
            person = visit.config["person"]["name"] or "nobody"
            must(person.startswith(name), f"the page greets {person}")
            seen(f"{person}, {me['role']}, {visit.config['course']['title']}")
            return visit

    def _upload_over_a_bad_line(self, ada: Visit, file: Path, seconds: float) -> str:
        with self._step("Ada gets an upload link") as seen:
            upload = ada.start_upload(file, seconds)
            must(
                upload["upload_url"].startswith(f"{self._stack.state.ports.stream_media_url}/"),
                "the link is not Stream's",
            )
            seen(f"straight to Stream, chunks of {upload['chunk_size_bytes'] / 1024**2:.0f} MiB")
        with self._step("The bytes go to Stream; the connection breaks once and resumes") as seen:
            sent = ada.send(upload, file, cut=True)
            must(sent.cut_at is not None, "the connection was never cut")
            seen(f"{sent.size_bytes} bytes, cut and resumed at {sent.cut_at}, {sent.chunks} whole requests")
        with self._step("The product verifies the bytes with Stream") as seen:
            video = ada.call("POST", f"/uploads/{upload['id']}/complete")
            must(video["status"] in {"processing", "ready"}, f"the video is {video['status']}")
            seen(video["status"])
        video_id: str = upload["id"]
        return video_id

    def _watch(self, tess: Visit, video_id: str) -> Mapping[str, Any]:
        with self._step("Tess gets a playback token") as seen:
            playback: Mapping[str, Any] = tess.call("POST", f"/videos/{video_id}/playback")
            seen(f"valid until {playback['expires_at']}")
        with self._step("She watches: manifest, quality level, first segment") as seen:
            watched = watching.play(self._browser, playback["hls_url"])
            seen(f"{watched.segments} segments, the first of {watched.segment_bytes} bytes")
        with self._step("Without the token Stream refuses the same addresses") as seen:
            uid = watching.video_uid(playback["token"])
            forged = f"{playback['token'][:-8]}AAAAAAAA"
            statuses = [
                watching.refuse(self._browser, address.replace(playback["token"], stolen))
                for address in (playback["hls_url"], watched.segment_url)
                for stolen in (uid, forged)
            ]
            seen(", ".join(map(str, statuses)))
        return playback

    def _keep_out(self, ada: Visit, video_id: str) -> None:
        ben = self._launch("Ben", "learner")
        with self._step("Ben cannot see Ada's video, nor a student the queue") as seen:
            playback = ben.ask("POST", f"/videos/{video_id}/playback").status_code
            shown = ben.ask("GET", f"/videos/{video_id}").status_code
            queue = ada.ask("GET", f"/assignments/{ada.assignment_id}/queue").status_code
            must(playback == shown == _NOT_FOUND, f"Ben got {playback} and {shown}")
            must(queue in {_FORBIDDEN, _NOT_FOUND}, f"Ada got {queue}")
            seen(f"{playback}, {shown}, {queue}")

    def _grade(self, tess: Visit, ada: Visit, submission_id: str) -> None:
        with self._step("Tess grades") as seen:
            grade = handing_in.grade(tess, submission_id, POINTS, COMMENT)
            must(grade["points"] == POINTS, f"the grade says {grade['points']}")
            seen(f"{grade['points']:g} of {grade['points_max']:g} points")
        with self._step("The score arrives in the LMS's gradebook") as seen:
            arrived = self._score_in_gradebook("ada")
            expected = POINTS / grade["points_max"] * arrived["score_maximum"]
            must(arrived["score"] == expected, f"the gradebook says {arrived['score']}, not {expected}")
            must(COMMENT in arrived["comment"], "the comment did not come along")
            seen(f"{arrived['score']:g} of {arrived['score_maximum']:g}, with the comment")
        with self._step("Ada reads her grade") as seen:
            own = ada.call("GET", f"/submissions/{submission_id}/grade")
            must((own["points"], own["comment"]) == (POINTS, COMMENT), f"she reads {own['points']}: {own['comment']}")
            seen(f"{own['points']:g}, “{own['comment']}”")

    def _score_in_gradebook(self, person: str) -> dict[str, Any]:
        """The grade and the column's maximum, as soon as the LMS has them."""
        deadline = time.monotonic() + _DELIVERY_SECONDS
        while True:
            url = f"{self._stack.state.ports.lms_url}/__lms/gradebook?course={COURSE}"
            columns = self._browser.request("GET", url).json()["line_items"]
            column = next(column for column in columns if column["resource_link_id"] == LINK)
            grade = column["grades"].get(person)
            if grade is not None and grade["score"] is not None:
                return {**grade, "score_maximum": column["score_maximum"]}
            if time.monotonic() > deadline:
                raise StepFailed(f"no score after {_DELIVERY_SECONDS:.0f} s; calls: {column['score_calls']}")
            time.sleep(0.2)

    def _expire(self, ada: Visit, video_id: str, submission_id: str, playback: Mapping[str, Any]) -> None:
        uid = watching.video_uid(playback["token"])
        days = ada.call("GET", f"/assignments/{ada.assignment_id}")["retention_days"]
        with self._step(f"A sweep before the {days} days are over deletes nothing") as seen:
            self._sweep(timedelta(days=days - 1))
            must(self._stack.call_stream("GET", f"/{uid}").is_success, "Stream has lost the video")
            seen("the video is still at Stream")
        with self._step(f"The sweep after {days} days deletes the video at Stream") as seen:
            self._sweep(timedelta(days=days, hours=1))
            status = self._stack.call_stream("GET", f"/{uid}").status_code
            must(status == _NOT_FOUND, f"Stream answers {status} for the video")
            seen(f"Stream answers {status}")
        with self._step("It is marked as deleted, with a certificate") as seen:
            video = ada.call("GET", f"/videos/{video_id}")
            must(video["status"] == "deleted", f"it is {video['status']}")
            must(video["deleted_reason"] == "retention", f"the reason is {video['deleted_reason']}")
            number = self._stack.fetch_value("SELECT certificate->>'number' FROM videos WHERE id = $1::uuid", video_id)
            must(bool(number), "there is no certificate")
            seen(f"{video['deleted_at']}, certificate {number}")
        with self._step("Nobody can play it any more, and the grade stays") as seen:
            old_token = self._browser.request("GET", playback["hls_url"]).status_code
            new_token = ada.ask("POST", f"/videos/{video_id}/playback").status_code
            must(old_token in {401, 403, _NOT_FOUND}, f"the old token still gets {old_token}")
            must(new_token == _GONE, f"a new token: {new_token}")
            grade = ada.call("GET", f"/submissions/{submission_id}/grade")
            must(grade["points"] == POINTS, f"the grade says {grade['points']}")
            seen(f"old token {old_token}, new token {new_token}, {grade['points']:g} points")

    def _sweep(self, later: timedelta) -> None:
        """`fieldreel sweep`, by a clock that is ahead."""
        self._stack.command("sweep", settings={"FIELDREEL_CLOCK_SHIFT_SECONDS": str(round(later.total_seconds()))})


def must(holds: bool, otherwise: str) -> None:
    """Fail the step unless something holds.

    Raises:
        StepFailed: saying what was seen instead.
    """
    if not holds:
        raise StepFailed(otherwise)
