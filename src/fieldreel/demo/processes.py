"""Child processes that are ready before anybody uses them and gone when we are."""

import os
import shutil
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import httpx

from fieldreel.demo.errors import DemoError

EMULATOR_CONFIG = "FIELDREEL_DEMO_EMULATOR"
"""The variable in which an emulator's process finds what it is started with: not arguments, which anybody can list."""

_READY_SECONDS = 60.0
_STOP_SECONDS = 10.0
_TAIL_CHARACTERS = 1500
_SETTINGS_PREFIX = "FIELDREEL_"
_KEPT_SETTINGS = {"FIELDREEL_PG_BIN"}


def child_environment(settings: Mapping[str, str]) -> dict[str, str]:
    """Our environment with `settings` as the only settings of the product: what a developer exported stays out."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(_SETTINGS_PREFIX) or name in _KEPT_SETTINGS
    }
    return {**inherited, **settings, "PYTHONUNBUFFERED": "1"}


class Child:
    """One supervised process with a log of its own. Start it from the main thread.

    On Linux the kernel ends it when that thread ends (`setpriv --pdeathsig`), so that a killed demo leaves nothing
    behind; elsewhere `stop` does.
    """

    def __init__(self, name: str, command: Sequence[str], *, log: Path, settings: Mapping[str, str]) -> None:
        self.name = name
        self.log = log
        setpriv = shutil.which("setpriv")
        until_we_die = [setpriv, "--pdeathsig", "TERM", "--"] if setpriv else []
        with log.open("ab") as output:
            self._process = subprocess.Popen(  # noqa: S603 (our own command, no shell)
                [*until_we_die, *command],
                env=child_environment(settings),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is ours; we stop the children in order
            )

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""
        return self._process.poll()

    def wait_until_ready(self, url: str, seconds: float = _READY_SECONDS) -> None:
        """Return once `url` answers 2xx.

        Raises:
            DemoError: the process ended or the time is over; with the end of its log.
        """
        deadline = time.monotonic() + seconds
        while True:
            if self.exit_code is not None:
                raise DemoError(self.obituary())
            try:
                if httpx.get(url, timeout=2.0, trust_env=False).is_success:
                    return
            except httpx.TransportError:
                pass
            if time.monotonic() > deadline:
                raise DemoError(f"The {self.name} does not answer at {url}. Its log ({self.log}) ends:\n{self.tail()}")
            time.sleep(0.05)

    def obituary(self) -> str:
        """How it ended and what it said last."""
        return f"The {self.name} ended by itself (code {self.exit_code}). Its log ({self.log}) ends:\n{self.tail()}"

    def tail(self) -> str:
        """The end of its log."""
        return self.log.read_text(errors="replace")[-_TAIL_CHARACTERS:].strip() or "(nothing)"

    def stop(self) -> None:
        """End it and wait until it is gone. Idempotent."""
        if self.exit_code is None:
            self._process.terminate()
            try:
                self._process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()


def run_to_end(command: Sequence[str], *, log: Path, settings: Mapping[str, str], doing: str) -> str:
    """Run a command that ends by itself and give its standard output; all it says goes to the log as well.

    Raises:
        DemoError: it failed; `doing` says at what.
    """
    done = subprocess.run(  # noqa: S603 (our own command, no shell)
        command,
        env=child_environment(settings),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    with log.open("a") as output:
        output.write(done.stdout + done.stderr)
    if done.returncode != 0:
        words = (done.stderr or done.stdout)[-_TAIL_CHARACTERS:].strip()
        raise DemoError(f"{doing} failed (code {done.returncode}). It said ({log}):\n{words}")
    return done.stdout
