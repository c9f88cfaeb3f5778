"""The API's budget of calls: 1,200 in five minutes, and then nothing until the block ends."""

import math
from datetime import datetime, timedelta

from fieldreel.emulators.stream.config import Switches
from fieldreel.emulators.stream.wire import RATE_LIMITED, Refusal
from fieldreel.kit.clock import Clock


class RateLimiter:
    """Counts calls in fixed windows; the first call over the quota blocks all calls for one whole window more."""

    def __init__(self, window_seconds: int, switches: Switches, clock: Clock) -> None:
        self._window, self._switches, self._clock = timedelta(seconds=window_seconds), switches, clock
        self.reset()

    def reset(self) -> None:
        """Begin a new window."""
        self.calls = 0
        self._used = 0
        self._ends: datetime | None = None
        self._blocked_until: datetime | None = None

    def count(self) -> None:
        """Take one call from the budget.

        Raises:
            Refusal: 429 with `retry-after` in whole seconds, rounded up.
        """
        now = self._clock.now()
        self.calls += 1
        if self._blocked_until is not None and now >= self._blocked_until:
            self._blocked_until, self._ends = None, None
        if self._ends is None or now >= self._ends:
            self._ends, self._used = now + self._window, 0
        self._used += 1
        if self._used > self._switches.rate_limit_calls and self._blocked_until is None:
            self._blocked_until = self._ends = now + self._window
        if self._blocked_until is not None:
            wait = math.ceil((self._blocked_until - now).total_seconds())
            raise Refusal(429, RATE_LIMITED, "Rate limited: too many requests", {"retry-after": str(wait)})

    def headers(self) -> dict[str, str]:
        """`Ratelimit` and `Ratelimit-Policy`, as every answer of the API carries them."""
        quota, now = self._switches.rate_limit_calls, self._clock.now()
        left = max(0, quota - self._used)
        seconds = max(0, math.ceil((self._ends - now).total_seconds())) if self._ends else 0
        window = int(self._window.total_seconds())
        return {"Ratelimit": f'"default";r={left};t={seconds}', "Ratelimit-Policy": f'"default";q={quota};w={window}'}
