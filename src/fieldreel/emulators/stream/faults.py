"""Failures on order: what the next calls of one kind meet instead of, or after, their proper answer."""

import asyncio
from dataclasses import dataclass, field

import httpx
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from fieldreel.emulators.stream.wire import Refusal

CONNECTION = "fieldreel.connection"  # in the ASGI scope: the socket's transport, where there is a socket


class Fault(BaseModel):
    """One ordered failure.

    `status` answers instead of the call. `timeout` leaves the caller without an answer for so many seconds and then
    drops the connection. `cut_after_bytes` (PATCH alone) takes so many bytes and then drops the connection, or answers
    `status` if one is given. `lose_answer` carries the call out first. Without any of these the connection is dropped.
    `cors=False` (media host) leaves the cross-origin headers off, as an edge that is down does.
    """

    model_config = ConfigDict(extra="forbid")

    call: str
    times: int = Field(default=1, ge=1)
    status: int | None = Field(default=None, ge=400, le=599)
    error_code: int = 10001
    message: str = "ordered failure"
    retry_after: int | None = Field(default=None, ge=0)
    timeout: float | None = Field(default=None, ge=0)
    cut_after_bytes: int | None = Field(default=None, ge=0)
    lose_answer: bool = False
    cors: bool = True

    def response(self) -> Response:
        """What the caller gets."""
        if self.status is None:
            return Dropped(self.timeout)
        retry = {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}
        return Refusal(self.status, self.error_code, self.message, retry).response()


@dataclass
class Faults:
    """The failures still to come, in the order they were placed."""

    ordered: list[Fault] = field(default_factory=list)

    def add(self, call: str, **how: object) -> Fault:
        """Order a failure for the next call of this kind (`any` for every kind); `how` as in `Fault`."""
        fault = Fault.model_validate({"call": call, **how})
        self.ordered.append(fault)
        return fault

    def take(self, call: str) -> Fault | None:
        """The failure that this call meets, used up once."""
        fault = next((f for f in self.ordered if f.call in {call, "any"}), None)
        if fault is not None:
            fault.times -= 1
            if fault.times == 0:
                self.ordered.remove(fault)
        return fault

    def clear(self) -> None:
        """Order nothing any more."""
        self.ordered.clear()


class Dropped(Response):
    """No answer: the connection is reset, after `wait` seconds of silence if given.

    Without a socket (`httpx.ASGITransport`) nobody can wait or be cut off: the caller gets httpx's own error at once.
    """

    def __init__(self, wait: float | None) -> None:
        super().__init__()
        self._wait = wait

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - an ASGI signature
        """Say nothing and reset.

        Raises:
            httpx.ReadError: in process.
            httpx.ReadTimeout: in process, if there was to be silence.
        """
        connection: asyncio.Transport | None = scope.get(CONNECTION)
        if connection is None:
            raise httpx.ReadError("ordered cut") if self._wait is None else httpx.ReadTimeout("ordered silence")
        loop = asyncio.get_running_loop()
        until = loop.time() + (self._wait or 0)
        while loop.time() < until and not connection.is_closing():  # noqa: ASYNC110 - a transport has no event
            await asyncio.sleep(0.05)
        connection.abort()
        await asyncio.sleep(0)  # lets the server notice, so that it does not report a missing answer
        await asyncio.sleep(0)
