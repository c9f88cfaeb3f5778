"""Clocks give aware UTC, and one of them can be moved."""

from datetime import UTC, datetime, timedelta

from fieldreel.kit.clock import ShiftedClock, SystemClock


def test_the_system_clock_is_aware_and_in_utc() -> None:
    assert SystemClock().now().tzinfo is UTC
    assert abs(SystemClock().now() - datetime.now(UTC)) < timedelta(seconds=5)


def test_a_shifted_clock_goes_on_from_where_it_was_moved_to() -> None:
    clock = ShiftedClock(timedelta(days=1))
    clock.advance(timedelta(hours=2))
    ahead = clock.now() - datetime.now(UTC)
    assert abs(ahead - timedelta(days=1, hours=2)) < timedelta(seconds=5)
