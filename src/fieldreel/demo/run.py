"""`fieldreel demo`: start the stack, fill it once, say where to look, and stay until told to stop."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import NoReturn

import typer

from fieldreel.demo.errors import DemoError
from fieldreel.demo.ports import Ports, choose_ports
from fieldreel.demo.seed import fill
from fieldreel.demo.stack import Stack
from fieldreel.demo.state import StackState, clear, only_one
from fieldreel.demo.steps import Steps

_ENCODE_SECONDS = 3.0  # long enough to see "processing", short enough to wait for


class Stopped(BaseException):
    """Ctrl-C, SIGTERM or a closed terminal; no `Exception`, so that nothing on the way mistakes it for a failure."""


def run(folder: Path, *, fresh: bool, ports: Ports | None) -> int:
    """See `fieldreel.demo.run_demo`."""
    try:
        with stop_signals(), only_one(folder):
            _stay(folder, fresh=fresh, ports=ports)
    except Stopped:
        typer.echo("Stopped.")
    except DemoError as error:
        typer.echo(str(error), err=True)
        return 1
    return 0


def _stay(folder: Path, *, fresh: bool, ports: Ports | None) -> None:
    former = StackState.read(folder)
    if fresh or (former and not former.filled):  # a first start that ended half-way begins again
        clear(folder)
        former = None
    folder.mkdir(parents=True, exist_ok=True)
    state = former or StackState()
    state.ports = choose_ports(ports or state.ports, typer.echo)
    if former and former.registrations and state.ports.lms_url not in former.registrations:
        raise DemoError(
            f"The data in {folder} belongs to the LMS at {', '.join(former.registrations)}, and that port is not to be "
            "had. Free it, or start over with `--fresh` (`make demo FRESH=1`)."
        )
    state.write(folder)
    steps = Steps(typer.echo)
    stack = Stack(folder, state, steps, encode_seconds=_ENCODE_SECONDS)
    try:
        stack.start()
        if not state.filled:
            fill(stack, steps)
            state.filled = True
            state.write(folder)
        _say_where(stack, steps)
        stack.watch()
    finally:
        with signals_ignored():
            stack.stop()


def _say_where(stack: Stack, steps: Steps) -> None:
    ports = stack.state.ports
    typer.echo(
        f"\nReady after {steps.seconds:.1f} s. Open the demo LMS: {ports.lms_url}\n"
        "  Sign in as Ada or Ben (students) or Tess (teacher), then open an activity of NUR 204.\n"
        f"  The product is {ports.app_url}, reached from the LMS only. Logs: {stack.logs}\n"
        "Ctrl-C stops everything; the data stays for the next time.\n"
    )


@contextmanager
def stop_signals() -> Iterator[None]:
    """Turn SIGINT, SIGTERM and SIGHUP into `Stopped`, raised in the main thread."""

    def stop(_number: int, _frame: FrameType | None) -> NoReturn:
        raise Stopped

    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    previous = {number: signal.signal(number, stop) for number in numbers}
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


@contextmanager
def signals_ignored() -> Iterator[None]:
    """Let an impatient second Ctrl-C not interrupt the stopping itself."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    previous = {number: signal.signal(number, signal.SIG_IGN) for number in numbers}
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
