"""Rules of one assignment, with the defaults filled in. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from fieldreel.courses.models import Assignment
from fieldreel.settings import AssignmentDefaults

# Containers on Cloudflare Stream's list of inputs. WMV and OGG are not on it, whatever other documentation says.
ACCEPTED_EXTENSIONS = (
    ".mp4", ".m4v", ".mov", ".qt", ".mkv", ".webm", ".avi", ".flv", ".ts", ".m2ts", ".mts", ".mpg", ".mpeg",
    ".ps", ".vob", ".mxf", ".lxf", ".gxf", ".3gp", ".3g2",
)  # fmt: skip


class ClosedReason(StrEnum):
    """Why nothing can be handed in now."""

    NOT_OPEN = "not_open"
    CLOSED = "closed"
    ATTEMPTS_USED = "attempts_used"
    GRADED = "graded"


@dataclass(frozen=True, slots=True)
class Policy:
    """What holds for one assignment now. Bytes, seconds and days; times aware UTC."""

    points_max: Decimal
    opens_at: datetime | None
    due_at: datetime | None
    closes_at: datetime | None
    max_bytes: int
    max_duration_seconds: int
    attempts_allowed: int | None
    retention_days: int
    grace: timedelta

    def closed_reason(self, now: datetime, *, intent_at: datetime | None = None) -> ClosedReason | None:
        """Why handing in is closed at `now`; an upload begun in time (`intent_at`) has the grace to finish."""
        if self.opens_at is not None and now < self.opens_at:
            return ClosedReason.NOT_OPEN
        if self.closes_at is not None and now > self._limit(self.closes_at, intent_at):
            return ClosedReason.CLOSED
        return None

    def is_late(self, submitted_at: datetime, *, intent_at: datetime | None = None) -> bool:
        """Whether a hand-in at `submitted_at` is late: an upload begun before the due time has the grace to finish."""
        return self.due_at is not None and submitted_at > self._limit(self.due_at, intent_at)

    def delete_after(self, uploaded_at: datetime) -> datetime:
        """When the bytes of a video received at `uploaded_at` are due to be deleted."""
        return uploaded_at + timedelta(days=self.retention_days)

    def _limit(self, at: datetime, intent_at: datetime | None) -> datetime:
        return at + self.grace if intent_at is not None and intent_at <= at else at


def policy_of(assignment: Assignment, defaults: AssignmentDefaults) -> Policy:
    """The assignment's own settings, and the service's defaults where it has none."""
    return Policy(
        points_max=assignment.points_max,
        opens_at=assignment.opens_at,
        due_at=assignment.due_at,
        closes_at=assignment.closes_at,
        max_bytes=assignment.max_bytes or defaults.max_bytes,
        max_duration_seconds=assignment.max_duration_seconds or defaults.max_duration_seconds,
        attempts_allowed=assignment.attempts_allowed,
        retention_days=assignment.retention_days or defaults.retention_days,
        grace=timedelta(minutes=defaults.grace_minutes),
    )
