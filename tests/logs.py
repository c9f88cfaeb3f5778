"""What the service writes to its log, for tests that read it."""

import io
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

import structlog

from fieldreel.kit.logging import configure


class Log:
    """The log since it was captured."""

    def __init__(self, out: io.StringIO) -> None:
        self._out = out

    @property
    def text(self) -> str:
        """Everything, as it was written; request lines wait a moment for company."""
        for handler in logging.getLogger().handlers:
            handler.flush()
        return self._out.getvalue()

    @property
    def lines(self) -> list[dict[str, Any]]:
        """One object for each line; fails if a line is none."""
        return [json.loads(line) for line in self.text.splitlines()]

    def events(self, name: str) -> list[dict[str, Any]]:
        """The lines of one event."""
        return [line for line in self.lines if line["event"] == name]


@contextmanager
def captured_log(level: str = "info") -> Iterator[Log]:
    """Log as in production, into memory; what was configured before is put back at the end."""
    root, out = logging.getLogger(), io.StringIO()
    handlers, old_level, before = root.handlers[:], root.level, structlog.get_config()
    with mock.patch("sys.stderr", out):
        configure(level=level)
    try:
        yield Log(out)
    finally:
        root.handlers[:] = handlers
        root.setLevel(old_level)
        structlog.configure(**before)
