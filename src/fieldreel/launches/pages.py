"""The two pages of a launch: the one that goes on to the platform, and the shell of the app with its configuration."""

from importlib.metadata import version
from typing import Any, Final

from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from fieldreel.kit import ids
from fieldreel.launches import binding
from fieldreel.launches.principal import Principal
from fieldreel.launches.service import LaunchAccepted, LoginStarted
from fieldreel.web.pages import FramePolicy, SinglePageApp, json_block

API: Final = "/api/v1"
_login = Environment(
    loader=PackageLoader("fieldreel.launches"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
).get_template("login.html")


class LaunchPages:
    """Makes the pages; knows the built app and the hosts it talks to."""

    def __init__(self, app: SinglePageApp, *, stream_sources: tuple[str, ...]) -> None:
        """Take the built app and the origins of Stream that it plays from and uploads to, as CSP sources."""
        self._app = app
        self._stream_sources = stream_sources
        self._version = version("fieldreel")

    def login(self, started: LoginStarted) -> HTMLResponse:
        """A page that goes on to the platform by itself where our cookie sticks, and else offers a tab of its own.

        It is decided here, before the platform's hint (which may be single use) is spent.
        """
        nonce = ids.secret(16)
        html = _login.render(
            url=started.authentication_url,
            login=json_block({"url": started.authentication_url}),
            parameters=started.initiation.parameters(),
            platform=started.platform.name,
            script_nonce=nonce,
        )
        ancestors = " ".join(started.platform.frame_ancestors)
        response = HTMLResponse(html)
        response.headers["Cache-Control"] = "no-store"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Content-Security-Policy"] = (
            f"default-src 'none'; base-uri 'none'; form-action 'self'; script-src 'nonce-{nonce}'; style-src 'self'; "
            f"frame-ancestors 'self' {ancestors}"
        )
        response.headers.append("Set-Cookie", binding.set_cookie(started.state, started.binding))
        return response

    def shell(self, accepted: LaunchAccepted) -> HTMLResponse:
        """The app, told who acts where. The session token stands in the page and nowhere else."""
        policy = FramePolicy(ancestors=accepted.platform.frame_ancestors, stream_sources=self._stream_sources)
        response = self._app.shell(self._config(accepted), policy)
        response.headers["Cache-Control"] = "no-store"
        return response

    def _config(self, accepted: LaunchAccepted) -> dict[str, Any]:
        principal, launch = accepted.principal, accepted.launch
        return {
            "mode": mode(principal),
            "api": API,
            "session_token": accepted.session_token,
            "session_expires_at": accepted.session_expires_at.isoformat().replace("+00:00", "Z"),
            "person": {"id": str(principal.person_id), "name": accepted.person_name},
            "role": principal.role.value,
            "platform": {
                "name": launch.platform_name or accepted.platform.name,
                "product_family": launch.product_family,
                "return_url": launch.return_url,
            },
            "course": {
                "id": str(principal.context_id),
                "title": accepted.course_title,
                "label": accepted.course_label,
            },
            "assignment": {"id": str(principal.assignment_id)},
            "test_user": principal.test_user,
            "locale": launch.locale or "en",
            "framed": None,
            "version": self._version,
        }


def mode(principal: Principal) -> str:
    """Which face the app shows: `student`, `teacher` (also for those who only configure), or `guest`."""
    if principal.can_upload:
        return "student"
    return "teacher" if principal.can_grade or principal.can_configure else "guest"
