"""Who handed in what."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from fieldreel.db import Base


class SubmissionStatus(StrEnum):
    """`submitted` counts; `replaced` by a later attempt; `withdrawn` by the learner before feedback."""

    SUBMITTED = "submitted"
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"


class Submission(Base):
    """Attempt n of one person at one assignment. At most one is `submitted`, by a partial unique index."""

    __tablename__ = "submissions"
    __table_args__ = (
        UniqueConstraint("assignment_id", "person_id", "attempt"),
        UniqueConstraint("person_id", "request_key"),
        Index(
            "uq_submissions_current",
            "assignment_id",
            "person_id",
            unique=True,
            postgresql_where=text("status = 'submitted'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    assignment_id: Mapped[UUID] = mapped_column(ForeignKey("assignments.id", ondelete="RESTRICT"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="RESTRICT"))
    video_id: Mapped[UUID] = mapped_column(ForeignKey("videos.id", ondelete="RESTRICT"), unique=True)
    attempt: Mapped[int]
    status: Mapped[SubmissionStatus]
    late: Mapped[bool]
    receipt: Mapped[str] = mapped_column(unique=True)
    request_key: Mapped[str]
    intent_at: Mapped[datetime]
    submitted_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    feedback_at: Mapped[datetime | None]
