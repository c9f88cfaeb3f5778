"""The student's page in a cross-site frame: what goes wrong on a real line, and what the page says."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from playwright.async_api import Error, FrameLocator, Page, Route, expect

from .conftest import NewVisitor

ACTIVITY = "Wound dressing"


@asynccontextmanager
async def slow_line(page: Page, seconds: float) -> AsyncIterator[None]:
    """Let each PATCH wait before it leaves the browser."""

    async def wait(route: Route) -> None:
        if route.request.method == "PATCH":
            await asyncio.sleep(seconds)
        with suppress(Error):  # the page went away, or gave the request up, while it waited
            await route.continue_()

    await page.context.route("**/tus/**", wait)
    try:
        yield
    finally:
        await page.context.unroute("**/tus/**", wait)


def state(tool: FrameLocator, name: str):
    return tool.locator(f"[data-state='{name}']")


async def pick(tool: FrameLocator, file: Path) -> None:
    await tool.locator("input[type=file]").set_input_files(file)


async def pick_silent(tool: FrameLocator, file: Path) -> None:
    """Pick the large video, which has no sound: the page asks, once per pick."""
    await pick(tool, file)
    await tool.get_by_role("button", name="Keep it").click()


async def test_a_reload_in_the_middle_goes_on_where_it_stopped(
    new_visitor: NewVisitor, large_video: Path, short_video: Path
) -> None:
    ben = await new_visitor()
    tool = await ben.open_clean("Ben", ACTIVITY)
    async with slow_line(ben.page, 1.0):
        await pick_silent(tool, large_video)
        await expect(state(tool, "up.active")).to_be_visible()
        await expect(state(tool, "up.active")).to_contain_text("safe")
        await ben.page.wait_for_timeout(4000)
        ben.page.on("dialog", lambda dialog: asyncio.ensure_future(dialog.accept()))
        await ben.page.reload()
        await expect(state(ben.tool, "home.resume")).to_be_visible()
        await expect(state(ben.tool, "home.resume")).to_contain_text("is safe")
        assert await ben.violations() == []

        await pick(ben.tool, short_video)
        await expect(state(ben.tool, "up.file_changed")).to_be_visible()
        assert await ben.violations() == []

        sent: list[str] = []
        ben.page.context.on(
            "request",
            lambda request: (
                sent.append(request.headers.get("upload-offset", "")) if request.method == "PATCH" else None
            ),
        )
        await pick(ben.tool, large_video)
        await expect(state(ben.tool, "up.active")).to_be_visible()
    await expect(ben.tool.get_by_role("button", name="Review and submit")).to_be_visible()
    assert sent
    assert "0" not in sent, "it started again from the first byte"


async def test_a_lost_connection_is_said_and_comes_back_by_itself(new_visitor: NewVisitor, large_video: Path) -> None:
    cleo = await new_visitor()
    tool = await cleo.open_clean("Cleo", ACTIVITY)
    async with slow_line(cleo.page, 1.2):
        await pick_silent(tool, large_video)
        await expect(state(tool, "up.active")).to_be_visible()
        await cleo.page.wait_for_timeout(1500)
        await cleo.page.context.set_offline(True)
        await expect(state(tool, "up.offline")).to_be_visible()
        assert await cleo.violations() == []
        await cleo.page.context.set_offline(False)
        await expect(state(tool, "up.active")).to_be_visible()
        await tool.get_by_role("button", name="Pause").click()
        await expect(state(tool, "up.paused")).to_be_visible()
        await tool.get_by_role("button", name="Resume").click()
        await expect(state(tool, "up.active")).to_be_visible()
        await tool.get_by_role("button", name="Cancel upload").click()
        await tool.get_by_role("dialog").get_by_role("button", name="Cancel upload").click()
        await expect(state(tool, "up.cancelled")).to_be_visible()


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("empty.mp4", b"", "pick.empty"),
        ("notes.mp4", b"%PDF-1.7 this is no video at all" * 40, "pick.wrong_type"),
        (
            "old.wmv",
            b"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\x00\xaa\x00\x62\xce\x6c" + b"\0" * 4000,
            "pick.wrong_type",
        ),
    ],
)
async def test_a_file_that_cannot_be_used_is_refused_before_a_byte_is_sent(
    new_visitor: NewVisitor, tmp_path: Path, name: str, content: bytes, expected: str
) -> None:
    cleo = await new_visitor()
    tool = await cleo.open_clean("Cleo", ACTIVITY)
    started: list[str] = []
    cleo.page.context.on(
        "request", lambda r: started.append(r.url) if r.method == "POST" and "/uploads" in r.url else None
    )
    file = tmp_path / name
    file.write_bytes(content)
    await pick(tool, file)
    await expect(state(tool, expected)).to_be_visible()
    await expect(state(tool, expected)).to_contain_text("Nothing was sent")
    assert await cleo.violations() == []
    assert started == []


def cut_off(whole: Path, damaged: Path) -> Path:
    content = whole.read_bytes()
    damaged.write_bytes(content[: len(content) // 3])
    return damaged


async def test_a_damaged_video_is_told_from_one_that_is_playable(
    new_visitor: NewVisitor, large_video: Path, tmp_path: Path
) -> None:
    cleo = await new_visitor()
    tool = await cleo.open_clean("Cleo", ACTIVITY)
    damaged = cut_off(large_video, tmp_path / "cut-off.mp4")
    await pick_silent(tool, damaged)
    await expect(tool.locator("[data-state^='vid.failed']")).to_be_visible()
    assert await cleo.violations() == []


async def test_an_answer_without_a_login_of_this_browser_gets_a_page_that_helps(new_visitor: NewVisitor) -> None:
    stranger = await new_visitor()
    app = stranger.stack.state.ports.app_url
    await stranger.page.goto(f"{app}/lti/launch")
    await expect(stranger.page.get_by_role("heading", level=1)).to_be_visible()
    await expect(stranger.page.get_by_text("VA-")).to_be_visible()
    assert await stranger.violations(stranger.page) == []
    answer = await stranger.page.context.request.post(
        f"{app}/lti/launch", form={"state": "s" * 43, "id_token": "e.e.e"}
    )
    assert answer.status in {400, 401}
    assert "Traceback" not in await answer.text()


@pytest.mark.parametrize("width", [360, 768])
async def test_the_page_fits_a_narrow_frame_in_light_and_dark(new_visitor: NewVisitor, width: int) -> None:
    cleo = await new_visitor(viewport={"width": width, "height": 800}, has_touch=True)
    tool = await cleo.open_clean("Cleo", ACTIVITY)
    await expect(tool.get_by_role("button", name="Upload a file")).to_be_visible()
    frame = await cleo.tool_frame()
    assert await frame.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert await cleo.violations() == []
    await frame.evaluate("document.documentElement.dataset.theme = 'dark'")
    assert await cleo.violations() == []


async def test_the_whole_way_works_by_keyboard(new_visitor: NewVisitor, short_video: Path) -> None:
    cleo = await new_visitor()
    tool = await cleo.open_clean("Cleo", ACTIVITY)
    await tool.get_by_role("button", name="Upload a file").focus()
    frame = await cleo.tool_frame()
    # In place of the system's own chooser, which nothing could close if it opened too early.
    await frame.evaluate("HTMLInputElement.prototype.click = function () { window.chooserOf = this.type; }")
    await cleo.page.keyboard.press("Enter")
    assert await frame.evaluate("window.chooserOf") == "file"
    await pick(tool, short_video)
    review = tool.get_by_role("button", name="Review and submit")
    await expect(review).to_be_visible()
    await expect(state(tool, "home.draft")).to_be_visible()
    await review.focus()
    await cleo.page.keyboard.press("Enter")
    submit = tool.get_by_role("button", name="Submit", exact=True)
    await submit.focus()
    await cleo.page.keyboard.press("Enter")
    dialog = tool.get_by_role("dialog")
    await expect(dialog).to_be_visible()
    assert await cleo.violations() == []
    await cleo.page.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()
    await expect(submit).to_be_focused()
