"""Cloudflare's envelope around results and refusals."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from starlette.responses import JSONResponse, PlainTextResponse, Response

BAD_REQUEST, NOT_FOUND, QUOTA_REACHED, AUTHENTICATION, NO_ROUTE = 10005, 10003, 10011, 10000, 7003
# No source tells the codes of these refusals; a client has to go by the HTTP status.
RATE_LIMITED, TOO_MANY_IN_PROCESS, TOO_LARGE, ALREADY_UPLOADED = 10429, 10008, 10413, 10409


class Refusal(Exception):
    """An answer that is not a success: an HTTP status, one of Cloudflare's codes and a sentence."""

    def __init__(self, status: int, code: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.headers = status, code, message, dict(headers or {})

    def response(self) -> Response:
        """The refusal in Cloudflare's envelope."""
        body = {
            "result": None,
            "success": False,
            "errors": [{"code": self.code, "message": self.message}],
            "messages": [],
        }
        return JSONResponse(body, self.status, self.headers)

    def plain(self) -> Response:
        """The refusal as the upload and delivery hosts put it: a line of text."""
        return PlainTextResponse(self.message + "\n", self.status, self.headers)


def bad_request(message: str) -> Refusal:
    """400 with code 10005."""
    return Refusal(400, BAD_REQUEST, message)


def not_found(what: str = "video") -> Refusal:
    """404 with code 10003."""
    return Refusal(404, NOT_FOUND, f"Not Found: {what} not found")


def success(result: Any, **more: Any) -> Response:
    """200 with a result in Cloudflare's envelope; `more` stands beside it (`total`, `range`)."""
    return JSONResponse({"result": result, "success": True, "errors": [], "messages": [], **more})


def moment(at: datetime | None) -> str | None:
    """RFC 3339 in UTC with microseconds."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z") if at else None


def parse_moment(value: Any, name: str) -> datetime:
    """A time from RFC 3339 text.

    Raises:
        Refusal: 400 when it is something else or has no zone.
    """
    try:
        at = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise bad_request(f"Bad Request: {name} must be an RFC 3339 time") from None
    if at.tzinfo is None:
        raise bad_request(f"Bad Request: {name} must carry a zone")
    return at.astimezone(UTC)


def json_object(body: bytes, *, optional: bool = False) -> dict[str, Any]:
    """A request's JSON body.

    Raises:
        Refusal: 400 "decoding error" when it is not one JSON object.
    """
    if optional and not body.strip():
        return {}
    try:
        value = json.loads(body)
    except ValueError:
        raise bad_request("Decoding Error: the request body is not JSON") from None
    if not isinstance(value, dict):
        raise bad_request("Decoding Error: the request body is not a JSON object")
    return value
