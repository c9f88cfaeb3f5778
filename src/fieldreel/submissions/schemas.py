"""Wire models of submissions and of the student's home."""

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from fieldreel.assignments.policy import ClosedReason, Policy
from fieldreel.assignments.schemas import AssignmentOut
from fieldreel.courses.models import Person
from fieldreel.submissions.models import Submission, SubmissionStatus
from fieldreel.videos.models import Video
from fieldreel.videos.schemas import VideoOut


class PersonOut(BaseModel):
    """A person, by the name that the LMS gave (or none)."""

    id: UUID
    name: str | None

    @classmethod
    def of(cls, person: Person) -> Self:
        """From its row."""
        return cls(id=person.id, name=person.name)


class SubmitRequest(BaseModel):
    """Hand in one video."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "assignment_id": "0198c1f0-8a52-7c3e-9d5b-2f6f4f1f0a11",
                    "video_id": "0198c1f2-10aa-7e6b-8a54-54a1f1c0de22",
                }
            ]
        },
    )

    assignment_id: UUID
    video_id: UUID


class SubmissionOut(BaseModel):
    """One attempt."""

    id: UUID
    assignment_id: UUID
    attempt: int
    status: SubmissionStatus
    late: bool
    intent_at: datetime = Field(description="When the upload of its video was asked for")
    submitted_at: datetime
    withdrawn_at: datetime | None
    receipt: str = Field(examples=["VA-7F3K-21QD"])
    person: PersonOut
    video: VideoOut

    @classmethod
    def of(cls, submission: Submission, person: Person, video: Video, policy: Policy) -> Self:
        """From its rows."""
        return cls(
            id=submission.id,
            assignment_id=submission.assignment_id,
            attempt=submission.attempt,
            status=submission.status,
            late=submission.late,
            intent_at=submission.intent_at,
            submitted_at=submission.submitted_at,
            withdrawn_at=submission.withdrawn_at,
            receipt=submission.receipt,
            person=PersonOut.of(person),
            video=VideoOut.of(video, policy),
        )


class Abilities(BaseModel):
    """What the student can do now."""

    upload: bool
    submit: bool
    withdraw: bool


class MyWorkOut(BaseModel):
    """The student's home: everything the page needs to be right after a reload."""

    assignment: AssignmentOut
    video: VideoOut | None = Field(description="The draft, or the video of the current submission")
    submission: SubmissionOut | None = Field(description="The one that counts")
    attempts: list[SubmissionOut]
    attempts_left: int | None = Field(description="`null`: no limit")
    can: Abilities
    closed_reason: ClosedReason | None
    is_late_now: bool
    now: datetime = Field(description="The server's clock, for relative times")
