"""Children of a stack: ready before use, gone afterwards."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from fieldreel.demo.errors import DemoError
from fieldreel.demo.ports import free_ports
from fieldreel.demo.processes import Child, child_environment, run_to_end

PARENT = """
import sys, time
from pathlib import Path
from fieldreel.demo.processes import Child
child = Child("sleeper", ["sleep", "60"], log=Path(sys.argv[1]), settings={})
print(child.pid, flush=True)
time.sleep(60)
"""


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except OSError:
        return False


def test_a_child_is_ready_when_it_answers_and_gone_after_stop(tmp_path: Path) -> None:
    port = free_ports().app
    command = [sys.executable, "-m", "http.server", "--bind", "127.0.0.1", "--directory", str(tmp_path), str(port)]
    child = Child("file server", command, log=tmp_path / "log", settings={})
    try:
        child.wait_until_ready(f"http://127.0.0.1:{port}/")
    finally:
        child.stop()
    assert child.exit_code is not None
    child.stop()
    assert "GET / HTTP" in child.tail()


def test_a_child_that_ends_early_is_quoted(tmp_path: Path) -> None:
    child = Child("product", ["sh", "-c", "echo no such database >&2; exit 3"], log=tmp_path / "log", settings={})
    with pytest.raises(DemoError, match=r"(?s)product ended by itself \(code 3\).*no such database"):
        child.wait_until_ready(f"http://127.0.0.1:{free_ports().app}/")


def test_a_child_that_never_answers_is_given_up(tmp_path: Path) -> None:
    child = Child("product", ["sleep", "60"], log=tmp_path / "log", settings={})
    try:
        with pytest.raises(DemoError, match="does not answer"):
            child.wait_until_ready(f"http://127.0.0.1:{free_ports().app}/", seconds=0.2)
    finally:
        child.stop()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent died")
def test_a_child_dies_with_a_killed_parent(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path / "log")], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        while Path(f"/proc/{pid}/comm").read_text().strip() != "sleep":  # until then it is still being prepared
            time.sleep(0.01)
        parent.kill()
    deadline = time.monotonic() + 5
    while is_running(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not is_running(pid)


def test_exported_settings_do_not_reach_a_child(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIELDREEL_DATABASE_URL", "postgresql+asyncpg://production/real")
    monkeypatch.setenv("FIELDREEL_PG_BIN", "/opt/pg/bin")
    environment = child_environment({"FIELDREEL_ENV": "development"})
    assert "FIELDREEL_DATABASE_URL" not in environment
    assert environment["FIELDREEL_PG_BIN"] == "/opt/pg/bin"
    assert environment["FIELDREEL_ENV"] == "development"
    assert environment["PATH"] == os.environ["PATH"]


def test_a_command_that_fails_is_quoted(tmp_path: Path) -> None:
    with pytest.raises(DemoError, match=r"(?s)Migrating failed \(code 4\).*cannot connect"):
        run_to_end(
            ["sh", "-c", "echo cannot connect >&2; exit 4"], log=tmp_path / "log", settings={}, doing="Migrating"
        )
    assert run_to_end(["echo", "fine"], log=tmp_path / "log", settings={}, doing="Talking") == "fine\n"
    assert (tmp_path / "log").read_text() == "cannot connect\nfine\n"
