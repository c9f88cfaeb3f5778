"""The login page in a real Chromium, inside a page of the LMS: it goes on by itself, or offers a tab of its own."""

import asyncio
import os
import shutil
import socket
from collections.abc import AsyncIterator
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
import uvicorn
from playwright.async_api import Page, Route, async_playwright, expect

pytestmark = pytest.mark.browser
COURSE = "https://lms.example.edu/course"
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-features=LocalNetworkAccessChecks")


@pytest.fixture
async def tool(world) -> AsyncIterator[str]:
    """The launch routes on a port of this machine; gives their address."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(world.app, log_config=None, lifespan="off"))
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        await serving


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    async with async_playwright() as playwright:
        path = os.environ.get("FIELDREEL_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
        browser = await playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield await browser.new_page()
        await browser.close()


async def open_course(page, world, tool, *, sandbox: str | None = None):
    """A page of the LMS with our login in a frame; its authorization address answers with a word."""
    login = f"{tool}/lti/login?{urlencode(world.initiation())}".replace("&", "&amp;")
    restricted = f'sandbox="{sandbox}"' if sandbox else ""
    html = f'<h1>Course</h1><iframe src="{login}" {restricted}></iframe>'

    async def lms(route: Route) -> None:
        at_authorization = route.request.url.startswith("https://lms.example.edu/auth")
        await route.fulfill(content_type="text/html", body="<p>At the platform</p>" if at_authorization else html)

    await page.context.route("https://lms.example.edu/**", lms)
    await page.goto(COURSE)


async def test_in_a_frame_where_cookies_stick_it_goes_on_by_itself_and_keeps_the_binding_cookie(world, tool, page):
    await open_course(page, world, tool)
    await expect(page.frame_locator("iframe").get_by_text("At the platform")).to_be_visible()

    request = dict(parse_qsl(urlsplit(page.frames[1].url).query))
    assert request["redirect_uri"] == "https://video.example.edu/lti/launch"
    (cookie,) = [one for one in await page.context.cookies() if one["domain"] == "127.0.0.1"]
    assert cookie["name"].startswith("__Host-")
    assert (cookie["httpOnly"], cookie["secure"], cookie["sameSite"]) == (True, True, "None")
    assert cookie["partitionKey"] == "https://example.edu"  # the site of the page around us


async def test_in_a_frame_without_storage_it_offers_a_tab_of_its_own_before_the_hint_is_spent(world, tool, page):
    asked = []
    page.context.on("request", lambda request: asked.append(request.url))
    await open_course(
        page, world, tool, sandbox="allow-scripts allow-forms allow-popups allow-popups-to-escape-sandbox"
    )
    frame = page.frame_locator("iframe")
    await expect(frame.get_by_role("heading", name="Open this assignment in its own tab")).to_be_visible()
    await expect(frame.get_by_text("Opening your assignment")).to_be_hidden()
    assert not [url for url in asked if url.startswith("https://lms.example.edu/auth")]

    async with page.context.expect_page() as opened:
        await frame.get_by_role("button", name="Open assignment").click()
    tab = await opened.value

    await expect(tab.get_by_text("At the platform")).to_be_visible()
    assert dict(parse_qsl(urlsplit(tab.url).query))["lti_message_hint"] == '{"cmid": 6, "x": "ä&="}'


async def test_a_page_of_another_site_cannot_frame_it(world, tool, page):
    await page.context.route(
        "https://evil.example.com/**",
        lambda route: route.fulfill(
            content_type="text/html",
            body=f'<iframe src="{tool}/lti/login?{urlencode(world.initiation())}"></iframe>'.replace("&", "&amp;"),
        ),
    )
    asked = []
    page.context.on("request", lambda request: asked.append(request.url))
    await page.goto("https://evil.example.com/")
    await page.wait_for_timeout(500)
    assert any(url.startswith(tool) for url in asked)
    assert not [url for url in asked if url.startswith("https://lms.example.edu/auth")]
