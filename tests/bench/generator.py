"""A load generator that costs little: HTTP/1.1 with keep-alive on asyncio's protocols, requests built beforehand."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self, cast
from urllib.parse import urlencode

HOST = "127.0.0.1"
CONNECTIONS = 16
_BLANK = b"\r\n\r\n"


class BadAnswer(Exception):
    """A server that was measured answered something else than its work."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    head: bytes
    body: bytes

    def header(self, name: str) -> str:
        """The first header of this name (lower case), empty where there is none."""
        for line in self.head.split(b"\r\n")[1:]:
            found, _, value = line.partition(b":")
            if found.lower() == name.encode():
                return value.strip().decode("latin-1")
        return ""

    @property
    def cookie(self) -> str:
        """`name=value` of the first cookie that was set."""
        return self.header("set-cookie").partition(";")[0]

    def require(self, status: int) -> Self:
        """The answer itself.

        Raises:
            BadAnswer: its status is another one.
        """
        if self.status != status:
            raise BadAnswer(f"{self.status} instead of {status}: {self.head[:400]!r} {self.body[:600]!r}")
        return self


def request(method: str, target: str, headers: Mapping[str, str] | None = None, body: bytes = b"") -> bytes:
    """One request as bytes."""
    lines = [f"{method} {target} HTTP/1.1", f"Host: {HOST}", "Accept: */*", "User-Agent: Mozilla/5.0 (bench)"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    if body or method == "POST":
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode() + _BLANK + body


def form_post(target: str, fields: Mapping[str, str], headers: Mapping[str, str] | None = None) -> bytes:
    """A form post as bytes."""
    form = {"Content-Type": "application/x-www-form-urlencoded", **(headers or {})}
    return request("POST", target, form, urlencode(fields).encode())


class Generator:
    """Open connections to one server; `run` sends requests over all of them, each as soon as the one before is done."""

    def __init__(self, port: int, connections: int = CONNECTIONS) -> None:
        self._port = port
        self._number = connections
        self._connections: list[_Connection] = []

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        for _ in range(self._number):
            _, connection = await loop.create_connection(_Connection, HOST, self._port)
            self._connections.append(connection)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for connection in self._connections:
            connection.close()

    async def run(self, requests: Sequence[bytes]) -> list[Answer]:
        """The answers, in the order of the requests.

        Raises:
            BadAnswer: a connection was closed, or an answer without a length came.
        """
        answers: list[Answer | None] = [None] * len(requests)
        waiting = iter(enumerate(requests))
        await asyncio.gather(*(connection.drain(waiting, answers) for connection in self._connections))
        return [answer for answer in answers if answer is not None]


class _Connection(asyncio.Protocol):
    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._buffer = b""
        self._waiting: Iterator[tuple[int, bytes]] = iter(())
        self._answers: list[Answer | None] = []
        self._index = -1
        self._done: asyncio.Future[None] | None = None

    def drain(self, waiting: Iterator[tuple[int, bytes]], answers: list[Answer | None]) -> "asyncio.Future[None]":
        """Take requests until none is left."""
        self._waiting, self._answers = waiting, answers
        self._done = asyncio.get_running_loop().create_future()
        self._send_next()
        return self._done

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is one by its methods only

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, blank, rest = self._buffer.partition(_BLANK)
        if not blank:
            return
        try:
            length = _content_length(head)
        except BadAnswer as error:
            self._fail(error)
            return
        if len(rest) < length:
            return
        self._buffer = rest[length:]
        self._answers[self._index] = Answer(int(head[9:12]), head, rest[:length])
        self._send_next()

    def connection_lost(self, exc: Exception | None) -> None:
        self._fail(BadAnswer(f"the server closed a connection: {exc!r}"))

    def _send_next(self) -> None:
        assert self._done is not None
        assert self._transport is not None
        following = next(self._waiting, None)
        if following is None:
            self._done.set_result(None)
        elif self._transport.is_closing():
            self._fail(BadAnswer("the server closed a connection"))
        else:
            self._index, message = following
            self._transport.write(message)

    def _fail(self, error: BadAnswer) -> None:
        if self._done is not None and not self._done.done():
            self._done.set_exception(error)


def _content_length(head: bytes) -> int:
    lower = head.lower()
    at = lower.find(b"\r\ncontent-length:")
    if at < 0:
        raise BadAnswer(f"an answer without a length: {head[:400]!r}")
    end = lower.find(b"\r\n", at + 2)
    return int(head[at + 17 : end if end >= 0 else None])
