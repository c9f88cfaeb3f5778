"""HTML of the LMS: templates, the session cookie, forms that submit themselves, the refusal page."""

from pathlib import Path
from typing import Annotated, Any
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from fieldreel.emulators.platform.launches import FormAnswer, LaunchRefused, SignedIn
from fieldreel.emulators.platform.site import Lms

COOKIE = "demo_lms_session"

_templates = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def _current(request: Request, lms: Lms) -> SignedIn | None:
    return lms.signed_in(request.cookies.get(COOKIE))


MaybeSignedIn = Annotated[SignedIn | None, Depends(_current)]


def _required(current: MaybeSignedIn) -> SignedIn:
    if current is None:
        raise LaunchRefused(401, "Sign in first.")
    return current


RequiredSignIn = Annotated[SignedIn, Depends(_required)]


def require_same_origin(request: Request) -> None:
    """Refuse a form that another site's page submits (the cookie alone would be Lax, and links set it)."""
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("Host"):
        raise LaunchRefused(403, "This form came from another site.")


def render(request: Request, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    """A page of the LMS; nothing forbids it to frame the tool."""
    lms = request.app.state.lms
    current = lms.signed_in(request.cookies.get(COOKIE))
    html = _templates.get_template(template).render(
        lms_name=lms.config.name, person=current.person if current else None, **values
    )
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return HTMLResponse(html, status, headers)


def self_submitting_form(request: Request, answer: FormAnswer, title: str) -> HTMLResponse:
    """A page whose form the browser submits at once; a button does it where scripts are off."""
    url, fields = answer.url, list(answer.fields.items())
    if answer.method == "get":  # a GET form replaces the query of its action, so the query joins the fields
        parts = urlsplit(url)
        fields = [*parse_qsl(parts.query, keep_blank_values=True), *fields]
        url = urlunsplit(parts._replace(query=""))
    return render(request, "form.html", title=title, url=url, method=answer.method, fields=fields)


def refusal(request: Request, refused: LaunchRefused) -> HTMLResponse:
    """The LMS's own error page."""
    return render(request, "refusal.html", status=refused.status, reason=refused.reason)
