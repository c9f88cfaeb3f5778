"""Wire models of grades."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from fieldreel.courses.models import Person
from fieldreel.grading.models import Grade, Score, ScoreStatus
from fieldreel.lti import errors as lti_errors
from fieldreel.submissions.schemas import PersonOut

# What a teacher reads where a score did not arrive. The platform's own text is never shown.
PROBLEMS: dict[str, str] = {
    kind.slug: kind.default_detail
    for kind in (
        lti_errors.PlatformUnavailable,
        lti_errors.ServiceTokenRefused,
        lti_errors.ScoreConflict,
        lti_errors.ScoreRejected,
        lti_errors.LearnerNotGradable,
        lti_errors.LineItemGone,
        lti_errors.ForeignServiceUrl,
        lti_errors.ServiceRefused,
    )
}
NO_COLUMN = "platform.no_gradebook"
PROBLEMS[NO_COLUMN] = "The LMS did not offer a gradebook column. Grades stay here until an administrator allows it."


class DeliveryStatus(StrEnum):
    """Where a score is on its way to the gradebook."""

    NONE = "none"
    DUE = "due"
    RETRYING = "retrying"
    SENT = "sent"
    PARKED = "parked"


class DeliveryOut(BaseModel):
    """The score's way to the gradebook, in words for a teacher."""

    status: DeliveryStatus
    sent_at: datetime | None = None
    next_attempt_at: datetime | None = None
    attempts: int = 0
    problem: str | None = None
    code: str | None = None

    @classmethod
    def of(cls, score: Score | None) -> Self:
        """From its row, if there is one."""
        if score is None:
            return cls(status=DeliveryStatus.NONE)
        waiting = score.status in {ScoreStatus.DUE, ScoreStatus.SENDING}
        if waiting:
            status = DeliveryStatus.RETRYING if score.last_error else DeliveryStatus.DUE
        else:
            status = DeliveryStatus(score.status.value)
        return cls(
            status=status,
            sent_at=score.sent_at,
            next_attempt_at=score.next_attempt_at if waiting else None,
            attempts=score.attempts,
            problem=PROBLEMS.get(score.last_error, lti_errors.ServiceRefused.default_detail)
            if score.last_error
            else None,
            code=score.last_error,
        )


class GradeOut(BaseModel):
    """Points and comment for one submission."""

    submission_id: UUID
    points: float | None = Field(description="`null`: feedback without points; a score that was sent is taken back")
    points_max: float
    comment: str
    graded_by: PersonOut
    graded_at: datetime
    version: int
    delivery: DeliveryOut

    @classmethod
    def of(cls, grade: Grade, grader: Person, score: Score | None) -> Self:
        """From its rows."""
        return cls(
            submission_id=grade.submission_id,
            points=None if grade.points is None else float(grade.points),
            points_max=float(grade.points_max),
            comment=grade.comment,
            graded_by=PersonOut.of(grader),
            graded_at=grade.graded_at,
            version=grade.version,
            delivery=DeliveryOut.of(score),
        )


class SaveGradeRequest(BaseModel):
    """A grade as a teacher gives it."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"points": 78, "comment": "Good posture. Mind the thumbs."}]}
    )

    points: Annotated[float | None, Field(allow_inf_nan=False)] = None
    comment: Annotated[str, Field(max_length=20_000)] = ""
