"""The account's API host: one table of calls, each behind the bearer check, the call budget and the ordered faults."""

import hmac
from collections.abc import Awaitable, Callable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fieldreel.emulators.stream import captions, creation, downloads, keys, tus, videos
from fieldreel.emulators.stream.control import control_routes
from fieldreel.emulators.stream.core import Core
from fieldreel.emulators.stream.wire import AUTHENTICATION, NO_ROUTE, Refusal

Handler = Callable[[Core, Request], Awaitable[Response]]

_ACCOUNT = "/client/v4/accounts/{account}"
_VIDEO = "/stream/{uid}"
# The name in front is what `/__emu/faults` calls the call.
CALLS: list[tuple[str, str, str, Handler]] = [
    ("create", "POST", "/stream", creation.create),
    ("list", "GET", "/stream", videos.list_videos),
    ("direct_upload", "POST", "/stream/direct_upload", creation.direct_upload),
    ("storage_usage", "GET", "/stream/storage-usage", videos.storage_usage),
    ("keys_list", "GET", "/stream/keys", keys.list_keys),
    ("keys_create", "POST", "/stream/keys", keys.create_key),
    ("keys_delete", "DELETE", "/stream/keys/{key}", keys.delete_key),
    ("webhook_get", "GET", "/stream/webhook", keys.get_webhook),
    ("webhook_set", "PUT", "/stream/webhook", keys.set_webhook),
    ("webhook_delete", "DELETE", "/stream/webhook", keys.delete_webhook),
    ("get", "GET", _VIDEO, videos.get_video),
    ("edit", "POST", _VIDEO, videos.edit_video),
    ("delete", "DELETE", _VIDEO, videos.delete_video),
    ("token", "POST", _VIDEO + "/token", keys.create_token),
    ("embed", "GET", _VIDEO + "/embed", videos.embed),
    ("captions", "GET", _VIDEO + "/captions", captions.list_captions),
    ("captions", "GET", _VIDEO + "/captions/{language}", captions.get_caption),
    ("captions", "PUT", _VIDEO + "/captions/{language}", captions.put_caption),
    ("captions", "DELETE", _VIDEO + "/captions/{language}", captions.delete_caption),
    ("captions", "GET", _VIDEO + "/captions/{language}/vtt", captions.get_vtt),
    ("downloads", "GET", _VIDEO + "/downloads", downloads.get_downloads),
    ("downloads", "POST", _VIDEO + "/downloads", downloads.create_download),
    ("downloads", "DELETE", _VIDEO + "/downloads", downloads.delete_download),
]


def create_api_app(core: Core) -> Starlette:
    """The ASGI application of `api.cloudflare.com`, with the emulator's own controls under `/__emu`."""
    routes = [
        Route(_ACCOUNT + path, _guarded(core, call, handler), methods=[method]) for call, method, path, handler in CALLS
    ]
    routes += [Route(_ACCOUNT + "/media/{path_id}", _gateway(core), methods=["HEAD", "PATCH", "OPTIONS"])]
    return Starlette(routes=[*control_routes(core), *routes], exception_handlers={404: _no_route, 405: _no_route})


def _authenticate(core: Core, request: Request) -> None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Refusal(401, AUTHENTICATION, "Authentication error")
    if not hmac.compare_digest(token.strip().encode(), core.config.api_token.encode()):
        raise Refusal(403, AUTHENTICATION, "Authentication error")
    if request.path_params["account"] != core.config.account_id:
        raise Refusal(404, NO_ROUTE, "Could not route to the request path, perhaps your object identifier is invalid?")


def _guarded(core: Core, call: str, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        fault = None
        try:
            _authenticate(core, request)
            core.limiter.count()
            fault = core.faults.take(_precise(call, request))
            if fault is None or fault.lose_answer:
                response = await handler(core, request)
        except Refusal as refusal:
            response = refusal.response()
        if fault is not None:
            response = fault.response()
        for name, value in core.limiter.headers().items():
            response.headers[name] = value
        return response

    return endpoint


def _precise(call: str, request: Request) -> str:
    return "basic_upload" if call == "create" and "Tus-Resumable" not in request.headers else call


def _gateway(core: Core) -> Callable[[Request], Awaitable[Response]]:
    """Where `Location` leads without `direct_user=true`: behind the API token and without a word of CORS."""

    async def endpoint(request: Request) -> Response:
        try:
            _authenticate(core, request)
        except Refusal as refusal:
            return Refusal(400, refusal.code, refusal.message).response()
        if request.method == "OPTIONS":
            return Refusal(405, NO_ROUTE, "Method not allowed").response()
        return await tus.transfer(core, request, "tus_token", core.faults.take(request.method.lower()))

    return endpoint


async def _no_route(_: Request, failure: Exception) -> Response:
    status = getattr(failure, "status_code", 404)
    return Refusal(
        status, NO_ROUTE, "Could not route to the request path, perhaps your object identifier is invalid?"
    ).response()
