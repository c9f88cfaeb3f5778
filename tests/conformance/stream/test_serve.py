"""The emulator as a process of its own."""

import asyncio
import signal
import socket
import sys
from pathlib import Path

import httpx
import pytest
from tests.conformance.stream.conftest import ACCOUNT, TOKEN, eventually

PROGRAM = """
import sys
from pathlib import Path
from fieldreel.emulators.stream import StreamEmulatorConfig, serve
folder, account, token, api, media = sys.argv[1:]
urls = {"api_url": f"http://127.0.0.1:{api}", "media_url": f"http://127.0.0.1:{media}"}
serve(StreamEmulatorConfig(Path(folder), account, token, **urls), api_port=int(api), media_port=int(media))
"""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


def answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/").status_code == 404
    except httpx.ConnectError:
        return False


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_it_serves_two_hosts_warns_and_ends_cleanly(tmp_path: Path, number: signal.Signals):
    api, media = free_port(), free_port()
    arguments = [str(tmp_path), ACCOUNT, TOKEN, str(api), str(media)]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PROGRAM, *arguments, stderr=asyncio.subprocess.PIPE
    )
    try:
        await eventually(lambda: answers(api) and answers(media))
        process.send_signal(number)
        async with asyncio.timeout(10):
            _, stderr = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0
    assert b"THIS IS AN EMULATOR" in stderr
    assert b"Traceback" not in stderr
