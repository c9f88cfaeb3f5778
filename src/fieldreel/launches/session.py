"""`/api/v1/me`: what a session token stands for."""

from enum import StrEnum
from typing import Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from fieldreel.errors import Unauthenticated
from fieldreel.launches.deps import CurrentPrincipal
from fieldreel.launches.principal import Principal
from fieldreel.lti.roles import Role
from fieldreel.web.problems import documented

router = APIRouter(tags=["session"])


class Permission(StrEnum):
    """What a person may do in the assignment of their launch."""

    UPLOAD = "upload"
    SUBMIT = "submit"
    GRADE = "grade"
    CONFIGURE = "configure"
    VIEW_ALL = "view_all"


class MeOut(BaseModel):
    """Who acts, where, as what."""

    person_id: UUID
    role: Role
    context_id: UUID
    assignment_id: UUID
    test_user: bool
    permissions: list[Permission]

    @classmethod
    def of(cls, principal: Principal) -> Self:
        """From the principal."""
        held = {
            Permission.UPLOAD: principal.can_upload,
            Permission.SUBMIT: principal.can_upload,
            Permission.GRADE: principal.can_grade,
            Permission.VIEW_ALL: principal.can_grade,
            Permission.CONFIGURE: principal.can_configure,
        }
        return cls(
            person_id=principal.person_id,
            role=principal.role,
            context_id=principal.context_id,
            assignment_id=principal.assignment_id,
            test_user=principal.test_user,
            permissions=[permission for permission, given in held.items() if given],
        )


@router.get("/me", operation_id="get_me", responses=documented(Unauthenticated))
async def get_me(principal: CurrentPrincipal) -> MeOut:
    """Who the session token stands for, and what they may do."""
    return MeOut.of(principal)
