"""Logs: one JSON object a line on standard error, with nothing in them that opens a door.

Redaction works twice: by the name of the field, and by the look of the value, because a token also travels inside
addresses (a Stream playback token is part of a path) and inside the messages of foreign libraries.
"""

import asyncio
import logging
import re
import sys
from collections.abc import MutableMapping
from contextlib import nullcontext
from functools import lru_cache
from typing import Any, TextIO

import structlog

REDACTED = "[redacted]"
REQUESTS = "fieldreel.requests"
"""The logger of the one line per request."""

_BATCH = 200
_BATCH_SECONDS = 0.05
_SECRET_NAMES = re.compile(
    r"token|secret|password|authorization|cookie|assertion|private|api_key|upload_url|return_url|pem$|^jwt$|^state$|nonce",
    re.IGNORECASE,
)
_SHORTEST_SECRET = 12  # characters that the shortest of the three patterns below needs
# Tuples, not unions: a union is built anew each time, and this runs for every field of every line.
_NUMBERS = (bool, int, float)
_COLLECTIONS = (list, tuple, set, frozenset)
_JWT = re.compile(r"eyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*){1,2}")
_BEARER = re.compile(r"(?i)\bbearer\s+[A-Za-z0-9._~+/=-]{8,}")
_UPLOAD_LINK = re.compile(r"(https?://[^\s\"'/]+/tus/)[^\s\"'?]+")


def redacted(value: Any) -> Any:
    """The same value without tokens: strings are searched, containers are walked."""
    if value is None or isinstance(value, _NUMBERS):
        return value
    if isinstance(value, dict):
        return {redacted(key): REDACTED if _is_secret(key, item) else redacted(item) for key, item in value.items()}
    if isinstance(value, _COLLECTIONS):
        return [redacted(item) for item in value]
    text = value if isinstance(value, str) else repr(value)  # what the renderer would make of it
    if len(text) < _SHORTEST_SECRET:
        return text
    text = _JWT.sub(REDACTED, text)
    text = _BEARER.sub(f"Bearer {REDACTED}", text)
    return _UPLOAD_LINK.sub(rf"\1{REDACTED}", text)


def _is_secret(name: object, value: object) -> bool:
    opens_nothing = not value or isinstance(value, _NUMBERS)
    return not opens_nothing and isinstance(name, str) and _is_secret_name(name)


@lru_cache(maxsize=1024)
def _is_secret_name(name: str) -> bool:
    return bool(_SECRET_NAMES.search(name))


def _redact(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    clean: dict[str, Any] = redacted(dict(event))
    return clean


class _Batching(logging.StreamHandler[TextIO]):
    """Writes lines of `REQUESTS` in batches, at most 50 ms late; any other line goes out at once with all before it.

    One system call per request is a tenth of what a small request costs.
    """

    def __init__(self, stream: TextIO) -> None:
        super().__init__(stream)
        self._lines: list[str] = []
        self._waiting = False

    def emit(self, record: logging.LogRecord) -> None:
        """Take one line; the caller holds the handler's lock."""
        try:
            self._lines.append(self.format(record))
        except Exception:  # noqa: BLE001 - logging's own way with a record that cannot be shown
            self.handleError(record)
            return
        if record.name != REQUESTS or len(self._lines) >= _BATCH:
            self.flush()
        elif not self._waiting:
            try:
                asyncio.get_running_loop().call_later(_BATCH_SECONDS, self._due)
            except RuntimeError:  # no event loop in this thread
                self.flush()
            else:
                self._waiting = True

    def flush(self) -> None:
        """Write what waits. Python's shutdown of logging calls it too."""
        with self.lock or nullcontext():
            lines, self._lines = self._lines, []
            if lines:
                self.stream.write("\n".join(lines) + "\n")
        super().flush()

    def _due(self) -> None:
        self._waiting = False
        self.flush()


def configure(*, level: str = "info", output_format: str = "json") -> None:
    """Send structlog's and the standard library's records through one chain to standard error.

    Args:
        level: least severe level that is written.
        output_format: `json`, or `console` for people.
    """
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer(colors=False)
        if output_format == "console"
        else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = _Batching(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                _redact,
                last,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for noisy in ("httpx", "httpcore", "apscheduler", "alembic", "stamina"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    # Our middleware writes one line per request with its route and id; uvicorn's would repeat it with raw addresses.
    logging.getLogger("uvicorn.access").disabled = True
    for name in ("uvicorn", "uvicorn.error"):
        logging.getLogger(name).handlers[:] = []
        logging.getLogger(name).propagate = True
