"""A real Chromium on the real stack: PostgreSQL, Stream emulator, demo LMS and the product as processes.

The LMS is `localhost`, the product `127.0.0.1`: two sites, so that the frame is truly cross-site. One stack for all
tests of a worker; each test takes people and an assignment that no other test uses (`Seat`).
"""

import asyncio
import os
import re
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import (
    Browser,
    BrowserContext,
    Frame,
    FrameLocator,
    Page,
    Playwright,
    async_playwright,
    expect,
)

from fieldreel.demo.browser import Browser as HttpBrowser
from fieldreel.demo.ports import free_ports
from fieldreel.demo.sample import make_large_video
from fieldreel.demo.stack import Stack
from fieldreel.demo.state import StackState
from fieldreel.demo.steps import Steps
from fieldreel.emulators.stream.media import make_sample_video

FRONTEND = Path(__file__).parents[2] / "src" / "frontend"
PICTURES = Path(__file__).parents[2] / "screenshots"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
    # The frame stays cross-site for cookies and storage, but shares a process with the page: Playwright sometimes loses
    # a frame that changes its process while it is being launched.
    "--disable-site-isolation-trials",
    "--disable-features=IsolateOrigins,site-per-process",
)
LINKS = {"Hand hygiene demonstration": "hand-hygiene", "Wound dressing": "wound-dressing"}
LOOPBACK = {"127.0.0.1", "localhost"}
PATIENCE_MS = 20_000

expect.set_options(timeout=PATIENCE_MS)


_FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report = yield
    if report.failed:
        item.stash[_FAILED] = True
    return report


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "/e2e/" in str(item.path):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
            item.add_marker(pytest.mark.xdist_group("e2e"))  # one stack and one browser are enough for two cores


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """Everything, on free ports, filled by nobody."""
    folder = Path(tempfile.mkdtemp(prefix="fieldreel-e2e-"))
    folder.chmod(0o711)  # where PostgreSQL must run as another user, that one has to pass
    with Stack(folder, StackState(ports=free_ports()), Steps(lambda _: None), encode_seconds=1.0, durable=False) as up:
        yield up
    shutil.rmtree(folder)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def playwright() -> AsyncIterator[Playwright]:
    """Playwright's driver."""
    async with async_playwright() as started:
        yield started


def find_chromium() -> str:
    """The browser that `make test` installs or is told of."""
    found = os.environ.get("FIELDREEL_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    found = found or shutil.which("google-chrome")
    assert found, "no Chromium: run `make test`, or name one in FIELDREEL_CHROMIUM"
    return found


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium(playwright: Playwright) -> AsyncIterator[Browser]:
    """A headless Chromium."""
    browser = await playwright.chromium.launch(executable_path=find_chromium(), args=list(FLAGS))
    yield browser
    await closed(browser.close())


@pytest.fixture(scope="session")
def axe_source() -> str:
    """axe-core, to be evaluated in a page."""
    return (FRONTEND / "node_modules" / "axe-core" / "axe.min.js").read_text()


@pytest.fixture(scope="session")
def short_video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """12 seconds, one chunk."""
    path = tmp_path_factory.mktemp("videos") / "hand-hygiene-take2.mp4"
    make_sample_video(path, seconds=12)
    return path


@pytest.fixture(scope="session")
def large_video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Several chunks: there is time to cut, pause and reload."""
    return make_large_video(tmp_path_factory.mktemp("videos") / "large.mp4", at_least_bytes=32 * 1024 * 1024)


def clear(stack: Stack, person: str, link: str) -> None:
    """Take back what a person has in an activity, by the product's API as their browser would."""
    with HttpBrowser(stack.state.ports) as browser:
        visit = browser.open_assignment(person, link)
        work = visit.call("GET", f"/assignments/{visit.assignment_id}/my-work")
        if work["submission"]:
            visit.ask("DELETE", f"/submissions/{work['submission']['id']}")
        if work["video"]:
            visit.ask("DELETE", f"/uploads/{work['video']['id']}")


async def closed(closing: Awaitable[None]) -> None:
    """Close something of the browser, but do not hang the whole run on it."""
    with suppress(TimeoutError):
        await asyncio.wait_for(closing, timeout=20)


class Visitor:
    """One person with a browser of their own in the demo LMS."""

    def __init__(self, page: Page, stack: Stack, axe_source: str) -> None:
        self.page = page
        self.stack = stack
        self._axe_source = axe_source

    async def open(self, person: str, activity: str) -> FrameLocator:
        """Sign in at the LMS and open an activity; gives the frame of the tool."""
        await self.page.goto(self.stack.state.ports.lms_url)
        await self.page.get_by_role("button", name=re.compile(f"^Sign in as {person}")).first.click()
        await self.page.get_by_role("link", name=activity).first.click()
        return self.tool

    async def open_clean(self, person: str, activity: str) -> FrameLocator:
        """Open an activity where this person has nothing."""
        await asyncio.to_thread(clear, self.stack, person.lower(), LINKS[activity])
        await self.open(person, activity)
        await expect(self.tool.get_by_role("heading", name=activity)).to_be_visible()
        return self.tool

    @property
    def tool(self) -> FrameLocator:
        """The tool's frame inside the LMS page."""
        return self.page.frame_locator("iframe")

    async def tool_frame(self) -> Frame:
        """The same as a frame that can run scripts."""
        element = await self.page.wait_for_selector("iframe")
        assert element is not None
        frame = await element.content_frame()
        assert frame is not None
        return frame

    async def violations(self, frame: Frame | Page | None = None) -> list[str]:
        """What axe finds wrong (WCAG 2.0 to 2.2, A and AA, and best practices), a line each."""
        where = frame or await self.tool_frame()
        await where.evaluate(self._axe_source)
        result: dict[str, Any] = await where.evaluate("axe.run(document, {iframes: false})")
        return [
            f"{fault['id']}: {node['html'][:160]} {node['failureSummary'][:300]}"
            for fault in result["violations"]
            for node in fault["nodes"]
        ]


NewVisitor = Callable[..., Awaitable[Visitor]]


@pytest_asyncio.fixture(loop_scope="session")
async def new_visitor(
    request: pytest.FixtureRequest, chromium: Browser, stack: Stack, axe_source: str
) -> AsyncIterator[NewVisitor]:
    """Makes visitors. A request that leaves this machine, or an error that no code caught, fails the test.

    A test that fails leaves a picture of each visitor's page in `screenshots/`.
    """
    contexts: list[BrowserContext] = []
    strays: list[str] = []
    crashes: list[str] = []

    async def make(**options: Any) -> Visitor:
        context = await chromium.new_context(
            **{"viewport": {"width": 1280, "height": 900}, "locale": "en-GB", **options}
        )
        contexts.append(context)
        context.on("request", lambda request: note_stray(request.url))
        context.on("weberror", lambda error: crashes.append(str(error.error)))
        page = await context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        return Visitor(page, stack, axe_source)

    def note_stray(url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme in {"http", "https"} and parts.hostname not in LOOPBACK:
            strays.append(url)

    yield make
    for number, context in enumerate(contexts):
        if request.node.stash.get(_FAILED, False):
            await context.pages[0].screenshot(path=PICTURES / f"{request.node.name}-{number}.png")
        await closed(context.close())
    assert strays == []
    assert crashes == []


@contextmanager
def stream_settings(stack: Stack, **changes: Any) -> Iterator[None]:
    """Change switches of the Stream emulator for a while."""
    url = f"{stack.state.ports.stream_api_url}/__emu/settings"
    before = httpx.get(url, trust_env=False).json()
    httpx.post(url, json=changes, trust_env=False).raise_for_status()
    try:
        yield
    finally:
        httpx.post(url, json={name: before[name] for name in changes}, trust_env=False).raise_for_status()
