"""What a launch tells us of the LMS: contexts (courses), people, who is in which, and assignments (resource links)."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Numeric, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from fieldreel.db import Base
from fieldreel.lti.roles import Role


class DatesSource(StrEnum):
    """Who said the dates of an assignment; a teacher's word here beats the platform's."""

    TEACHER = "teacher"
    PLATFORM = "platform"


class Context(Base):
    """A course at the LMS, unique within its deployment."""

    __tablename__ = "contexts"
    __table_args__ = (UniqueConstraint("deployment_id", "platform_context_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    deployment_id: Mapped[UUID] = mapped_column(ForeignKey("deployments.id", ondelete="CASCADE"))
    platform_context_id: Mapped[str]
    label: Mapped[str | None]
    title: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))


class Person(Base):
    """A person as one deployment knows them; `sub` is never compared across deployments, e-mail never identifies."""

    __tablename__ = "people"
    __table_args__ = (UniqueConstraint("deployment_id", "sub"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    deployment_id: Mapped[UUID] = mapped_column(ForeignKey("deployments.id", ondelete="CASCADE"))
    sub: Mapped[str]
    name: Mapped[str | None]
    email: Mapped[str | None]
    locale: Mapped[str | None]
    test_user: Mapped[bool] = mapped_column(server_default=text("false"))
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))


class Enrolment(Base):
    """A person in a context, with the role of their last launch."""

    __tablename__ = "enrolments"

    context_id: Mapped[UUID] = mapped_column(ForeignKey("contexts.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, index=True)
    role: Mapped[Role]
    last_launch_at: Mapped[datetime]


class Assignment(Base):
    """One resource link with its policy. Limits are null where the service's default applies."""

    __tablename__ = "assignments"
    __table_args__ = (UniqueConstraint("deployment_id", "resource_link_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    deployment_id: Mapped[UUID] = mapped_column(ForeignKey("deployments.id", ondelete="CASCADE"))
    context_id: Mapped[UUID] = mapped_column(ForeignKey("contexts.id", ondelete="CASCADE"), index=True)
    resource_link_id: Mapped[str]
    title: Mapped[str]
    instructions: Mapped[str] = mapped_column(server_default="")
    points_max: Mapped[Decimal] = mapped_column(Numeric(9, 2), server_default=text("100"))
    opens_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]
    dates_source: Mapped[DatesSource | None]
    max_bytes: Mapped[int | None]
    max_duration_seconds: Mapped[int | None]
    attempts_allowed: Mapped[int | None]
    retention_days: Mapped[int | None]
    line_item_url: Mapped[str | None]
    line_items_url: Mapped[str | None]
    ags_scopes: Mapped[list[str]] = mapped_column(server_default=text("'[]'::jsonb"))
    version: Mapped[int] = mapped_column(server_default=text("1"))
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
