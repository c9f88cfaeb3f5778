"""Whether we live, whether we can work, and the numbers for Prometheus."""

import secrets
from typing import Annotated

from fastapi import APIRouter, Depends, Header
from fastapi.responses import Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel

from fieldreel.db import Database
from fieldreel.errors import NotFound, ServiceUnavailable
from fieldreel.settings import Settings
from fieldreel.web.deps import provided
from fieldreel.web.problems import documented

router = APIRouter(tags=["operations"])


class Health(BaseModel):
    """A short yes."""

    status: str = "ok"


@router.get("/healthz", operation_id="get_health")
async def get_health() -> Health:
    """The process answers. Restart it if it does not."""
    return Health()


@router.get("/readyz", operation_id="get_readiness", responses=documented(ServiceUnavailable))
async def get_readiness(database: Annotated[Database, Depends(provided(Database))]) -> Health:
    """PostgreSQL answers, so requests can be served. Take it out of rotation if not, but do not restart it."""
    await database.fetchrow("SELECT 1")
    return Health()


@router.get("/metrics", operation_id="get_metrics", response_class=Response, include_in_schema=False)
async def get_metrics(
    settings: Annotated[Settings, Depends(provided(Settings))], authorization: Annotated[str | None, Header()] = None
) -> Response:
    """Prometheus text. In production it asks for the bearer token of `FIELDREEL_HTTP__METRICS_TOKEN`."""
    token = settings.http.metrics_token.get_secret_value()
    if token or settings.production:
        scheme, _, given = (authorization or "").partition(" ")
        known = secrets.compare_digest(given.encode(), token.encode())
        if not token or scheme.lower() != "bearer" or not known:
            raise NotFound
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
