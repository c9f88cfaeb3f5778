"""Who asks: the dependencies that turn `Authorization: Bearer` into a `Principal`."""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPBearer

from fieldreel.errors import Unauthenticated
from fieldreel.launches.principal import Principal
from fieldreel.launches.service import Launches
from fieldreel.launches.session_tokens import SessionTokens
from fieldreel.web.deps import part, provided


class _SessionBearer(HTTPBearer):
    """Reads the header and the token in one dependency: on a hot path each further one is paid for."""

    async def __call__(self, request: Request) -> Principal:  # type: ignore[override] # the framework takes anything
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            raise Unauthenticated
        return part(request, SessionTokens).read(token.strip())


_bearer = _SessionBearer(auto_error=False, scheme_name="session", description="Session token of the page")

SignedPrincipal = Annotated[Principal, Depends(_bearer)]
"""The principal that the token proves, without a look at the database: only for a route whose own single statement
makes sure that the launch was not revoked and its deployment is active."""


async def _current_principal(
    principal: SignedPrincipal, launches: Annotated[Launches, Depends(provided(Launches))]
) -> Principal:
    await launches.require_live(principal)
    return principal


CurrentPrincipal = Annotated[Principal, Depends(_current_principal)]
"""The principal of a launch that holds: signature, expiry, not revoked, deployment and registration active."""
