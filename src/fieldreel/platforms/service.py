"""Connecting platforms, and finding the one that a message belongs to."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

import structlog
from cachetools import TTLCache

from fieldreel.db import Begin
from fieldreel.kit import ids
from fieldreel.kit.clock import Clock
from fieldreel.kit.crypto import Sealer
from fieldreel.lti.errors import (
    DeploymentBlocked,
    LaunchRefused,
    MissingLoginParameter,
    RegistrationDisabled,
    UnknownDeployment,
    UnknownRegistration,
)
from fieldreel.lti.platform import RegisteredPlatform, origin_of
from fieldreel.lti.tool_keys import new_tool_key
from fieldreel.platforms import queries
from fieldreel.platforms.errors import DeploymentNotFound, RegistrationExists, RegistrationNotFound, UnsafeAddress
from fieldreel.platforms.models import DeploymentStatus, Registration, RegistrationStatus, ToolKey, ToolKeyStatus
from fieldreel.platforms.schemas import DeploymentOut, NewPlatform, PlatformOut, ToolKeyOut

CACHE_SECONDS: Final = 30  # a changed registration is used by every replica within this time
CACHED_ISSUERS: Final = 1024  # unknown issuers are cached too: a flood of them must not become a flood of selects

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ConnectedPlatform:
    """A registration as launches need it, read from the database at most every 30 seconds."""

    protocol: RegisteredPlatform
    name: str
    disabled: bool
    frame_ancestors: tuple[str, ...]


class Platforms:
    """Registrations and deployments."""

    def __init__(self, begin: Begin, sealer: Sealer, clock: Clock, *, require_https: bool) -> None:
        """Take collaborators.

        Args:
            begin: opens a transaction.
            sealer: seals the private keys.
            clock: the time.
            require_https: refuse platforms whose addresses are not https (always in production).
        """
        self._begin = begin
        self._sealer = sealer
        self._clock = clock
        self._require_https = require_https
        self._by_issuer: TTLCache[str, tuple[ConnectedPlatform, ...]] = TTLCache(CACHED_ISSUERS, CACHE_SECONDS)

    async def find_for_login(self, issuer: str, client_id: str | None) -> ConnectedPlatform:
        """The registration of a login initiation; without `client_id` only where the issuer has one.

        Raises:
            UnknownRegistration: none.
            MissingLoginParameter: several (Canvas and Blackboard use one issuer for everybody), and no client id.
            RegistrationDisabled: switched off.
        """
        candidates = await self._of_issuer(issuer)
        if client_id is not None:
            candidates = tuple(one for one in candidates if one.protocol.client_id == client_id)
        if not candidates:
            raise UnknownRegistration("login")
        if len(candidates) > 1:
            raise MissingLoginParameter("missing_client_id")
        return _enabled(candidates[0])

    async def find_for_token(self, issuer: str, audiences: tuple[str, ...]) -> ConnectedPlatform:
        """The registration that an unverified id token names. It proves nothing yet.

        Raises:
            UnknownRegistration: none.
            RegistrationDisabled: switched off.
        """
        candidates = [one for one in await self._of_issuer(issuer) if one.protocol.client_id in audiences]
        if not candidates:
            raise UnknownRegistration("id_token")
        return _enabled(candidates[0])

    async def refused_deployment(self, registration_id: UUID, deployment_id: str) -> LaunchRefused:
        """Why a verified launch of this deployment may not go on; a new one is recorded, to be approved.

        Deployments that we never heard of are normal business: the first launch of another institution (Blackboard).
        """
        async with self._begin() as session:
            status = await queries.record_pending_deployment(
                session, pk=ids.uuid7(), registration_id=registration_id, deployment_id=deployment_id
            )
        if status is DeploymentStatus.BLOCKED:
            return DeploymentBlocked("deployment")
        log.warning("deployment.pending", registration_id=str(registration_id), deployment_id=deployment_id)
        return UnknownDeployment("deployment")

    async def add(self, new: NewPlatform) -> PlatformOut:
        """Connect a platform: registration, fresh key pair, and its approved deployments, in one transaction.

        Raises:
            RegistrationExists: the (issuer, client id) is known.
            UnsafeAddress: an address cannot be used.
        """
        self._check_addresses(new)
        pair = await new_tool_key()
        registration_id = ids.uuid7()
        async with self._begin() as session:
            if await queries.get_by_client(session, new.issuer, new.client_id) is not None:
                raise RegistrationExists
            session.add(
                Registration(
                    id=registration_id,
                    name=new.name,
                    issuer=new.issuer,
                    client_id=new.client_id,
                    authorization_url=new.authorization_url,
                    token_url=new.token_url,
                    token_audience=new.token_audience,
                    jwks_url=new.jwks_url,
                    frame_ancestors=list(new.frame_ancestors),
                    status=RegistrationStatus.ACTIVE,
                    created_at=self._clock.now(),
                )
            )
            await session.flush()
            session.add(
                ToolKey(
                    kid=pair.kid,
                    registration_id=registration_id,
                    private_key_sealed=self._sealer.seal(pair.private_pem),
                    public_jwk=pair.public_jwk,
                    status=ToolKeyStatus.ACTIVE,
                    created_at=self._clock.now(),
                )
            )
            for deployment_id in new.deployment_ids:
                await queries.upsert_deployment(
                    session, pk=ids.uuid7(), registration_id=registration_id, deployment_id=deployment_id
                )
        self._by_issuer.pop(new.issuer, None)
        return await self.show(registration_id)

    async def approve(self, registration_id: UUID, deployment_id: str) -> PlatformOut:
        """Let a deployment launch, whether it was seen already or not.

        Raises:
            RegistrationNotFound: no such registration.
        """
        async with self._begin() as session:
            if await queries.get_registration(session, registration_id) is None:
                raise RegistrationNotFound
            await queries.upsert_deployment(
                session, pk=ids.uuid7(), registration_id=registration_id, deployment_id=deployment_id
            )
        return await self.show(registration_id)

    async def block(self, registration_id: UUID, deployment_id: str) -> PlatformOut:
        """Stop launches of a deployment.

        Raises:
            DeploymentNotFound: it was never seen.
        """
        async with self._begin() as session:
            for deployment in await queries.list_deployments(session, registration_id):
                if deployment.deployment_id == deployment_id:
                    deployment.status = DeploymentStatus.BLOCKED
                    break
            else:
                raise DeploymentNotFound
        return await self.show(registration_id)

    async def set_enabled(self, registration_id: UUID, *, enabled: bool) -> PlatformOut:
        """Switch a whole registration on or off.

        Raises:
            RegistrationNotFound: no such registration.
        """
        status = RegistrationStatus.ACTIVE if enabled else RegistrationStatus.DISABLED
        async with self._begin() as session:
            await queries.set_registration_status(session, registration_id, status)
        changed = await self.show(registration_id)
        self._by_issuer.pop(changed.issuer, None)
        return changed

    async def show(self, registration_id: UUID) -> PlatformOut:
        """One platform with its deployments and keys.

        Raises:
            RegistrationNotFound: no such registration.
        """
        async with self._begin() as session:
            registration = await queries.get_registration(session, registration_id)
            if registration is None:
                raise RegistrationNotFound
            deployments = await queries.list_deployments(session, registration_id)
            keys = await queries.list_keys(session, registration_id)
        columns = {
            name: getattr(registration, name) for name in PlatformOut.model_fields if hasattr(registration, name)
        }
        return PlatformOut(
            **columns,
            deployments=[DeploymentOut.model_validate(one, from_attributes=True) for one in deployments],
            keys=[ToolKeyOut.model_validate(one, from_attributes=True) for one in keys],
        )

    async def list(self) -> list[PlatformOut]:
        """All platforms."""
        async with self._begin() as session:
            registrations = await queries.list_registrations(session)
        return [await self.show(registration.id) for registration in registrations]

    async def get_protocol(self, registration_id: UUID) -> RegisteredPlatform:
        """A registration as service calls need it.

        Raises:
            RegistrationNotFound: no such registration.
        """
        async with self._begin() as session:
            registration = await queries.get_registration(session, registration_id)
        if registration is None:
            raise RegistrationNotFound
        return _connected(registration).protocol

    async def _of_issuer(self, issuer: str) -> tuple[ConnectedPlatform, ...]:
        known = self._by_issuer.get(issuer)
        if known is None:
            async with self._begin() as session:
                rows = await queries.list_by_issuer(session, issuer)
            known = self._by_issuer[issuer] = tuple(_connected(row) for row in rows)
        return known

    def _check_addresses(self, new: NewPlatform) -> None:
        addresses = {
            "issuer": new.issuer,
            "authorization_url": new.authorization_url,
            "token_url": new.token_url,
            "jwks_url": new.jwks_url,
            **{f"frame_ancestors/{place}": origin for place, origin in enumerate(new.frame_ancestors)},
        }
        faults = []
        for name, address in addresses.items():
            origin = origin_of(address)
            if origin is None or "#" in address or (self._require_https and not origin.startswith("https://")):
                faults.append({"pointer": f"/{name}", "detail": "must be an absolute https:// address"})
            elif name.startswith("frame_ancestors") and origin != address:
                faults.append({"pointer": f"/{name}", "detail": "must be an origin, such as https://lms.example.edu"})
        if faults:
            raise UnsafeAddress(extensions={"errors": faults})


def _enabled(platform: ConnectedPlatform) -> ConnectedPlatform:
    if platform.disabled:
        raise RegistrationDisabled("registration")
    return platform


def _connected(row: Registration) -> ConnectedPlatform:
    framing = (origin_of(row.issuer), origin_of(row.authorization_url), *row.frame_ancestors)
    return ConnectedPlatform(
        protocol=RegisteredPlatform(
            registration_id=row.id,
            issuer=row.issuer,
            client_id=row.client_id,
            authorization_url=row.authorization_url,
            token_url=row.token_url,
            jwks_url=row.jwks_url,
            token_audience=row.token_audience,
        ),
        name=row.name,
        disabled=row.status is RegistrationStatus.DISABLED,
        frame_ancestors=tuple(dict.fromkeys(origin for origin in framing if origin is not None)),
    )
