"""Platforms that may launch us: registration → deployment, and the key pair of each registration."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from fieldreel.db import Base, Json


class RegistrationStatus(StrEnum):
    """`active` launches; `disabled` shows a page that says so."""

    ACTIVE = "active"
    DISABLED = "disabled"


class DeploymentStatus(StrEnum):
    """`pending` was seen in a launch and waits for an administrator; `active` launches; `blocked` never does."""

    PENDING = "pending"
    ACTIVE = "active"
    BLOCKED = "blocked"


class ToolKeyStatus(StrEnum):
    """next → active → retired; `next` and `retired` are published beside `active` so that rotation breaks nothing."""

    NEXT = "next"
    ACTIVE = "active"
    RETIRED = "retired"


class Registration(Base):
    """One (issuer, client_id) at an LMS."""

    __tablename__ = "registrations"
    __table_args__ = (UniqueConstraint("issuer", "client_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    issuer: Mapped[str]
    client_id: Mapped[str]
    authorization_url: Mapped[str]
    token_url: Mapped[str]
    token_audience: Mapped[str | None]
    jwks_url: Mapped[str]
    frame_ancestors: Mapped[list[str]] = mapped_column(server_default=text("'[]'::jsonb"))
    status: Mapped[RegistrationStatus] = mapped_column(server_default=RegistrationStatus.ACTIVE)
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))


class Deployment(Base):
    """One deployment_id under a registration: the tenant that every row of ours belongs to."""

    __tablename__ = "deployments"
    __table_args__ = (UniqueConstraint("registration_id", "deployment_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    registration_id: Mapped[UUID] = mapped_column(ForeignKey("registrations.id", ondelete="CASCADE"))
    deployment_id: Mapped[str]
    name: Mapped[str | None]
    status: Mapped[DeploymentStatus] = mapped_column(server_default=DeploymentStatus.PENDING)
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))


class ToolKey(Base):
    """A key pair that signs our assertions for one registration; the private half is sealed."""

    __tablename__ = "tool_keys"
    __table_args__ = (
        Index("uq_tool_keys_active", "registration_id", unique=True, postgresql_where=text("status = 'active'")),
    )

    kid: Mapped[str] = mapped_column(primary_key=True)
    registration_id: Mapped[UUID] = mapped_column(ForeignKey("registrations.id", ondelete="CASCADE"), index=True)
    private_key_sealed: Mapped[bytes]
    public_jwk: Mapped[Json]
    status: Mapped[ToolKeyStatus]
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
