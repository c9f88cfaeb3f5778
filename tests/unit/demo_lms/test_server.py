"""The demo LMS as a process."""

import signal
import socket
import subprocess
import sys
import time

import httpx
import pytest

PROGRAM = """
import sys
from pathlib import Path
from fieldreel.emulators.platform import DemoLmsConfig, ToolRegistration, serve

tool = ToolRegistration("client", "1", "http://t/login", "http://t/launch", "http://t/launch", "http://t/jwks")
port = int(sys.argv[2])
serve(DemoLmsConfig(Path(sys.argv[1]), f"http://localhost:{port}", tool), port=port)
print("stopped cleanly")
"""


@pytest.mark.parametrize("stop_signal", [signal.SIGTERM, signal.SIGINT])
def test_stop_signal_lets_serve_return(tmp_path, stop_signal):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-c", PROGRAM, str(tmp_path), str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            deadline = time.monotonic() + 20
            while True:
                try:
                    answer = httpx.get(f"http://127.0.0.1:{port}/lti/jwks", timeout=2)
                    break
                except httpx.TransportError:
                    assert time.monotonic() < deadline, "the LMS never answered"
                    time.sleep(0.05)
            assert answer.status_code == 200
            process.send_signal(stop_signal)
            output, errors = process.communicate(timeout=10)
        finally:
            process.kill()
    assert (process.returncode, output, errors) == (0, "stopped cleanly\n", "")
