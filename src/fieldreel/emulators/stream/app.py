"""Both hosts of the emulator over one account, in process or on two ports of this machine."""

import asyncio
import contextlib
import logging
import signal
import socket
from collections.abc import Iterator, MutableMapping
from typing import Any

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from fieldreel.emulators.stream.api import create_api_app
from fieldreel.emulators.stream.config import StreamEmulatorConfig, Switches
from fieldreel.emulators.stream.core import Core
from fieldreel.emulators.stream.faults import CONNECTION, Faults
from fieldreel.emulators.stream.media_app import create_media_app
from fieldreel.kit.clock import ShiftedClock

log = logging.getLogger("fieldreel.emulators.stream")
_NAME = b"fieldreel-stream-emulator (this is not Cloudflare)"


class StreamEmulator:
    """A Cloudflare Stream account for the demo and the tests.

    `api_app` and `media_app` are ASGI applications for two origins. What they hold is kept in `config.folder` and is
    there again after a restart. Use it within one event loop and end it with `aclose`.
    """

    def __init__(
        self,
        config: StreamEmulatorConfig,
        *,
        clock: ShiftedClock | None = None,
        webhook_transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """Open the account in `config.folder`.

        Args:
            config: the account and its two origins.
            clock: moves expiry, scheduled deletion and token times; share it with the product under test.
            webhook_transport: how notices reach the subscriber in process (`httpx.ASGITransport`).
        """
        log.warning(
            "THIS IS AN EMULATOR of Cloudflare Stream, for demonstrations and tests. "
            "Nothing sent to %s or %s reaches Cloudflare.",
            config.api_url,
            config.media_url,
        )
        self.config = config
        self.core = Core.build(config, clock or ShiftedClock(), webhook_transport)
        self.api_app: ASGIApp = _Front(self.core, create_api_app(self.core))
        self.media_app: ASGIApp = _Front(self.core, create_media_app(self.core))

    @property
    def clock(self) -> ShiftedClock:
        """The emulator's time."""
        return self.core.clock

    @property
    def faults(self) -> Faults:
        """The failures still to come."""
        return self.core.faults

    @property
    def switches(self) -> Switches:
        """The behaviour that can be turned while it runs."""
        return self.core.switches

    @property
    def warnings(self) -> dict[str, int]:
        """What the real service would have let pass in silence, counted."""
        return dict(self.core.library.warnings)

    def transport(self) -> httpx.AsyncBaseTransport:
        """Both hosts in process: what stands in for the network in `kit.http.new_client(transport=…)`."""
        return _TwoHosts(self)

    async def aclose(self) -> None:
        """Stop encoding and sending."""
        await self.core.encoder.stop()
        await self.core.webhooks.aclose()


class _Front:
    """Says on every answer who is speaking, and keeps hold of the socket for faults that cut it."""

    def __init__(self, core: Core, app: Starlette) -> None:
        self._core, self._app = core, app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            self._core.encoder.resume()
            scope[CONNECTION] = getattr(getattr(receive, "__self__", None), "transport", None)

        async def named(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), (b"server", _NAME)]
            await send(message)

        await self._app(scope, receive, named)


class _TwoHosts(httpx.AsyncBaseTransport):
    def __init__(self, emulator: StreamEmulator) -> None:
        self._hosts = {
            httpx.URL(url).netloc: httpx.ASGITransport(app)
            for url, app in [
                (emulator.config.api_url, emulator.api_app),
                (emulator.config.media_url, emulator.media_app),
            ]
        }

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        host = self._hosts.get(request.url.netloc)
        if host is None:
            raise httpx.ConnectError(f"the emulator is not {request.url.host}", request=request)
        return await host.handle_async_request(request)


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals to `serve`: of two servers in one process only the last would hear them."""
        yield


class Listeners:
    """Both hosts of one emulator on two bound sockets; whoever holds this decides when it ends."""

    def __init__(self, emulator: StreamEmulator, *, api_socket: socket.socket, media_socket: socket.socket) -> None:
        self._emulator = emulator
        self._servers = [
            (_Server(_uvicorn_config(app)), listening)
            for app, listening in [(emulator.api_app, api_socket), (emulator.media_app, media_socket)]
        ]

    async def run(self) -> None:
        """Serve until `stop`, then close the emulator."""
        try:
            async with asyncio.TaskGroup() as group:
                for server, listening in self._servers:
                    group.create_task(server.serve(sockets=[listening]))
        finally:
            await self._emulator.aclose()

    def stop(self) -> None:
        """Let `run` end: open requests get two seconds."""
        for server, _ in self._servers:
            server.should_exit = True


def _uvicorn_config(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # or the controls' loopback check could be talked round
        timeout_graceful_shutdown=2,
    )


def serve(config: StreamEmulatorConfig, *, api_port: int, media_port: int) -> None:
    """Serve the API and the media host on 127.0.0.1, in one process, until SIGTERM or SIGINT.

    Raises:
        OSError: a port is taken.
    """

    async def main() -> None:
        with (
            socket.create_server(("127.0.0.1", api_port)) as api,
            socket.create_server(("127.0.0.1", media_port)) as media,
        ):
            listeners = Listeners(StreamEmulator(config), api_socket=api, media_socket=media)
            loop = asyncio.get_running_loop()
            for number in (signal.SIGTERM, signal.SIGINT):
                with contextlib.suppress(NotImplementedError):  # Windows
                    loop.add_signal_handler(number, listeners.stop)
            await listeners.run()

    asyncio.run(main())
