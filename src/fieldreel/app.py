"""The composition root: settings in, a FastAPI application out."""

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

import structlog
from fastapi import Depends, FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from fieldreel.assignments import routes as assignment_routes
from fieldreel.errors import every_slug
from fieldreel.grading import routes as grading_routes
from fieldreel.launches import routes as launch_routes
from fieldreel.launches import session as session_routes
from fieldreel.parts import Outside, Parts
from fieldreel.platforms import routes as platform_routes
from fieldreel.playback import routes as playback_routes
from fieldreel.review import routes as review_routes
from fieldreel.settings import Settings
from fieldreel.submissions import routes as submission_routes
from fieldreel.uploads import routes as upload_routes
from fieldreel.uploads import webhook as webhook_routes
from fieldreel.videos import routes as video_routes
from fieldreel.web import health, pages, problems
from fieldreel.web.deps import known_parameters_only
from fieldreel.web.middleware import RequestMiddleware

log = structlog.get_logger(__name__)

API = "/api/v1"
ASSETS = Path(pages.__file__).parent / "assets"
_FOR_EVER = "public, max-age=31536000, immutable"


class Hashed(StaticFiles):
    """Files whose names carry their content's hash: kept by browsers for ever."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file with a long life."""
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = _FOR_EVER
        return response


def create_app(settings: Settings, database_url: str | None = None, outside: Outside | None = None) -> FastAPI:
    """The whole service.

    Args:
        settings: read and checked.
        database_url: where PostgreSQL is, if not where the settings say (embedded).
        outside: replaces the world, for tests.
    """
    parts = Parts(settings, database_url or settings.database_url, outside)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        if settings.jobs.enabled:
            parts.scheduler.start()
        # What was made at start stays for ever: the collector need not look at it again with every generation.
        gc.collect()
        gc.freeze()
        log.info("started", public_url=settings.public_url, env=settings.env.value)
        yield
        await app.state.parts.close()
        log.info("stopped")

    app = FastAPI(
        title="fieldreel",
        version=version("fieldreel"),
        summary="Large video assignments for any LMS.",
        lifespan=lifespan,
        docs_url=None,  # their pages load scripts from a foreign host
        redoc_url=None,
        telemetry={"tracing": False},
    )
    app.state.parts = parts
    app.state.provided = parts.provided
    app.state.problem_base = f"{settings.public_url}/problems/"
    app.add_middleware(RequestMiddleware)
    problems.install(app)
    _add_routes(app)
    app.openapi = lambda: _description(app)  # type: ignore[method-assign] # FastAPI's documented way
    return app


def _add_routes(app: FastAPI) -> None:
    # Routes are tried in this order, so the two hot paths come first, and routers are not nested: each level would be
    # matched anew for every request.
    app.include_router(launch_routes.router)
    for api in (
        playback_routes.router,
        session_routes.router,
        assignment_routes.router,
        submission_routes.router,
        upload_routes.router,
        video_routes.router,
        grading_routes.router,
        review_routes.router,
    ):
        app.include_router(api, prefix=API, dependencies=[Depends(known_parameters_only)])
    for router in (platform_routes.router, webhook_routes.router, health.router, problems.router):
        app.include_router(router)
    app.mount("/static", Hashed(directory=pages.STATIC, check_dir=False))
    app.mount("/assets", StaticFiles(directory=ASSETS))


def _description(app: FastAPI) -> dict[str, Any]:
    """OpenAPI 3.1 of the service, with our problems in place of the framework's errors. Made once."""
    if app.openapi_schema is None:
        schema = get_openapi(
            title=app.title, version=app.version, summary=app.summary, routes=app.routes, openapi_version="3.1.0"
        )
        problem = problems.Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas = schema["components"]["schemas"]
        schemas.update(problem.pop("$defs", {}))
        problem["properties"]["code"]["enum"] = every_slug()
        schemas["Problem"] = problem
        for name in ("HTTPValidationError", "ValidationError"):
            schemas.pop(name, None)
        for path in schema["paths"].values():
            for operation in path.values():
                _describe_failures(operation)
        app.openapi_schema = schema
    return app.openapi_schema


def _describe_failures(operation: dict[str, Any]) -> None:
    """Replace the framework's 422 and add the default: any operation can end in a problem."""
    content = {problems.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    responses = operation["responses"]
    if "422" in responses and problems.MEDIA_TYPE not in responses["422"].get("content", {}):
        responses["422"] = {"description": "`request.invalid`: The request does not fit", "content": content}
    responses["default"] = {"description": "Any other problem", "content": content}
