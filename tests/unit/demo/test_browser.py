"""The demo's browser: cookies, pages, and bytes over a line that breaks."""

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from fieldreel.demo.browser import Browser, Cookies, Visit
from fieldreel.demo.errors import StepFailed
from fieldreel.demo.pages import Page
from fieldreel.demo.ports import Ports

STEP = 262_144
CHUNK = 2 * STEP
CONFIG = {"api": "/api/v1", "session_token": "s3cret", "assignment": {"id": "a"}}
LINK = "http://127.0.0.1:8812/upload/1"


class Stream:
    """A tus host that keeps what came, also of a broken request, as Stream may."""

    def __init__(self) -> None:
        self.kept = b""
        self.answers: list[int] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.method == "HEAD":
            return httpx.Response(200, headers={"Upload-Offset": str(len(self.kept))})
        assert request.headers["Tus-Resumable"] == "1.0.0"
        if int(request.headers["Upload-Offset"]) != len(self.kept):
            self.answers.append(409)
            return httpx.Response(409)
        assert isinstance(request.stream, httpx.SyncByteStream)
        for part in request.stream:
            self.kept += part
        self.answers.append(204)
        return httpx.Response(204, headers={"Upload-Offset": str(len(self.kept))})


def browser_over(handler: Callable[[httpx.Request], httpx.Response]) -> Browser:
    class Transport(httpx.BaseTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            return handler(request)

    return Browser(Ports(), transport=Transport())


def answer(url: str, *cookies: str) -> httpx.Response:
    headers = [("Set-Cookie", cookie) for cookie in cookies]
    return httpx.Response(200, headers=headers, request=httpx.Request("GET", url))


def test_secure_cookies_go_back_over_loopback_http() -> None:
    cookies = Cookies()
    cookies.keep(
        answer("http://127.0.0.1:8800/", "__Host-a=1; Path=/; Secure; SameSite=None; Partitioned", "b=2; Path=/")
    )
    assert cookies.header("http://127.0.0.1:8800/lti/launch") == {"Cookie": "__Host-a=1; b=2"}
    assert cookies.header("http://localhost:8801/") == {}


@pytest.mark.parametrize("attributes", ["Path=/", "Secure", "Secure; Path=/lti", "Secure; Path=/; Domain=127.0.0.1"])
def test_a_host_cookie_that_breaks_its_promise_is_not_kept(attributes: str) -> None:
    cookies = Cookies()
    cookies.keep(answer("http://127.0.0.1:8800/", f"__Host-a=1; {attributes}"))
    assert cookies.header("http://127.0.0.1:8800/") == {}


def test_a_cookie_is_cleared_by_max_age_zero() -> None:
    cookies = Cookies()
    cookies.keep(answer("http://127.0.0.1:8800/", "a=1; Path=/"))
    cookies.keep(answer("http://127.0.0.1:8800/", "a=; Max-Age=0; Path=/"))
    assert cookies.header("http://127.0.0.1:8800/") == {}


def test_a_page_gives_its_form_and_its_blocks() -> None:
    page = Page(
        '<form method="POST" action="https://x/"><input name="state" value="a&amp;b"><input type="submit"></form>'
        '<script type="application/json" id="login">{"url": "https://x/?a\\u0026b"}</script><p>Some\n  words</p>'
    )
    assert (page.forms[0].action, page.forms[0].method, page.forms[0].fields) == (
        "https://x/",
        "post",
        {"state": "a&b"},
    )
    assert page.blocks == {"login": {"url": "https://x/?a&b"}}
    assert page.text == "Some words"


def test_a_cut_connection_resumes_where_stream_stands(tmp_path: Path) -> None:
    file = tmp_path / "video.mp4"
    file.write_bytes(bytes(range(256)) * 1024 * 5)  # 1.25 MiB: two whole chunks and half of one
    stream = Stream()
    with browser_over(stream.handle_request) as browser:
        sent = Visit(browser, CONFIG).send({"upload_url": LINK, "chunk_size_bytes": CHUNK}, file, cut=True)
    assert stream.kept == file.read_bytes()
    assert sent.cut_at == CHUNK + CHUNK // 2
    assert (sent.chunks, stream.answers) == (2, [204, 204])


def test_a_small_file_is_cut_in_its_only_chunk(tmp_path: Path) -> None:
    file = tmp_path / "video.mp4"
    file.write_bytes(b"x" * 1000)
    stream = Stream()
    with browser_over(stream.handle_request) as browser:
        sent = Visit(browser, CONFIG).send({"upload_url": LINK, "chunk_size_bytes": CHUNK}, file, cut=True)
    assert stream.kept == file.read_bytes()
    assert sent.cut_at == 500


def test_a_refused_chunk_fails_the_step(tmp_path: Path) -> None:
    file = tmp_path / "video.mp4"
    file.write_bytes(b"x" * 1000)

    def refuse(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers={"Upload-Offset": "0"}) if request.method == "HEAD" else httpx.Response(410)

    with browser_over(refuse) as browser, pytest.raises(StepFailed, match="answered 410"):
        Visit(browser, CONFIG).send({"upload_url": LINK, "chunk_size_bytes": CHUNK}, file)


def test_an_api_call_carries_the_session_token_and_minds_the_status() -> None:
    seen: list[httpx.Request] = []

    def api(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(404, json={"code": "access.not_found"})

    with browser_over(api) as browser:
        visit = Visit(browser, CONFIG)
        with pytest.raises(StepFailed, match="answered 404, not 200"):
            visit.call("GET", "/me")
    assert str(seen[0].url) == "http://127.0.0.1:8800/api/v1/me"
    assert seen[0].headers["Authorization"] == "Bearer s3cret"


def test_a_launch_that_ends_on_an_error_page_says_what_the_page_says() -> None:
    def lms_and_tool(request: httpx.Request) -> httpx.Response:
        if request.url.path.startswith("/launch/"):
            return httpx.Response(200, text='<form method="post" action="http://127.0.0.1:8800/lti/login"></form>')
        return httpx.Response(400, text="<h1>We could not open this assignment</h1>")

    with browser_over(lms_and_tool) as browser, pytest.raises(StepFailed, match="could not open this assignment"):
        browser.open_assignment("ada", "hand-hygiene")
