"""Dependencies that routes of any slice use."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Annotated, TypeVar, cast

from fastapi import Depends, Header, Request
from fastapi.dependencies.utils import get_flat_params
from fastapi.params import Query
from sqlalchemy.ext.asyncio import AsyncSession

from fieldreel.db import Database
from fieldreel.errors import BadParameter, InvalidRequest

T = TypeVar("T")


class MissingIdempotencyKey(InvalidRequest):
    """A creating request without the header that makes it safe to repeat."""

    slug = "request.key_missing"
    title = "The Idempotency-Key header is missing"
    default_detail = "Send a random key of 8 to 100 characters, and the same one when you repeat this very request."


def part(request: Request, kind: type[T]) -> T:
    """The one object of `kind` that the composition root made. For the hot routes, where a dependency has its price."""
    return cast("T", request.app.state.provided[kind])


def provided(kind: type[T]) -> Callable[[Request], Awaitable[T]]:
    """A dependency that gives the one object of `kind` that the composition root made."""

    async def get(request: Request) -> T:  # async: FastAPI sends a sync dependency through its thread pool
        return part(request, kind)

    return get


async def _session(database: Annotated[Database, Depends(provided(Database))]) -> AsyncIterator[AsyncSession]:
    async with database.begin() as session:
        yield session


# scope="function": the commit happens before the response leaves. With FastAPI's default the client would hear 201
# and the commit might fail afterwards.
Session = Annotated[AsyncSession, Depends(_session, scope="function")]


async def known_parameters_only(request: Request) -> None:
    """Answer 400 to a query parameter that the route does not know.

    Raises:
        BadParameter: naming what is unknown and what would be known.
    """
    if not request.scope["query_string"]:
        return
    route = request.scope["route"]
    known = {field.alias for field in get_flat_params(route.dependant) if isinstance(field.field_info, Query)}
    if unknown := sorted(set(request.query_params) - known):
        raise BadParameter(
            f"Unknown query parameter: {', '.join(unknown)}. Known here: {', '.join(sorted(known)) or 'none'}.",
            extensions={"unknown": unknown, "known": sorted(known)},
        )


async def _idempotency_key(
    idempotency_key: Annotated[
        str | None, Header(min_length=8, max_length=100, description="Random; the same one when a request is repeated")
    ] = None,
) -> str:
    if idempotency_key is None:
        raise MissingIdempotencyKey
    return idempotency_key


IdempotencyKey = Annotated[str, Depends(_idempotency_key)]
