"""Dependencies that routes of any slice use."""

from collections.abc import AsyncIterator, Callable
from typing import Annotated, TypeVar, cast

from fastapi import Depends, Request
from fastapi.dependencies.utils import get_flat_params
from fastapi.params import Query
from sqlalchemy.ext.asyncio import AsyncSession

from fieldreel.db import Database
from fieldreel.errors import BadParameter

T = TypeVar("T")


def provided(kind: type[T]) -> Callable[[Request], T]:
    """A dependency that gives the one object of `kind` that the composition root made."""

    def get(request: Request) -> T:
        return cast("T", request.app.state.provided[kind])

    return get


async def _session(database: Annotated[Database, Depends(provided(Database))]) -> AsyncIterator[AsyncSession]:
    async with database.begin() as session:
        yield session


# scope="function": the commit happens before the response leaves. With FastAPI's default the client would hear 201
# and the commit might fail afterwards.
Session = Annotated[AsyncSession, Depends(_session, scope="function")]


def known_parameters_only(request: Request) -> None:
    """Answer 400 to a query parameter that the route does not know.

    Raises:
        BadParameter: naming what is unknown and what would be known.
    """
    route = request.scope["route"]
    known = {field.alias for field in get_flat_params(route.dependant) if isinstance(field.field_info, Query)}
    if unknown := sorted(set(request.query_params) - known):
        raise BadParameter(
            f"Unknown query parameter: {', '.join(unknown)}. Known here: {', '.join(sorted(known)) or 'none'}.",
            extensions={"unknown": unknown, "known": sorted(known)},
        )
