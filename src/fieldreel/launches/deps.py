"""Who asks: the dependencies that turn `Authorization: Bearer` into a `Principal`."""

from typing import Annotated

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from fieldreel.errors import Unauthenticated
from fieldreel.launches.principal import Principal
from fieldreel.launches.service import Launches
from fieldreel.launches.session_tokens import SessionTokens
from fieldreel.web.deps import provided

_bearer = HTTPBearer(auto_error=False, scheme_name="session", description="Session token of the page")


async def _signed_principal(
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    tokens: Annotated[SessionTokens, Depends(provided(SessionTokens))],
) -> Principal:
    if credentials is None:
        raise Unauthenticated
    return tokens.read(credentials.credentials)


SignedPrincipal = Annotated[Principal, Depends(_signed_principal)]
"""The principal that the token proves, without a look at the database: only for a route whose own single statement
makes sure that the launch was not revoked and its deployment is active."""


async def _current_principal(
    principal: SignedPrincipal, launches: Annotated[Launches, Depends(provided(Launches))]
) -> Principal:
    await launches.require_live(principal)
    return principal


CurrentPrincipal = Annotated[Principal, Depends(_current_principal)]
"""The principal of a launch that holds: signature, expiry, not revoked, deployment and registration active."""
