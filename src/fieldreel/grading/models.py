"""The number a person gave, and what we owe the platform because of it."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Numeric, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from fieldreel.db import Base


class Grade(Base):
    """Points and comment for one submission. `version` is the ETag: it settles two graders."""

    __tablename__ = "grades"

    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submissions.id", ondelete="CASCADE"), primary_key=True)
    points: Mapped[Decimal | None] = mapped_column(Numeric(9, 2))
    points_max: Mapped[Decimal] = mapped_column(Numeric(9, 2))
    comment: Mapped[str] = mapped_column(server_default="")
    graded_by: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="RESTRICT"))
    graded_at: Mapped[datetime]
    version: Mapped[int]


class ScoreStatus(StrEnum):
    """due → sending → sent; due again after a passing failure; `parked` needs a person."""

    DUE = "due"
    SENDING = "sending"
    SENT = "sent"
    PARKED = "parked"


class Score(Base):
    """The newest state we owe one (line item, person): an outbox row, coalesced, one in flight at a time.

    ::

        due ──claim──▶ sending ──2xx──▶ sent
         ▲                │ └──permanent──▶ parked
         └──retryable─────┘      (a new grade makes any of them due again)

    `wanted` rises with every change and says after a send whether the row is done or due again.
    """

    __tablename__ = "scores"
    __table_args__ = (
        UniqueConstraint("assignment_id", "person_id"),
        Index("ix_scores_due", "next_attempt_at", postgresql_where=text("status IN ('due', 'sending')")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    assignment_id: Mapped[UUID] = mapped_column(ForeignKey("assignments.id", ondelete="CASCADE"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submissions.id", ondelete="CASCADE"))
    status: Mapped[ScoreStatus]
    wanted: Mapped[int] = mapped_column(server_default=text("1"))
    next_attempt_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    last_timestamp: Mapped[datetime | None]
    last_comment: Mapped[str | None]
    sent_at: Mapped[datetime | None]
    last_error: Mapped[str | None]
