"""Every select and change of registrations, deployments and tool keys."""

from uuid import UUID

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from fieldreel.platforms.models import Deployment, DeploymentStatus, Registration, ToolKey, ToolKeyStatus

_BY_ISSUER = select(Registration).where(Registration.issuer == bindparam("issuer")).order_by(Registration.created_at)
_ALL = select(Registration).order_by(Registration.issuer, Registration.client_id)
_BY_CLIENT = select(Registration).where(
    Registration.issuer == bindparam("issuer"), Registration.client_id == bindparam("client_id")
)
_DEPLOYMENTS = (
    select(Deployment)
    .where(Deployment.registration_id == bindparam("registration_id"))
    .order_by(Deployment.created_at, Deployment.deployment_id)
)
_KEYS = (
    select(ToolKey).where(ToolKey.registration_id == bindparam("registration_id")).order_by(ToolKey.created_at.desc())
)
_ACTIVE_KEY = select(ToolKey).where(
    ToolKey.registration_id == bindparam("registration_id"), ToolKey.status == ToolKeyStatus.ACTIVE
)
_PUT_DEPLOYMENT = insert(Deployment)
_UPSERT_DEPLOYMENT = _PUT_DEPLOYMENT.on_conflict_do_update(
    index_elements=[Deployment.registration_id, Deployment.deployment_id],
    set_={"status": _PUT_DEPLOYMENT.excluded.status},
)
_INSERT_PENDING = _PUT_DEPLOYMENT.on_conflict_do_nothing(
    index_elements=[Deployment.registration_id, Deployment.deployment_id]
)
_DEPLOYMENT_STATUS = select(Deployment.status).where(
    Deployment.registration_id == bindparam("registration_id"),
    Deployment.deployment_id == bindparam("deployment_id"),
)
_SET_REGISTRATION_STATUS = (
    update(Registration).where(Registration.id == bindparam("key")).values(status=bindparam("wanted"))
)


async def list_by_issuer(session: AsyncSession, issuer: str) -> list[Registration]:
    """Registrations of exactly this issuer, oldest first."""
    return list(await session.scalars(_BY_ISSUER, {"issuer": issuer}))


async def list_registrations(session: AsyncSession) -> list[Registration]:
    """All registrations, by issuer and client id."""
    return list(await session.scalars(_ALL))


async def get_registration(session: AsyncSession, registration_id: UUID) -> Registration | None:
    """One registration by its id."""
    return await session.get(Registration, registration_id)


async def get_by_client(session: AsyncSession, issuer: str, client_id: str) -> Registration | None:
    """One registration by what identifies it to the world."""
    return (await session.scalars(_BY_CLIENT, {"issuer": issuer, "client_id": client_id})).one_or_none()


async def list_deployments(session: AsyncSession, registration_id: UUID) -> list[Deployment]:
    """Deployments of a registration, oldest first."""
    return list(await session.scalars(_DEPLOYMENTS, {"registration_id": registration_id}))


async def upsert_deployment(session: AsyncSession, *, pk: UUID, registration_id: UUID, deployment_id: str) -> None:
    """Approve a deployment, known or new."""
    await session.execute(
        _UPSERT_DEPLOYMENT,
        {"id": pk, "registration_id": registration_id, "deployment_id": deployment_id, "status": "active"},
    )


async def record_pending_deployment(
    session: AsyncSession, *, pk: UUID, registration_id: UUID, deployment_id: str
) -> DeploymentStatus:
    """Remember a deployment that was seen for the first time; gives the status that it has."""
    values = {"registration_id": registration_id, "deployment_id": deployment_id}
    await session.execute(_INSERT_PENDING, {"id": pk, **values, "status": DeploymentStatus.PENDING})
    status: DeploymentStatus = (await session.scalars(_DEPLOYMENT_STATUS, values)).one()
    return status


async def list_keys(session: AsyncSession, registration_id: UUID) -> list[ToolKey]:
    """Our keys towards a registration, newest first."""
    return list(await session.scalars(_KEYS, {"registration_id": registration_id}))


async def get_active_key(session: AsyncSession, registration_id: UUID) -> ToolKey | None:
    """The key that signs for a registration."""
    return (await session.scalars(_ACTIVE_KEY, {"registration_id": registration_id})).one_or_none()


async def set_registration_status(session: AsyncSession, registration_id: UUID, status: str) -> None:
    """Switch a registration on or off."""
    await session.execute(_SET_REGISTRATION_STATUS, {"key": registration_id, "wanted": status})
