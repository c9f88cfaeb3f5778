"""A person's browser without a screen: cookies as browsers keep them, launches from the LMS, API calls, tus uploads."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote, urlsplit

import httpx

from fieldreel.demo.errors import StepFailed
from fieldreel.demo.pages import Page
from fieldreel.demo.ports import Ports
from fieldreel.kit import ids

_CHUNK_STEP = 262_144  # Cloudflare takes multiples of it, and no chunk but the last below 5 MiB
_READ_BYTES = 65_536
_HEAD_SECONDS = 10.0
_BREAK_SECONDS = 0.3  # no line comes back at once, and Stream takes in meanwhile what had arrived
_OK, _CREATED, _NO_CONTENT, _CONFLICT = 200, 201, 204, 409


class _CutHere(Exception):
    """Raised inside a request body: the connection breaks in the middle of it."""


class Cookies:
    """Cookies by host. Browsers treat loopback as secure, so `Secure` ones go over http there (the standard jar won't).

    `SameSite` and partitions are not modelled: this browser has one page open.
    """

    def __init__(self) -> None:
        self._by_host: dict[str, dict[str, str]] = {}

    def keep(self, response: httpx.Response) -> None:
        """Take the cookies of an answer; a `__Host-` one only if it keeps that prefix's promise (RFC 6265bis)."""
        for header in response.headers.get_list("Set-Cookie"):
            pair, *attributes = (part.strip() for part in header.split(";"))
            name, _, value = pair.partition("=")
            flags = {key.strip().lower(): text for key, _, text in (part.partition("=") for part in attributes)}
            if name.startswith("__Host-") and ("secure" not in flags or "domain" in flags or flags.get("path") != "/"):
                continue
            jar = self._by_host.setdefault(response.request.url.host, {})
            if flags.get("max-age") in {"0", "-1"} or not value:
                jar.pop(name, None)
            else:
                jar[name] = value

    def header(self, url: str) -> dict[str, str]:
        """The `Cookie` header for `url`."""
        jar = self._by_host.get(urlsplit(url).hostname or "", {})
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in jar.items())} if jar else {}


class Browser:
    """One person's browser. It follows no redirect by itself, so that each hop can be looked at."""

    def __init__(self, ports: Ports, *, transport: httpx.BaseTransport | None = None) -> None:
        """Look at the stack on `ports`; `transport` replaces the network, for tests."""
        self.ports = ports
        self._cookies = Cookies()
        # The environment's proxies must not see these calls.
        self._http = httpx.Client(
            timeout=30, trust_env=False, headers={"User-Agent": "fieldreel-demo-browser"}, transport=transport
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def request(self, method: str, url: str, **options: Any) -> httpx.Response:
        """One request with the cookies of its host; those of the answer are kept.

        Raises:
            StepFailed: nobody answers there.
        """
        headers = {**self._cookies.header(url), **options.pop("headers", {})}
        try:
            response = self._http.request(method, url, headers=headers, **options)
        except httpx.TransportError as error:
            raise StepFailed(f"{method} {url}: {type(error).__name__} {error}") from error
        self._cookies.keep(response)
        return response

    def open_assignment(self, person: str, link: str) -> "Visit":
        """Open an activity in the LMS as `person` and follow the launch to our page.

        Login initiation, our login page, the LMS's authorization endpoint, its form post: the four hops of LTI Security
        Framework §5.1.1.

        Raises:
            StepFailed: a hop answered something else than it must.
        """
        start = Page(self._page("GET", f"{self.ports.lms_url}/launch/{quote(link)}?as={quote(person)}").text)
        initiation = start.forms[0]
        if urlsplit(initiation.action).netloc != urlsplit(self.ports.app_url).netloc:
            raise StepFailed(f"the LMS begins the login at {initiation.action}, which is not ours")
        login = self._page("POST", initiation.action, data=initiation.fields)
        answer = Page(self._page("GET", self._authorization_url(login)).text).forms[0]
        shell = self._page("POST", answer.action, data=answer.fields, headers={"Origin": self.ports.lms_url})
        config = Page(shell.text).blocks.get("fieldreel-config")
        if not config:
            raise StepFailed(f"the launch ended on a page without a session: {Page(shell.text).text[:300]}")
        return Visit(self, config)

    def _authorization_url(self, login: httpx.Response) -> str:
        page = Page(login.text)
        url: str = page.blocks.get("login", {}).get("url", "")
        if not url.startswith(f"{self.ports.lms_url}/"):
            raise StepFailed(f"the login page does not lead to the LMS: {page.text[:300]}")
        return url

    def _page(self, method: str, url: str, **options: Any) -> httpx.Response:
        response = self.request(method, url, **options)
        if response.status_code != _OK:
            raise StepFailed(f"{method} {url} answered {response.status_code}: {Page(response.text).text[:300]}")
        return response


@dataclass(frozen=True)
class Sent:
    """What an upload took: `cut_at` is the offset that Stream held after the broken connection."""

    size_bytes: int
    chunks: int
    cut_at: int | None


class Visit:
    """One launched page: its session token, and what its script would do."""

    def __init__(self, browser: Browser, config: Mapping[str, Any]) -> None:
        self.browser = browser
        self.config = config
        self.assignment_id: str = config["assignment"]["id"]

    def call(
        self, method: str, path: str, *, expect: int = _OK, headers: Mapping[str, str] | None = None, body: Any = None
    ) -> Any:
        """One API call with the session token; gives the JSON of the answer, or None where there is none.

        Raises:
            StepFailed: another status than `expect`.
        """
        response = self.ask(method, path, headers=headers, body=body)
        if response.status_code != expect:
            raise StepFailed(f"{method} {path} answered {response.status_code}, not {expect}: {response.text[:400]}")
        return response.json() if response.content else None

    def ask(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, body: Any = None
    ) -> httpx.Response:
        """As `call`, but any answer is fine."""
        authorization = {"Authorization": f"Bearer {self.config['session_token']}"}
        url = f"{self.browser.ports.app_url}{self.config['api']}{path}"
        return self.browser.request(method, url, headers={**authorization, **(headers or {})}, json=body)

    def create(self, path: str, body: Mapping[str, Any], *, expect: int = _CREATED) -> Any:
        """A POST that creates something, with an Idempotency-Key of its own."""
        return self.call("POST", path, expect=expect, headers={"Idempotency-Key": ids.secret(16)}, body=body)

    def start_upload(self, file: Path, duration_seconds: float) -> dict[str, Any]:
        """Ask for an upload link for `file`."""
        size = file.stat().st_size
        upload: dict[str, Any] = self.create(
            "/uploads",
            {
                "assignment_id": self.assignment_id,
                "filename": file.name,
                "size_bytes": size,
                "mime_type": "video/mp4",
                "duration_seconds": duration_seconds,
                "fingerprint": f"{file.name}|{size}|{file.stat().st_mtime_ns // 1_000_000}",
            },
        )
        return upload

    def send(self, upload: Mapping[str, Any], file: Path, *, cut: bool = False) -> Sent:
        """Send the bytes by tus 1.0.0 in chunks; with `cut` the connection breaks once, inside the last chunk but one.

        Raises:
            StepFailed: Stream took something else than was sent.
        """
        url, chunk = upload["upload_url"], upload["chunk_size_bytes"]
        if chunk % _CHUNK_STEP:
            raise StepFailed(f"chunks of {chunk} bytes are not what Cloudflare takes")
        size = file.stat().st_size
        offset, chunks, cut_at = self.offset(url), 0, None
        break_in = max(0, (size // chunk - 1) * chunk) if cut else None
        while offset < size:
            end = min(offset + chunk, size)
            if break_in is not None and offset >= break_in:
                break_in = None
                self._break_off(url, file, offset, end)
                cut_at = offset = self.offset(url)
                continue
            response = self._patch(url, offset, end, _part(file, offset, end))
            if response.status_code == _CONFLICT and (held := self.offset(url)) > offset:
                offset = held  # Stream was still taking in what had come before the break
                continue
            if response.status_code != _NO_CONTENT or response.headers.get("Upload-Offset") != str(end):
                raise StepFailed(f"PATCH at {offset} answered {response.status_code}: {response.text[:300]}")
            offset, chunks = end, chunks + 1
        return Sent(size, chunks, cut_at)

    def offset(self, url: str) -> int:
        """How many bytes Stream holds (tus HEAD); waits while it is still closing a broken request.

        Raises:
            StepFailed: it does not say.
        """
        deadline = time.monotonic() + _HEAD_SECONDS
        while True:
            response = self.browser.request("HEAD", url, headers={"Tus-Resumable": "1.0.0", **self._origin})
            if response.status_code == _OK:
                return int(response.headers["Upload-Offset"])
            if time.monotonic() > deadline:
                raise StepFailed(f"HEAD on the upload link answered {response.status_code}")
            time.sleep(0.1)

    @property
    def _origin(self) -> dict[str, str]:
        return {"Origin": self.browser.ports.app_url}

    def _patch(self, url: str, offset: int, end: int, body: Iterator[bytes]) -> httpx.Response:
        headers = {
            "Tus-Resumable": "1.0.0",
            "Upload-Offset": str(offset),
            "Content-Type": "application/offset+octet-stream",
            "Content-Length": str(end - offset),
            **self._origin,
        }
        return self.browser.request("PATCH", url, headers=headers, content=body)

    def _break_off(self, url: str, file: Path, offset: int, end: int) -> None:
        def body() -> Iterator[bytes]:
            yield from _part(file, offset, offset + (end - offset) // 2)
            raise _CutHere

        try:
            self._patch(url, offset, end, body())
        except _CutHere:
            time.sleep(_BREAK_SECONDS)
            return
        raise StepFailed("the connection was cut, and yet there was an answer")


def _part(file: Path, start: int, end: int) -> Iterator[bytes]:
    with file.open("rb") as source:
        source.seek(start)
        left = end - start
        while left:
            data = source.read(min(_READ_BYTES, left))
            left -= len(data)
            yield data
