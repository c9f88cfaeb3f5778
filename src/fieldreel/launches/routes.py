"""`/lti/login` and `/lti/launch`: where a platform sends a browser. Every failure is a page."""

from typing import Final
from urllib.parse import parse_qsl

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from fieldreel.launches import binding
from fieldreel.launches.pages import LaunchPages
from fieldreel.launches.service import Launches
from fieldreel.lti.errors import DirectVisit, LaunchRefused
from fieldreel.web.deps import part

MAX_BODY: Final = 256 * 1024
MAX_FIELDS: Final = 100

log = structlog.get_logger(__name__)
router = APIRouter(tags=["lti"], default_response_class=HTMLResponse)


async def read_form(request: Request) -> dict[str, str]:
    """Fields of a form post, at most 256 KiB. Another content type is an empty form.

    Raises:
        DirectVisit: larger, or with more fields than any platform sends.
    """
    if not request.headers.get("Content-Type", "").startswith("application/x-www-form-urlencoded"):
        return {}
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            raise DirectVisit("body_too_large")
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MAX_FIELDS))
    except ValueError as error:
        raise DirectVisit("body_unreadable") from error


@router.get("/lti/login", operation_id="begin_login")
async def begin_login(request: Request) -> HTMLResponse:
    """Third-party login initiation (LTI Security Framework §5.1.1.1): goes on to the platform."""
    return await _login(request, dict(request.query_params))


@router.post("/lti/login", operation_id="begin_login_by_post")
async def begin_login_by_post(request: Request) -> HTMLResponse:
    """The same by form post; also how our own page starts again in a tab of its own."""
    return await _login(request, {**request.query_params, **await read_form(request)})


@router.post("/lti/launch", operation_id="launch")
async def launch(request: Request) -> HTMLResponse:
    """The platform's authentication response (LTI Security Framework §5.1.1.3): ends in the app."""
    form = await read_form(request)
    try:
        accepted = await part(request, Launches).accept(form, request.cookies)
    except LaunchRefused as refusal:
        log.warning("launch.refused", code=refusal.slug, reason=refusal.reason)
        raise
    response = part(request, LaunchPages).shell(accepted)
    response.headers.append("Set-Cookie", binding.clear_cookie(binding.cookie_name(form["state"])))
    return response


@router.get("/lti/launch", operation_id="visit_launch")
async def visit_launch() -> HTMLResponse:
    """Nothing to see without a login; Moodle calls it so after a tool was linked, and people copy addresses."""
    raise DirectVisit("get_launch")


async def _login(request: Request, parameters: dict[str, str]) -> HTMLResponse:
    try:
        started = await part(request, Launches).begin(parameters)
    except LaunchRefused as refusal:
        log.warning("login.refused", code=refusal.slug, reason=refusal.reason)
        raise
    response = part(request, LaunchPages).login(started)
    for name in binding.surplus(request.cookies):
        response.headers.append("Set-Cookie", binding.clear_cookie(name))
    return response
