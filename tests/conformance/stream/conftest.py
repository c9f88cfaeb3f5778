"""The emulator in process and on two real ports, and helpers that speak raw HTTP to it."""

import asyncio
import base64
import socket
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from fieldreel.emulators.stream import Listeners, StreamEmulator, StreamEmulatorConfig, make_sample_video

ACCOUNT, TOKEN = "0123456789abcdef0123456789abcdef", "test-api-token"
API, MEDIA = "http://api.stream.test", "http://media.stream.test"
CHUNK = 5_242_880
TUS = {"Tus-Resumable": "1.0.0"}
BYTES = {**TUS, "Content-Type": "application/offset+octet-stream"}


def config_in(folder: Path, **overrides: Any) -> StreamEmulatorConfig:
    shape = {"folder": folder, "account_id": ACCOUNT, "api_token": TOKEN, "api_url": API, "media_url": MEDIA}
    return StreamEmulatorConfig(**{**shape, **overrides})


def metadata(**values: str | None) -> str:
    """An Upload-Metadata header; None gives a key without a value."""
    return ",".join(k if v is None else f"{k} {base64.b64encode(v.encode()).decode()}" for k, v in values.items())


async def eventually(condition: Callable[[], bool]) -> None:
    """Wait until something that no event announces has come about."""
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - see above
            await asyncio.sleep(0.01)


@dataclass
class Stream:
    """The emulator with a client whose relative URLs are the account's."""

    emulator: StreamEmulator
    http: httpx.AsyncClient

    async def result(self, method: str, path: str, **how: Any) -> Any:
        answer = await self.http.request(method, path, **how)
        assert answer.status_code == 200, answer.text
        return answer.json()["result"]

    async def create(self, size: int, *, direct: bool = True, **wishes: str | None) -> httpx.Response:
        headers = {
            **TUS,
            "Upload-Length": str(size),
            "Upload-Metadata": metadata(**{"maxDurationSeconds": "60", **wishes}),
        }
        return await self.http.post("stream", params={"direct_user": "true"} if direct else {}, headers=headers)

    async def upload(self, data: bytes, **wishes: str | None) -> str:
        """The uid of a video sent in one chunk."""
        made = await self.create(len(data), **wishes)
        assert made.status_code == 201, made.text
        sent = await self.http.patch(made.headers["Location"], content=data, headers={**BYTES, "Upload-Offset": "0"})
        assert sent.status_code == 204, sent.text
        return made.headers["stream-media-id"]

    async def until(self, uid: str, is_done: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        async with asyncio.timeout(10):
            while True:
                video = await self.result("GET", f"stream/{uid}")
                if is_done(video):
                    return video
                await asyncio.sleep(0.01)

    async def settled(self, uid: str) -> dict[str, Any]:
        return await self.until(uid, lambda video: video["status"]["state"] in {"ready", "error"})

    async def emu(self, path: str, **body: Any) -> Any:
        answer = await (self.http.post if body or path == "reset" else self.http.get)(
            f"{API}/__emu/{path}", **({"json": body} if body or path == "reset" else {})
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    def advance(self, **by: float) -> None:
        self.emulator.clock.advance(timedelta(**by))


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A whole film of five seconds."""
    return make_sample_video(tmp_path_factory.mktemp("sample") / "a.mp4", seconds=5, width=320, height=180).read_bytes()


def client_of(emulator: StreamEmulator) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        transport=emulator.transport(),
        base_url=f"{API}/client/v4/accounts/{ACCOUNT}/",
        headers={"Authorization": f"Bearer {TOKEN}"},
    )


@pytest.fixture
async def stream(tmp_path: Path) -> AsyncIterator[Stream]:
    emulator = StreamEmulator(config_in(tmp_path / "stream"))
    async with client_of(emulator) as http:
        yield Stream(emulator, http)
    await emulator.aclose()


@dataclass
class Served:
    """The emulator behind two sockets."""

    emulator: StreamEmulator
    api: str
    media: str

    @property
    def account(self) -> str:
        return f"{self.api}/client/v4/accounts/{ACCOUNT}"


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    with socket.create_server(("127.0.0.1", 0)) as api_socket, socket.create_server(("127.0.0.1", 0)) as media_socket:
        api, media = (f"http://127.0.0.1:{sock.getsockname()[1]}" for sock in (api_socket, media_socket))
        emulator = StreamEmulator(config_in(tmp_path / "stream", api_url=api, media_url=media, stall_seconds=1.0))
        listeners = Listeners(emulator, api_socket=api_socket, media_socket=media_socket)
        task = asyncio.create_task(listeners.run())
        async with asyncio.timeout(10), httpx.AsyncClient() as probe:
            for url in (api, media):
                await probe.get(url)
        yield Served(emulator, api, media)
        listeners.stop()
        async with asyncio.timeout(10):
            await task
