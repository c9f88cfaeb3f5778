"""The main job as its two people click it: a student hands in, a teacher watches and grades, the gradebook has it."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
from playwright.async_api import expect

from .conftest import NewVisitor, Visitor

ACTIVITY = "Hand hygiene demonstration"


async def until(holds: Callable[[], Awaitable[bool]], *, seconds: float = 20) -> None:
    """Wait until something holds. (Playwright's own waiting evaluates text, which the page's policy forbids.)"""
    for _ in range(int(seconds * 5)):
        if await holds():
            return
        await asyncio.sleep(0.2)
    raise AssertionError(f"it did not hold within {seconds} s")


async def hand_in(student: Visitor, person: str, video: Path) -> None:
    tool = await student.open_clean(person, ACTIVITY)
    await expect(tool.locator("[data-state='home.empty']")).to_be_visible()
    assert await student.violations() == []
    await tool.locator("input[type=file]").set_input_files(video)
    await expect(tool.locator("[data-state='home.draft']")).to_be_visible()
    assert await student.violations() == []
    await tool.get_by_role("button", name="Review and submit").click()
    await expect(tool.locator("[data-state='preview.ready']")).to_be_visible()
    assert await student.violations() == []
    await tool.get_by_role("button", name="Submit", exact=True).click()
    dialog = tool.get_by_role("dialog")
    await dialog.get_by_role("checkbox").check()
    await dialog.get_by_role("button", name="Submit", exact=True).click()
    await expect(tool.locator("[data-state='submit.done']")).to_be_visible()
    await expect(tool.get_by_text("VA-").first).to_be_visible()
    assert await student.violations() == []


async def test_a_video_goes_from_a_student_to_the_gradebook(new_visitor: NewVisitor, short_video: Path) -> None:
    ada = await new_visitor()
    await hand_in(ada, "Ada", short_video)

    tess = await new_visitor()
    tool = await tess.open("Tess", ACTIVITY)
    await expect(tool.get_by_role("button", name="Grade next")).to_be_visible()
    await expect(tool.get_by_text("Ada Haddad").first).to_be_visible()
    assert await tess.violations() == []

    await tool.get_by_role("button", name="Grade next").click()
    video = tool.locator("video")
    await expect(video).to_be_visible()
    await tool.get_by_role("button", name="Play", exact=True).click()
    await until(lambda: video.evaluate("element => element.currentTime > 1"))
    assert await tess.violations() == []

    await tool.get_by_role("textbox", name="Grade").fill("105")
    await tool.get_by_role("button", name="Save", exact=True).click()
    await expect(tool.get_by_text("Points must be").first).to_be_visible()
    assert await tess.violations() == []
    await tool.get_by_label("Comment for the student").fill("Good posture. Mind the thumbs.")
    await tool.get_by_role("textbox", name="Grade").fill("78")
    await tess.page.keyboard.press("Control+Enter")
    await expect(tool.get_by_role("button", name="Grade next")).to_be_hidden()

    async def gradebook_has_it() -> bool:
        async with httpx.AsyncClient(trust_env=False) as client:
            lms = tess.stack.state.ports.lms_url
            book = (await client.get(f"{lms}/__lms/gradebook", params={"course": "nur204"})).json()
        grade = book["line_items"][0]["grades"].get("ada") or {}
        return grade.get("score") == 78 and grade.get("comment") == "Good posture. Mind the thumbs."

    await until(gradebook_has_it)
    await ada.page.reload()
    await expect(ada.tool.get_by_text("78").first).to_be_visible()
    await expect(ada.tool.get_by_text("Good posture. Mind the thumbs.")).to_be_visible()
    assert await ada.violations() == []
