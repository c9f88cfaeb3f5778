"""The main job as its two people click it."""

from pathlib import Path

from playwright.async_api import expect

from .conftest import NewVisitor

ACTIVITY = "Hand hygiene demonstration"


async def test_a_video_goes_from_a_student_to_the_gradebook(new_visitor: NewVisitor, short_video: Path) -> None:
    ada = await new_visitor()
    tool = await ada.open("Ada", ACTIVITY)
    await expect(tool.get_by_role("heading", name=ACTIVITY)).to_be_visible()
    await expect(tool.locator("[data-state='home.empty']")).to_be_visible()
    assert await ada.violations() == []

    await tool.locator("input[type=file]").set_input_files(short_video)
    await ada.page.wait_for_timeout(6000)
    await ada.page.screenshot(path="/tmp/fr/a.png")
