"""Wire models of the teacher's queue."""

from datetime import datetime

from pydantic import BaseModel, Field

from fieldreel.assignments.schemas import AssignmentOut
from fieldreel.grading.schemas import GradeOut
from fieldreel.submissions.schemas import PersonOut, SubmissionOut
from fieldreel.videos.models import VideoStatus


class RunningUpload(BaseModel):
    """That somebody is uploading now, and how far; nothing of the video itself."""

    status: VideoStatus
    percent: float = Field(ge=0, le=100)
    intent_at: datetime


class QueueItem(BaseModel):
    """One learner."""

    person: PersonOut
    submission: SubmissionOut | None = Field(description="The one that counts")
    attempts: list[SubmissionOut] = Field(description="All that were not withdrawn, newest first")
    uploading: RunningUpload | None
    grade: GradeOut | None


class QueueCounts(BaseModel):
    """What the tabs say."""

    people: int
    submitted: int
    to_grade: int
    problems: int
    not_submitted: int
    uploading: int


class QueueOut(BaseModel):
    """Everybody in the course for one assignment."""

    assignment: AssignmentOut
    items: list[QueueItem]
    counts: QueueCounts
    now: datetime
