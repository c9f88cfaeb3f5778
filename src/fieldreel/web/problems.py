"""Every error leaves through here: RFC 9457 documents for scripts, pages for people on the launch paths.

An error we did not expect says nothing about the inside: a reference, nothing else; the log has the rest under it.
"""

from typing import Any

import structlog
from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, Response
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from fieldreel.errors import FieldreelError, InvalidRequest, MethodNotAllowed, NotFound, every_error
from fieldreel.kit.ids import reference
from fieldreel.web import pages

log = structlog.get_logger(__name__)

MEDIA_TYPE = "application/problem+json"
_PAGE_PATHS = ("/lti/login", "/lti/launch")
_SERVER_ERROR = 500
router = APIRouter(include_in_schema=False)


class FieldProblem(BaseModel):
    """One place in the request that does not fit."""

    pointer: str = Field(
        examples=["/size_bytes"], description="JSON Pointer (RFC 6901) into the body, or the parameter"
    )
    detail: str = Field(examples=["Input should be greater than 0"])


class Problem(BaseModel):
    """An error (RFC 9457). `code` is stable; `title` and `detail` are words for the person."""

    type: str = Field(examples=["https://fieldreel.example/problems/upload.too_large"])
    title: str
    status: int
    detail: str
    instance: str
    code: str = Field(examples=["upload.too_large"])
    ref: str = Field(examples=["VA-7F3K-21"], description="Quote it to the help desk; our log has it too")
    retryable: bool = Field(description="Whether the very same request can succeed later")
    errors: list[FieldProblem] = Field(default_factory=list)


def documented(*errors: type[FieldreelError]) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that can end in `errors`, for the API description."""
    by_status: dict[int | str, list[type[FieldreelError]]] = {}
    for error in errors:
        by_status.setdefault(error.status, []).append(error)
    return {
        status: {
            "description": " · ".join(f"`{kind.slug}`: {kind.title}" for kind in kinds),
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status, kinds in by_status.items()
    }


@router.get("/problems/{slug}")
async def describe_problem(slug: str) -> HTMLResponse:
    """Where the `type` of a problem leads: what the code means, for whoever writes a client."""
    kind = every_error().get(slug)
    if kind is None:
        raise NotFound
    response = pages.page("problem.html", kind=kind)
    response.headers["Content-Security-Policy"] = pages.own_page_policy(("'none'",))
    return response


def install(app: FastAPI) -> None:
    """Make `app` answer every failure that we foresee as a problem; `RequestMiddleware` answers the others."""

    async def ours(request: Request, error: Exception) -> Response:
        assert isinstance(error, FieldreelError)
        return answer(request, error)

    async def invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return answer(request, _as_invalid_request(error))

    async def framework(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        known: dict[int, type[FieldreelError]] = {404: NotFound, 405: MethodNotAllowed, 400: InvalidRequest}
        response = answer(request, known.get(error.status_code, FieldreelError)())
        response.headers.update(error.headers or {})
        return response

    app.add_exception_handler(FieldreelError, ours)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, framework)


def answer(request: Request, error: FieldreelError, cause: BaseException | None = None) -> Response:
    """The response for `error`, logged under a fresh reference."""
    ref = reference()
    level = "error" if error.status == _SERVER_ERROR else "info"
    getattr(log, level)(
        "problem",
        code=error.slug,
        status=error.status,
        ref=ref,
        path=request.url.path,
        detail=error.detail,
        exc_info=cause or (error if error.status >= _SERVER_ERROR else None),
    )
    response: Response
    if request.url.path.startswith(_PAGE_PATHS):
        response = pages.error_page(error, ref=ref)
    else:
        response = JSONResponse(_document(request, error, ref), status_code=error.status, media_type=MEDIA_TYPE)
    if error.retry_after_seconds is not None:
        response.headers["Retry-After"] = str(error.retry_after_seconds)
    response.headers["Cache-Control"] = "no-store"
    return response


def _document(request: Request, error: FieldreelError, ref: str) -> dict[str, Any]:
    return {
        **error.extensions,
        "type": f"{request.app.state.problem_base}{error.slug}",
        "title": error.title,
        "status": error.status,
        "detail": error.detail,
        "instance": request.url.path,
        "code": error.slug,
        "ref": ref,
        "retryable": error.retryable,
    }


def _as_invalid_request(error: RequestValidationError) -> InvalidRequest:
    faults = [
        {"pointer": _pointer(fault["loc"]), "detail": str(fault["msg"]).removeprefix("Value error, ")}
        for fault in error.errors()
    ]
    return InvalidRequest(extensions={"errors": faults})


def _pointer(location: tuple[int | str, ...]) -> str:
    where, *rest = location
    path = "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in rest)
    return (path or "/") if where == "body" else f"{where}:{path.removeprefix('/')}"
