"""How a call reaches Cloudflare: authorise, repeat, send once, translate. Each layer adds one concern to the next."""

import json
import random
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeVar

import httpx
import stamina

from fieldreel.errors import StreamError
from fieldreel.kit.clock import Clock
from fieldreel.kit.http import retry_after_seconds
from fieldreel.stream.errors import (
    StreamBusy,
    StreamNotFound,
    StreamQuotaExceeded,
    StreamRateLimited,
    StreamRejected,
    StreamTooLarge,
    StreamUnauthorized,
    StreamUnavailable,
    StreamUploadGone,
)
from fieldreel.stream.models import RateBudget
from fieldreel.stream.tus import TUS_VERSION

LONGEST_WAIT_SECONDS = 10
"""A `Retry-After` above this is the caller's to plan: nobody sits in front of a page for five minutes."""
# `timeout` is when the last attempt may begin. What stamina logs of a repetition is our own error, without addresses.
_REPEATING = stamina.AsyncRetryingCaller(attempts=3, timeout=30.0, wait_initial=0.2, wait_max=2.0, wait_jitter=0.5)

_STORAGE_FULL = 10011
_NO_SUCH_THING = 10003
# The first comes with 401 and 403, the second with 400 when the token does not even look like one.
_BAD_TOKEN = frozenset({10000, 6003})
# "Could not route": the path or the account id is wrong. Says nothing about any video.
_NO_SUCH_ROUTE = frozenset({7000, 7003})
_ENCODING_WORDS = ("queue", "encod", "process", "concurren")

_GONE = frozenset({403, 404, 410})
_LOCKED = 423  # tus servers hold a lock while another request writes
_SERVER_ERRORS = 500
_PASSING = frozenset({408, 425})  # "too slow" and "too early": another try may do

_Reader = Callable[[httpx.Response], StreamError | None]
_Refusal = TypeVar("_Refusal", bound=StreamError)


class Transport:
    """Sends requests to one Cloudflare account and turns whatever goes wrong into a `StreamError`.

    `last_budget` is the newest rate limit that Cloudflare told, None until it has told one.
    """

    def __init__(self, http: httpx.AsyncClient, *, api_token: str, base_url: str, clock: Clock) -> None:
        # A token with a line break in it would be quoted by the HTTP library's complaint.
        if not api_token or not all("!" <= letter <= "~" for letter in api_token):
            raise ValueError("the Cloudflare API token is empty or holds characters that no token has")
        if httpx.URL(base_url).scheme not in {"http", "https"}:
            raise ValueError(f"{base_url!r} is not an address that starts with https://")
        self._http = http
        self._authorization = f"Bearer {api_token}"
        self._base_url = base_url.rstrip("/")
        self._clock = clock
        self.last_budget: RateBudget | None = None

    async def call(
        self,
        method: str,
        path: str,
        *,
        repeatable: bool,
        params: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """Cloudflare's consenting answer to one API call, authorised with our token.

        Args:
            method: HTTP verb.
            path: below the base URL, with a leading slash.
            repeatable: whether doing it twice is as good as doing it once.
            params: query.
            body: sent as JSON.
            headers: further headers.

        Raises:
            StreamError: the leaf that fits; nothing of httpx passes.
        """
        request = self._http.build_request(
            method,
            self._base_url + path,
            params=params,
            json=body,
            headers={**(headers or {}), "Authorization": self._authorization},
        )
        return await self._send(request, self._read_api, repeatable=repeatable)

    async def head_upload(self, upload_url: str) -> httpx.Response:
        """The upload host's answer to a tus HEAD (tus 1.0.0, Core protocol). Our token does not go there."""
        request = self._http.build_request("HEAD", upload_url, headers={"Tus-Resumable": TUS_VERSION})
        return await self._send(request, self._read_upload_host, repeatable=True)

    async def _send(self, request: httpx.Request, read: _Reader, *, repeatable: bool) -> httpx.Response:
        return await _REPEATING(partial(wait_before_repeating, repeatable=repeatable), self._attempt, request, read)

    async def _attempt(self, request: httpx.Request, read: _Reader) -> httpx.Response:
        response = await self._send_once(request)
        refusal = read(response)
        if refusal is not None:
            raise refusal
        return response

    async def _send_once(self, request: httpx.Request) -> httpx.Response:
        try:
            return await self._http.send(request)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as exc:
            raise StreamUnavailable(may_have_happened=False) from exc
        except httpx.HTTPError as exc:
            raise StreamUnavailable(may_have_happened=True) from exc

    def _read_api(self, response: httpx.Response) -> StreamError | None:
        budget = RateBudget.from_headers(response.headers)
        self.last_budget = budget or self.last_budget
        return api_refusal(response, budget, retry_after_seconds(response, self._clock.now()))

    def _read_upload_host(self, response: httpx.Response) -> StreamError | None:
        return upload_refusal(response, retry_after_seconds(response, self._clock.now()))


def wait_before_repeating(error: Exception, *, repeatable: bool) -> bool | float:
    """Whether to send once more: False, True (after the usual growing, jittered wait) or the seconds to wait first.

    What was surely not done may always be repeated: a connection that never stood, a call refused for its rate.
    """
    wait = error.retry_after_seconds if isinstance(error, StreamError) else None
    match error:
        case StreamRateLimited():
            worth_it = wait is not None  # without a date, blocked means blocked for five minutes
        case StreamUnavailable(may_have_happened=may_have_happened):
            worth_it = repeatable or not may_have_happened
        case _:
            worth_it = False
    if not worth_it or wait is None:
        return worth_it
    if wait > LONGEST_WAIT_SECONDS:
        return False
    return wait + random.uniform(0.0, 0.5)  # noqa: S311  keeps callers apart, guards nothing


def result_of(response: httpx.Response) -> Any:
    """The `result` of Cloudflare's envelope.

    Raises:
        StreamUnavailable: the answer holds none; a page of something in between, most likely.
    """
    envelope = _envelope(response)
    if envelope is None or "result" not in envelope:
        raise unreadable(response)
    return envelope["result"]


def unreadable(response: httpx.Response) -> StreamUnavailable:
    """The error for an answer that consents but does not say what it must."""
    return _noted(StreamUnavailable(may_have_happened=True), response, "without what we asked for")


def api_refusal(response: httpx.Response, budget: RateBudget | None, retry_after: int | None) -> StreamError | None:
    """What an answer of the API refuses, or None if it consents. HTTP status first, error code second.

    `success: false` refuses under any status, 200 included; no body at all consents (DELETE and tus creation).
    """
    status = response.status_code
    envelope = _envelope(response)
    problems = _problems(envelope)
    codes = {code for code, _ in problems}
    refused = envelope is not None and envelope.get("success") is False
    if response.is_success and not refused:
        return None

    error: StreamError
    if status >= _SERVER_ERRORS or status in _PASSING:
        error = StreamUnavailable(may_have_happened=True, retry_after_seconds=retry_after)
    elif status == httpx.codes.TOO_MANY_REQUESTS:
        error = _too_many(" ".join(message for _, message in problems), budget, retry_after)
    elif _STORAGE_FULL in codes:
        error = StreamQuotaExceeded()
    elif status == httpx.codes.REQUEST_ENTITY_TOO_LARGE:
        error = StreamTooLarge()
    elif status in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN) or codes & _BAD_TOKEN:
        error = StreamUnauthorized()
    elif codes & _NO_SUCH_ROUTE:
        error = StreamRejected()
    elif status == httpx.codes.NOT_FOUND:
        error = StreamNotFound() if refused or not response.content else StreamUnavailable(may_have_happened=True)
    elif _NO_SUCH_THING in codes:
        error = StreamNotFound()
    else:
        error = StreamRejected()
    return _noted(error, response, f"with codes {sorted(codes)}")


def upload_refusal(response: httpx.Response, retry_after: int | None) -> StreamError | None:
    """What the upload host's answer refuses. A 5xx on HEAD is a bad moment, not the end of an upload."""
    status = response.status_code
    error: StreamError
    if response.is_success:
        return None
    if status in _GONE:
        error = StreamUploadGone()
    elif status == httpx.codes.TOO_MANY_REQUESTS:
        error = StreamRateLimited(retry_after_seconds=retry_after)
    elif status >= _SERVER_ERRORS or status in _PASSING or status == _LOCKED:
        error = StreamUnavailable(may_have_happened=True, retry_after_seconds=retry_after)
    else:
        error = StreamRejected()
    return _noted(error, response, "on the upload host")


def _too_many(words: str, budget: RateBudget | None, retry_after: int | None) -> StreamError:
    # Two limits share 429. The one on calls comes with Retry-After and an empty budget since September 2025; a 429
    # with calls left, or with words about encoding, is the one on videos in work.
    calls_left = retry_after is None and budget is not None and budget.remaining > 0
    if calls_left or any(word in words.lower() for word in _ENCODING_WORDS):
        return StreamBusy(retry_after_seconds=retry_after)
    return StreamRateLimited(retry_after_seconds=retry_after)


def _envelope(response: httpx.Response) -> dict[str, Any] | None:
    try:
        body = json.loads(response.content)
    except ValueError:
        return None
    return body if isinstance(body, dict) else None


def _problems(envelope: dict[str, Any] | None) -> list[tuple[int, str]]:
    listed = (envelope or {}).get("errors")
    entries = [entry for entry in listed if isinstance(entry, dict)] if isinstance(listed, list) else []
    return [(entry["code"], str(entry.get("message", ""))) for entry in entries if isinstance(entry.get("code"), int)]


def _noted(error: _Refusal, response: httpx.Response, facts: str) -> _Refusal:
    error.add_note(f"Cloudflare answered HTTP {response.status_code} {facts}")
    return error
