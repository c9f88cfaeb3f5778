"""Life in the demo: a teacher who set the assignment, and three students at three stages of it."""

from datetime import timedelta

from fieldreel.demo import handing_in
from fieldreel.demo.browser import Browser
from fieldreel.demo.stack import Stack
from fieldreel.demo.steps import Steps
from fieldreel.emulators.stream import make_sample_video
from fieldreel.kit.clock import SystemClock

LINK = "hand-hygiene"
INSTRUCTIONS = (
    "Film the six steps of hand hygiene in one take, with both hands in view the whole time. Say each step aloud."
)
DUE_IN = timedelta(days=7)  # as in the demo LMS, which, like Moodle, does not tell its tools
COMMENT = "All six steps, in order. Slow down at the thumbs: that one was over in a second."


def fill(stack: Stack, steps: Steps) -> None:
    """Walk through the product as its people would, over HTTP, until the teacher's queue is alive.

    Raises:
        DemoError: a step saw something else than it must.
    """
    with Browser(stack.state.ports) as browser:
        with steps.step("Tess sets the assignment"):
            tess = browser.open_assignment("tess", LINK)
            address = f"/assignments/{tess.assignment_id}"
            tag = tess.ask("GET", address).headers["ETag"]
            due = (SystemClock().now() + DUE_IN).replace(second=0, microsecond=0)
            settings = {"instructions": INSTRUCTIONS, "due_at": due.isoformat()}
            tess.call("PATCH", address, headers={"If-Match": tag}, body=settings)
        with steps.step("Ada hands in and Tess grades it") as seen:
            submission = _hand_in(browser, stack, "ada", seconds=24)
            handing_in.grade(tess, submission, 84, COMMENT)
            seen("84 points")
        with steps.step("Ben hands in"):
            _hand_in(browser, stack, "ben", seconds=16)
        with steps.step("Cleo uploads and does not submit yet"):
            cleo = browser.open_assignment("cleo", LINK)
            handing_in.upload(cleo, make_sample_video(stack.folder / "cleo-take-1.mp4", seconds=12))


def _hand_in(browser: Browser, stack: Stack, person: str, *, seconds: float) -> str:
    visit = browser.open_assignment(person, LINK)
    file = make_sample_video(stack.folder / f"{person}-hand-hygiene.mp4", seconds=seconds)
    video_id = handing_in.upload(visit, file)
    handing_in.wait_until_ready(visit, video_id)
    submission_id: str = handing_in.submit(visit, video_id)["id"]
    return submission_id
