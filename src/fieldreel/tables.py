"""Every table of ours, imported in one place: what Alembic compares with the database."""

from fieldreel.audit.models import AuditEvent
from fieldreel.courses.models import Assignment, Context, Enrolment, Person
from fieldreel.db import Base, JobSlot
from fieldreel.grading.models import Grade, Score
from fieldreel.launches.models import Launch, OidcState
from fieldreel.platforms.models import Deployment, Registration, ToolKey
from fieldreel.submissions.models import Submission
from fieldreel.videos.models import Video

__all__ = [
    "Assignment",
    "AuditEvent",
    "Base",
    "Context",
    "Deployment",
    "Enrolment",
    "Grade",
    "JobSlot",
    "Launch",
    "OidcState",
    "Person",
    "Registration",
    "Score",
    "Submission",
    "ToolKey",
    "Video",
]
