"""Open, late, in grace, closed: to the second."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from fieldreel.assignments.policy import ClosedReason, Policy, policy_of
from fieldreel.courses.models import Assignment
from fieldreel.settings import AssignmentDefaults

SECOND = timedelta(seconds=1)
OPENS = datetime(2026, 11, 1, 9, 0, tzinfo=UTC)
DUE = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)
CLOSES = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)
GRACE = timedelta(minutes=60)
POLICY = Policy(
    points_max=Decimal(100),
    opens_at=OPENS,
    due_at=DUE,
    closes_at=CLOSES,
    max_bytes=1,
    max_duration_seconds=1,
    attempts_allowed=None,
    retention_days=90,
    grace=GRACE,
)


@pytest.mark.parametrize(
    ("now", "reason"),
    [
        (OPENS - SECOND, ClosedReason.NOT_OPEN),
        (OPENS, None),
        (CLOSES, None),
        (CLOSES + SECOND, ClosedReason.CLOSED),
    ],
)
def test_it_is_open_from_the_first_to_the_last_second(now: datetime, reason: ClosedReason | None) -> None:
    assert POLICY.closed_reason(now) is reason


@pytest.mark.parametrize(
    ("intent_at", "now", "reason"),
    [
        (CLOSES, CLOSES + GRACE, None),
        (CLOSES, CLOSES + GRACE + SECOND, ClosedReason.CLOSED),
        (CLOSES + SECOND, CLOSES + SECOND, ClosedReason.CLOSED),
        (CLOSES - GRACE, CLOSES + GRACE, None),
    ],
)
def test_an_upload_begun_in_time_has_the_grace_to_finish(
    intent_at: datetime, now: datetime, reason: ClosedReason | None
) -> None:
    assert POLICY.closed_reason(now, intent_at=intent_at) is reason


def test_grace_does_not_open_an_assignment_early() -> None:
    assert POLICY.closed_reason(OPENS - SECOND, intent_at=OPENS - GRACE) is ClosedReason.NOT_OPEN


@pytest.mark.parametrize(
    ("intent_at", "submitted_at", "late"),
    [
        (None, DUE, False),
        (None, DUE + SECOND, True),
        (DUE, DUE + GRACE, False),
        (DUE, DUE + GRACE + SECOND, True),
        (DUE + SECOND, DUE + SECOND, True),
    ],
)
def test_lateness_counts_from_the_intent_while_the_grace_lasts(
    intent_at: datetime | None, submitted_at: datetime, late: bool
) -> None:
    assert POLICY.is_late(submitted_at, intent_at=intent_at) is late


def test_without_dates_it_is_always_open_and_never_late() -> None:
    free = replace(POLICY, opens_at=None, due_at=None, closes_at=None)
    assert free.closed_reason(DUE) is None
    assert not free.is_late(DUE)


def test_what_the_assignment_leaves_open_the_defaults_decide() -> None:
    defaults = AssignmentDefaults(max_bytes=7, max_duration_seconds=8, grace_minutes=9, retention_days=10)
    bare = policy_of(Assignment(points_max=Decimal(5)), defaults)
    assert (bare.max_bytes, bare.max_duration_seconds, bare.retention_days) == (7, 8, 10)
    assert bare.grace == timedelta(minutes=9)
    own = policy_of(
        Assignment(points_max=Decimal(5), max_bytes=70, max_duration_seconds=80, retention_days=100), defaults
    )
    assert (own.max_bytes, own.max_duration_seconds, own.retention_days) == (70, 80, 100)


def test_bytes_are_deleted_whole_days_after_they_came() -> None:
    assert POLICY.delete_after(DUE) == DUE + timedelta(days=90)
