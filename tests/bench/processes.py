"""Servers as processes on a core of their own, and what they cost."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

_CHECKOUT = Path(__file__).parents[2]
_TICKS = os.sysconf("SC_CLK_TCK")
_START_SECONDS = 60.0
_STOP_SECONDS = 25.0


class ServerDown(Exception):
    """A server did not come up, with the end of its log."""


@dataclass(frozen=True, slots=True)
class Cores:
    """Who runs where; the same core twice on a machine with one."""

    server: int
    others: int

    @classmethod
    def available(cls) -> Self:
        """The first two cores that we may use."""
        cores = sorted(os.sched_getaffinity(0))
        return cls(server=cores[0], others=cores[-1] if len(cores) == 1 else cores[1])


class Server:
    """`python -m <module> …` as a process on one core; a context manager."""

    def __init__(self, name: str, arguments: Sequence[str], *, core: int, log: Path, env: Mapping[str, str]) -> None:
        """Name the process; `env` is added to our own environment, whose FIELDREEL_ variables it does not see."""
        self.name = name
        self.port = free_port()
        self._command = [sys.executable, "-m", *arguments]
        self._core = core
        self._log = log
        self._env = {name: value for name, value in os.environ.items() if not name.startswith("FIELDREEL_")} | dict(env)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, port_variable: str) -> None:
        """Start it with its port in `port_variable`, and return when it listens.

        Raises:
            ServerDown: it did not come up.
        """
        with self._log.open("ab") as output:
            process = subprocess.Popen(
                self._command,
                env=self._env | {port_variable: str(self.port)},
                cwd=_CHECKOUT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        self._process = process
        os.sched_setaffinity(process.pid, {self._core})  # threads that it starts later inherit it
        deadline = time.monotonic() + _START_SECONDS
        while not _listens(self.port):
            if process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise ServerDown(f"{self.name} did not come up:\n{self._log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.05)

    def stop(self) -> None:
        """End it in order, by force if it does not go. Idempotent."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def cpu_seconds(self) -> float:
        """User and system time of the process and all below it so far; the kernel shows it in steps of 10 ms."""
        assert self._process is not None
        return sum(_own_ticks(pid) for pid in _tree(self._process.pid)) / _TICKS


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _tree(root: int) -> list[int]:
    """`root` and its descendants that live."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents.setdefault(int(_stat(int(entry.name))[1]), []).append(int(entry.name))
            except OSError:
                continue  # it ended meanwhile
    found = [root]
    for pid in found:
        found += parents.get(pid, [])
    return found


def _own_ticks(pid: int) -> int:
    fields = _stat(pid)
    return sum(int(field) for field in fields[11:15])  # utime, stime, and those of children that it has waited for


def _stat(pid: int) -> list[str]:
    """Fields of proc(5) `stat` from the third (state) on; the second may hold blanks."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
