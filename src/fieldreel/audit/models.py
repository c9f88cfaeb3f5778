"""The append-only log of what happened."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from fieldreel.db import Base, Json


class AuditEvent(Base):
    """One thing that happened. No foreign keys: the log outlives what it speaks of, and inserts stay cheap."""

    __tablename__ = "audit_events"
    __table_args__ = (
        Index("ix_audit_events_deployment_id_at", "deployment_id", text("at DESC")),
        Index(
            "ix_audit_events_video_id_at", "video_id", text("at DESC"), postgresql_where=text("video_id IS NOT NULL")
        ),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    at: Mapped[datetime]
    event: Mapped[str]
    deployment_id: Mapped[UUID | None]
    actor_id: Mapped[UUID | None]
    assignment_id: Mapped[UUID | None]
    video_id: Mapped[UUID | None]
    submission_id: Mapped[UUID | None]
    data: Mapped[Json] = mapped_column(server_default=text("'{}'::jsonb"))
