"""The emulator's own controls under `/__emu`, for this machine only."""

import ipaddress
from collections.abc import Awaitable, Callable
from datetime import timedelta

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from fieldreel.emulators.stream.config import Switches
from fieldreel.emulators.stream.core import Core
from fieldreel.emulators.stream.faults import Fault
from fieldreel.emulators.stream.wire import Refusal, json_object, moment

Handler = Callable[[Core, Request], Awaitable[object]]


def control_routes(core: Core) -> list[Route]:
    """`/__emu/{faults,settings,clock,warnings,state,reset}`; every POST takes JSON and nothing else."""
    table: list[tuple[str, str, Handler]] = [
        ("GET", "faults", _list_faults),
        ("POST", "faults", _order_fault),
        ("DELETE", "faults", _clear_faults),
        ("GET", "settings", _read_switches),
        ("POST", "settings", _turn_switches),
        ("GET", "clock", _read_clock),
        ("POST", "clock", _move_clock),
        ("GET", "warnings", _read_warnings),
        ("GET", "state", _read_state),
        ("POST", "reset", _reset),
    ]
    return [Route(f"/__emu/{path}", _local(core, handler), methods=[method]) for method, path, handler in table]


def _local(core: Core, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        host = request.client.host if request.client else ""
        try:
            is_local = ipaddress.ip_address(host).is_loopback
        except ValueError:
            is_local = False
        if not is_local:
            return JSONResponse({"error": "the controls answer this machine only"}, 403)
        # A page in a browser can post a form here, but no JSON without a preflight, which finds no route.
        if request.method == "POST" and not request.headers.get("Content-Type", "").startswith("application/json"):
            return JSONResponse({"error": "the controls take application/json"}, 415)
        try:
            return JSONResponse(await handler(core, request))
        except Refusal as refusal:
            return JSONResponse({"error": refusal.message}, refusal.status)
        except ValidationError as invalid:
            return JSONResponse({"error": invalid.errors(include_url=False, include_context=False)}, 422)

    return endpoint


async def _list_faults(core: Core, _: Request) -> object:
    return {"faults": [fault.model_dump(exclude_defaults=True) for fault in core.faults.ordered]}


async def _order_fault(core: Core, request: Request) -> object:
    core.faults.ordered.append(Fault.model_validate(json_object(await request.body())))
    return await _list_faults(core, request)


async def _clear_faults(core: Core, request: Request) -> object:
    core.faults.clear()
    return await _list_faults(core, request)


async def _read_switches(core: Core, _: Request) -> object:
    return core.switches.model_dump()


async def _turn_switches(core: Core, request: Request) -> object:
    wanted = {**core.switches.model_dump(), **json_object(await request.body())}
    for name, value in Switches.model_validate(wanted):
        setattr(core.switches, name, value)
    return core.switches.model_dump()


async def _read_clock(core: Core, _: Request) -> object:
    return {"now": moment(core.clock.now()), "offset_seconds": core.clock.offset.total_seconds()}


async def _move_clock(core: Core, request: Request) -> object:
    seconds = json_object(await request.body()).get("advance_seconds")
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise Refusal(422, 0, "advance_seconds must be a number")
    core.clock.advance(timedelta(seconds=seconds))
    return await _read_clock(core, request)


async def _read_warnings(core: Core, _: Request) -> object:
    return {"warnings": dict(core.library.warnings)}


async def _read_state(core: Core, _: Request) -> object:
    states: dict[str, int] = {}
    for video in core.library:
        states[video.state] = states.get(video.state, 0) + 1
    return {
        "videos": sum(states.values()),
        "states": states,
        "stored_minutes": core.library.stored_minutes(),
        "reserved_minutes": core.library.reserved_minutes(),
        "api_calls": core.limiter.calls,
        "signing_keys": sum(not key.hidden for key in core.file.account.keys.values()),
        "webhooks_sent": list(core.webhooks.sent),
    }


async def _reset(core: Core, _: Request) -> object:
    await core.reset()
    return {"reset": True}
