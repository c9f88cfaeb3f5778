"""`DemoLms`: the site with its ASGI application."""

from pathlib import Path

import httpx
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse
from fastapi.staticfiles import StaticFiles

from fieldreel.emulators.platform import control, launch_routes, pages, services
from fieldreel.emulators.platform.config import DemoLmsConfig
from fieldreel.emulators.platform.gradebook import ServiceRefused
from fieldreel.emulators.platform.launches import LaunchRefused
from fieldreel.emulators.platform.rendering import refusal
from fieldreel.emulators.platform.site import Site


class DemoLms(Site):
    """One LMS site.

    Browsers and tools reach its `app`; tests also its `gradebook`, `faults`, `overrides`, `keys` and `clock`.

    Args:
        config: where it lives and which tool it launches.
        transport: replaces the network when it reads the tool's key set (`httpx.ASGITransport` over the tool).
    """

    def __init__(self, config: DemoLmsConfig, *, transport: httpx.AsyncBaseTransport | None = None) -> None:
        super().__init__(config, transport)
        self.app = FastAPI(title=config.name, docs_url=None, redoc_url=None, openapi_url=None)
        self.app.state.lms = self
        # Shared, not included: FastAPI would analyse every route again for each site, and tests make hundreds of sites.
        for router in (pages.router, launch_routes.router, services.router, control.router):
            self.app.router.routes.extend(router.routes)
        self.app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"))
        self.app.exception_handler(ServiceRefused)(_service_refused)
        self.app.exception_handler(LaunchRefused)(_launch_refused)


async def _service_refused(_request: Request, refused: ServiceRefused) -> JSONResponse:
    # The header is a courtesy of this LMS for whoever debugs a tool; real ones say it in the reason phrase or nowhere.
    reason = refused.reason.encode("ascii", "replace").decode().replace("\n", " ")
    return JSONResponse([], refused.status, headers={"X-Demo-Lms-Reason": reason})


async def _launch_refused(request: Request, refused: LaunchRefused) -> HTMLResponse:
    return refusal(request, refused)
