"""Wire models of an assignment."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from fieldreel.assignments.policy import ACCEPTED_EXTENSIONS, Policy
from fieldreel.courses.models import Assignment, Context, DatesSource

Points = Annotated[float, Field(ge=0.01, le=1_000_000, allow_inf_nan=False)]


class CourseOut(BaseModel):
    """A course at the LMS."""

    id: UUID
    title: str | None
    label: str | None

    @classmethod
    def of(cls, context: Context) -> Self:
        """From its row."""
        return cls(id=context.id, title=context.title, label=context.label)


class AssignmentOut(BaseModel):
    """An assignment as everybody in its course may see it."""

    id: UUID
    title: str
    instructions: str
    course: CourseOut
    points_max: float
    opens_at: datetime | None
    due_at: datetime | None
    closes_at: datetime | None
    dates_source: DatesSource | None = Field(description="Who said the dates; `null` when there are none")
    max_bytes: int
    max_duration_seconds: int
    attempts_allowed: int | None = Field(description="`null`: as often as you like")
    retention_days: int
    grace_minutes: int = Field(description="An upload begun in time may finish this long after the due time")
    gradebook: bool = Field(description="Whether the LMS offers a gradebook column for it")
    version: int
    accepted_extensions: list[str]

    @classmethod
    def of(cls, assignment: Assignment, context: Context, policy: Policy) -> Self:
        """From its row, its course and the resolved policy."""
        return cls(
            id=assignment.id,
            title=assignment.title,
            instructions=assignment.instructions,
            course=CourseOut.of(context),
            points_max=float(policy.points_max),
            opens_at=policy.opens_at,
            due_at=policy.due_at,
            closes_at=policy.closes_at,
            dates_source=assignment.dates_source,
            max_bytes=policy.max_bytes,
            max_duration_seconds=policy.max_duration_seconds,
            attempts_allowed=policy.attempts_allowed,
            retention_days=policy.retention_days,
            grace_minutes=int(policy.grace.total_seconds() // 60),
            gradebook=bool(assignment.line_item_url or assignment.line_items_url),
            version=assignment.version,
            accepted_extensions=list(ACCEPTED_EXTENSIONS),
        )


class ChangeAssignmentRequest(BaseModel):
    """New settings; what is left out stays as it is, `null` returns to the service's default."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"instructions": "Show all five steps.", "attempts_allowed": 2}]},
    )

    instructions: Annotated[str, Field(max_length=10_000, pattern=r"^[^\x00]*$")] = ""
    points_max: Points = 100
    opens_at: AwareDatetime | None = None
    due_at: AwareDatetime | None = None
    closes_at: AwareDatetime | None = None
    max_bytes: Annotated[int, Field(gt=0, le=30_000_000_000)] | None = None
    max_duration_seconds: Annotated[int, Field(gt=0, le=36_000)] | None = None
    attempts_allowed: Annotated[int, Field(gt=0, le=100)] | None = None
    retention_days: Annotated[int, Field(gt=0, le=36_500)] | None = None
