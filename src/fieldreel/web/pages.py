"""HTML pages: the shell of the single-page app, and errors as pages that a student understands."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from fieldreel.errors import FieldreelError

STATIC = Path(__file__).parent / "static"
_ENTRY = "index.html"
_templates = Environment(
    loader=PackageLoader("fieldreel.web"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_NO_FRAME_RULE = ("*",)


@dataclass(frozen=True)
class FramePolicy:
    """Who may frame a page and which hosts it may talk to.

    Attributes:
        ancestors: origins of the LMS; empty = nobody.
        stream_sources: origins of Stream that play or take bytes, as CSP sources.
    """

    ancestors: tuple[str, ...] = ()
    stream_sources: tuple[str, ...] = ()

    @property
    def header(self) -> str:
        """The `Content-Security-Policy` of the shell (CSP Level 3)."""
        stream = " ".join(self.stream_sources)
        rules = {
            "default-src": "'none'",
            "base-uri": "'none'",
            "form-action": "'none'",
            "script-src": "'self'",
            "style-src": "'self'",
            "font-src": "'self'",
            "img-src": f"'self' data: blob: {stream}",
            "media-src": f"'self' blob: {stream}",
            "connect-src": f"'self' {stream}",
            "worker-src": "'self' blob:",
            "frame-ancestors": " ".join(("'self'", *self.ancestors)) if self.ancestors else "'none'",
        }
        return "; ".join(f"{name} {value.strip()}" for name, value in rules.items())


class SinglePageApp:
    """The built front end: which files the shell must load."""

    def __init__(self, folder: Path = STATIC) -> None:
        self.folder = folder

    @cached_property
    def assets(self) -> tuple[str, tuple[str, ...]]:
        """Address of the entry script and addresses of its style sheets.

        Raises:
            FileNotFoundError: the front end was not built.
        """
        manifest = json.loads((self.folder / "manifest.json").read_text())
        entry = next(chunk for chunk in manifest.values() if chunk.get("isEntry"))
        return f"/static/{entry['file']}", tuple(f"/static/{name}" for name in entry.get("css", ()))

    def shell(self, config: Mapping[str, Any], policy: FramePolicy) -> HTMLResponse:
        """The page that a launch ends in: carries `config` (mode, API path, session token) in a JSON block."""
        script, styles = self.assets
        response = page(
            "shell.html",
            title="fieldreel",
            script=script,
            styles=styles,
            config=json_block(config),
            locale=config["locale"],
        )
        response.headers["Content-Security-Policy"] = policy.header
        # Stream checks allowed origins against what the browser says about our page.
        response.headers["Referrer-Policy"] = "strict-origin-when-cross-origin"
        return response


def page(template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    """A page from `templates/`, never stored by caches."""
    html = _templates.get_template(template).render(**values)
    return HTMLResponse(html, status_code=status, headers={"Cache-Control": "no-store"})


def json_block(value: Mapping[str, Any]) -> Markup:
    """JSON that can stand inside a `<script>` element: nothing in it can end the element."""
    text = json.dumps(value, ensure_ascii=True, default=str)
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))  # noqa: S704


def error_page(error: FieldreelError, *, ref: str) -> HTMLResponse:
    """What happened, that the work is safe, what to do now, and the reference; at the top of the frame."""
    response = page("error.html", status=error.status, title=error.title, detail=error.detail, code=error.slug, ref=ref)
    # Any platform may show it, also one that we do not know; there is nothing to click in it.
    response.headers["Content-Security-Policy"] = own_page_policy(_NO_FRAME_RULE)
    return response


def own_page_policy(ancestors: Iterable[str]) -> str:
    """The policy of a page without scripts of its own: one style sheet, nothing else."""
    return f"default-src 'none'; style-src 'self'; img-src 'self' data:; frame-ancestors {' '.join(ancestors)}"
