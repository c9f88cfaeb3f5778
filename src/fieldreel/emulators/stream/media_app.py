"""The upload and delivery host: another origin than the API, with the cross-origin rules of its own."""

from collections.abc import Awaitable, Callable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from fieldreel.emulators.stream import basic, delivery, tus
from fieldreel.emulators.stream.core import Core
from fieldreel.emulators.stream.creation import LARGEST_BYTES
from fieldreel.emulators.stream.wire import Refusal

Handler = Callable[[Core, Request], Awaitable[Response]]

_TUS_METHODS = ("POST", "HEAD", "PATCH", "OPTIONS")
_TUS_REQUEST_HEADERS = (
    "Tus-Resumable", "Upload-Length", "Upload-Metadata", "Upload-Offset", "Content-Type",
    "X-Requested-With", "X-Request-ID", "X-HTTP-Method-Override",
)  # fmt: skip
_TUS_EXPOSED = ("Upload-Offset", "Upload-Length", "Location", "Tus-Resumable", "stream-media-id")
_VIEW_REQUEST_HEADERS = ("Range",)
_ANYONE = {"Access-Control-Allow-Origin": "*"}

_VIEWS: list[tuple[str, str, Handler]] = [
    ("manifest", "/{name}/manifest/video.m3u8", delivery.manifest),
    ("segment", "/{name}/manifest/stream/{file}", delivery.segment),
    ("download", "/{name}/manifest/emulator.mp4", delivery.progressive),
    ("thumbnail", "/{name}/thumbnails/thumbnail.jpg", delivery.thumbnail),
    ("iframe", "/{name}/iframe", delivery.player),
    ("iframe", "/{name}/watch", delivery.player),
    ("download", "/{name}/downloads/default.mp4", delivery.download),
]


def create_media_app(core: Core) -> Starlette:
    """The ASGI application of `upload.cloudflarestream.com` and `customer-<code>.cloudflarestream.com`."""
    routes = [Route("/tus/{path_id}", _upload(core), methods=["HEAD", "PATCH", "OPTIONS"])]
    routes += [Route(path, _view(core, call, handler), methods=["GET", "OPTIONS"]) for call, path, handler in _VIEWS]
    routes += [Route("/{path_id}", _basic(core), methods=["POST"])]
    return Starlette(routes=routes)


def _upload(core: Core) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        if request.method == "OPTIONS":
            return _preflight(core, request, _TUS_METHODS, _TUS_REQUEST_HEADERS)
        fault = core.faults.take(request.method.lower())
        response = await tus.transfer(core, request, "tus_direct", fault)
        readable = not (request.method == "HEAD" and core.switches.head_without_cors)
        if readable and (fault is None or fault.cors):
            response.headers.update({**_ANYONE, "Access-Control-Expose-Headers": ", ".join(_TUS_EXPOSED)})
        return response

    return endpoint


def _preflight(core: Core, request: Request, methods: tuple[str, ...], allowed: tuple[str, ...]) -> Response:
    """Answer a CORS preflight, or a plain OPTIONS as tus 1.0.0 has it."""
    method = request.headers.get("Access-Control-Request-Method")
    asked = {name.strip().lower() for name in request.headers.get("Access-Control-Request-Headers", "").split(",")} - {
        ""
    }
    strange = asked - {name.lower() for name in allowed}
    if (method is not None and method not in methods) or strange:
        core.library.warn(f"preflight refused: {method} with {', '.join(sorted(strange)) or 'known headers'}")
        return PlainTextResponse("Forbidden: not a cross-origin request that this host takes\n", 403)
    tus_facts = {"Tus-Version": "1.0.0", "Tus-Max-Size": str(LARGEST_BYTES), **tus.TUS} if "PATCH" in methods else {}
    cors = {
        **_ANYONE,
        "Access-Control-Allow-Methods": ", ".join(methods),
        "Access-Control-Allow-Headers": ", ".join(allowed),
        "Access-Control-Max-Age": "86400",
    }
    return Response(status_code=204, headers={**tus_facts, **cors})


def _basic(core: Core) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        fault = core.faults.take("upload")
        try:
            response = await basic.receive(core, request) if fault is None or fault.lose_answer else fault.response()
        except Refusal as refusal:
            response = refusal.response()
        if fault is not None:
            response = fault.response()
        response.headers.update(_ANYONE)
        return response

    return endpoint


def _view(core: Core, call: str, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        if request.method == "OPTIONS":
            return _preflight(core, request, ("GET", "HEAD", "OPTIONS"), _VIEW_REQUEST_HEADERS)
        fault = core.faults.take(call)
        try:
            response = await handler(core, request) if fault is None else fault.response()
        except Refusal as refusal:
            response = refusal.plain()
        response.headers.update({**_ANYONE, "Access-Control-Expose-Headers": "Content-Length, Content-Range"})
        return response

    return endpoint
