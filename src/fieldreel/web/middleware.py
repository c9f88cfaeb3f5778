"""The one middleware: request id, security headers, the answer to a bug, one log line and two metrics per request.

Pure ASGI. The framework would answer an unexpected exception outside of any middleware: without the headers, and with
a log line that does not carry the request's id.
"""

import re
import time
from uuid import UUID

import structlog
from prometheus_client import Counter, Histogram
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fieldreel.errors import FieldreelError
from fieldreel.kit import logging
from fieldreel.kit.ids import uuid7
from fieldreel.web.problems import answer

log = structlog.get_logger(logging.REQUESTS)

REQUESTS = Counter("fieldreel_http_requests_total", "Requests answered", ["method", "route", "status"])
SECONDS = Histogram("fieldreel_http_request_seconds", "Seconds until the answer was complete", ["method", "route"])

_GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_QUIET = frozenset({"/healthz", "/readyz", "/metrics"})
_NO_ROUTE = "(none)"
# The method is the caller's text: each new one would become a time series.
_METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})
_OTHER_METHOD = "(other)"
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "interest-cohort=()",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class RequestMiddleware:
    """Wraps the whole application."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request (ASGI 3)."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _request_id(scope)
        started = time.perf_counter()
        status = 0

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Request-Id"] = request_id
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self._app(scope, receive, send_with_headers)
            except Exception as error:
                if status:  # half an answer has left: only the server can break it off
                    raise
                await answer(Request(scope), FieldreelError(), cause=error)(scope, receive, send_with_headers)
            finally:
                self._record(scope, status, time.perf_counter() - started)

    @staticmethod
    def _record(scope: Scope, status: int, seconds: float) -> None:
        # By route template, never by path: a path holds ids, and each would become a time series of its own.
        route = getattr(scope.get("route"), "path", _NO_ROUTE)
        method = scope["method"] if scope["method"] in _METHODS else _OTHER_METHOD
        REQUESTS.labels(method, route, status).inc()
        SECONDS.labels(method, route).observe(seconds)
        if scope["path"] not in _QUIET:
            log.info("request", method=method, route=route, status=status, ms=round(seconds * 1000, 1))


def _request_id(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _GIVEN_ID.fullmatch(given := value.decode("latin-1")):
            return str(given)
    identifier: UUID = uuid7()
    return identifier.hex
