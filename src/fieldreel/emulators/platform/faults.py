"""Service failures on purpose: what `/__lms/faults` makes the next calls answer."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Literal

from fastapi import Request, Response
from fastapi.responses import PlainTextResponse
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict, Field

ServiceCall = Literal["token", "scores", "results", "lineitems", "memberships", "jwks"]


class Fault(BaseModel):
    """What the next `times` calls of one kind answer.

    They wait `delay_seconds` and answer `status`; None stands for the ordinary answer, only late. With `after_effect`
    the call takes effect and only its answer is lost: the unknown outcome that every sender must survive.
    """

    model_config = ConfigDict(extra="forbid")

    call: ServiceCall
    status: int | None = Field(default=None, ge=400, le=599)
    times: int = Field(default=1, ge=1)
    delay_seconds: float = Field(default=0, ge=0, le=60)
    retry_after: str | None = None
    after_effect: bool = False


class Faults:
    """The faults in waiting, by kind of call."""

    def __init__(self) -> None:
        self.waiting: list[Fault] = []

    def take(self, call: str) -> Fault | None:
        """The fault for this call, used up once its `times` are over."""
        fault = next((fault for fault in self.waiting if fault.call == call), None)
        if fault is not None:
            fault.times -= 1
            if fault.times == 0:
                self.waiting.remove(fault)
        return fault


class FaultyRoute(APIRoute):
    """A service route that obeys `Faults`; its first tag names the kind of call."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler behind the faults."""
        handler = super().get_route_handler()
        call = str(self.tags[0])

        async def faulty(request: Request) -> Response:
            faults: Faults = request.app.state.lms.faults
            fault = faults.take(call)
            if fault is None:
                return await handler(request)
            await asyncio.sleep(fault.delay_seconds)
            if fault.status is None:
                return await handler(request)
            if fault.after_effect:
                await handler(request)
            headers: dict[str, Any] = {} if fault.retry_after is None else {"Retry-After": fault.retry_after}
            return PlainTextResponse("This answer was ordered by /__lms/faults.\n", fault.status, headers)

        return faulty
