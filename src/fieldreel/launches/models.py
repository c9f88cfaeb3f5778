"""A login on its way through the platform, and the launch that came of it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, text
from sqlalchemy.orm import Mapped, mapped_column

from fieldreel.db import Base
from fieldreel.lti.roles import Role


class OidcState(Base):
    """One login initiation: hashed state and browser binding, single use, ten minutes (LTI Security §5.1.1)."""

    __tablename__ = "oidc_states"

    state_hash: Mapped[bytes] = mapped_column(primary_key=True)
    binding_hash: Mapped[bytes]
    nonce_hash: Mapped[bytes]
    registration_id: Mapped[UUID] = mapped_column(ForeignKey("registrations.id", ondelete="CASCADE"))
    deployment_hint: Mapped[str | None]
    target_link_uri: Mapped[str]
    storage_target: Mapped[str | None]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]


class Launch(Base):
    """One verified message: who acts, where, as what, until when. Its id is the session token's `sub`."""

    __tablename__ = "launches"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    deployment_id: Mapped[UUID] = mapped_column(ForeignKey("deployments.id", ondelete="CASCADE"))
    context_id: Mapped[UUID] = mapped_column(ForeignKey("contexts.id", ondelete="CASCADE"))
    assignment_id: Mapped[UUID] = mapped_column(ForeignKey("assignments.id", ondelete="CASCADE"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    role: Mapped[Role]
    test_user: Mapped[bool] = mapped_column(server_default=text("false"))
    product_family: Mapped[str | None]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    revoked_at: Mapped[datetime | None]
