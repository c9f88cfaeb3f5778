"""What the person at the terminal sees: one line per step, with its time and what was seen."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Say = Callable[[str], None]


class Seen:
    """Takes what a step saw, for its line."""

    def __init__(self) -> None:
        self.text = ""

    def __call__(self, text: str) -> None:
        """Note what was seen."""
        self.text = text


class Steps:
    """Counts and times steps. A step that raises is spoken of as failed, and the error goes on."""

    def __init__(self, say: Say) -> None:
        self.say = say
        self.held = 0
        self.failed: str | None = None
        self._began = time.monotonic()

    @property
    def seconds(self) -> float:
        """Since the first."""
        return time.monotonic() - self._began

    @contextmanager
    def step(self, title: str) -> Iterator[Seen]:
        """One step: its line is spoken when it is over."""
        began = time.monotonic()
        seen = Seen()
        try:
            yield seen
        except Exception:
            self.failed = title
            self.say(f"FAILED {time.monotonic() - began:6.2f} s  {title}")
            raise
        self.held += 1
        self.say(f"    ok {time.monotonic() - began:6.2f} s  {title}{': ' if seen.text else ''}{seen.text}")
