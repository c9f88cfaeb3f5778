"""Our public keys, for platforms to verify what we sign."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from fieldreel.platforms.errors import RegistrationNotFound
from fieldreel.platforms.service import Platforms
from fieldreel.web.deps import provided
from fieldreel.web.problems import documented

router = APIRouter(tags=["lti"])
# Platforms keep key sets for hours anyway; a rotation publishes the next key a day before it signs.
_CACHE_CONTROL = "public, max-age=300"


@router.get(
    "/lti/jwks/{registration_id}.json", operation_id="get_tool_keys", responses=documented(RegistrationNotFound)
)
async def get_tool_keys(
    registration_id: UUID, response: Response, platforms: Annotated[Platforms, Depends(provided(Platforms))]
) -> dict[str, list[dict[str, Any]]]:
    """The key set of one registration (RFC 7517): the key that signs, and those before and after it."""
    platform = await platforms.show(registration_id)
    response.headers["Cache-Control"] = _CACHE_CONTROL
    return {"keys": [key.public_jwk for key in platform.keys]}
