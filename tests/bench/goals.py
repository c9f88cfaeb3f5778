"""The goals, the verdict on what was measured, and the table."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from statistics import median
from typing import Final


class Verdict(StrEnum):
    """`missed` is for people to look at; only `ALARM` fails a run."""

    OK = "ok"
    MISSED = "missed"
    ALARM = "ALARM"


@dataclass(slots=True)
class Goal:
    """One number that must stay on the good side of `wanted`, and by all means of `alarm`.

    Attributes:
        at_least: whether more is better; otherwise less is.
        measured: one value per round.
    """

    name: str
    what: str
    wanted: float
    alarm: float
    at_least: bool = False
    measured: list[float] = field(default_factory=list)

    @property
    def verdict(self) -> Verdict:
        """On the median of the rounds."""
        if not self._good(self.alarm):
            return Verdict.ALARM
        return Verdict.OK if self._good(self.wanted) else Verdict.MISSED

    def _good(self, border: float) -> bool:
        found = median(self.measured)
        return found >= border if self.at_least else found <= border

    @property
    def row(self) -> tuple[str, ...]:
        """Its line of the table."""
        span = f"{min(self.measured):.2f} to {max(self.measured):.2f}" if len(self.measured) > 1 else "counted"
        sign = "≥" if self.at_least else "≤"
        return (self.name, self.what, f"{median(self.measured):.2f}", span, f"{sign} {self.wanted:.2f}", self.verdict)


@dataclass(slots=True)
class Goals:
    """P1: the launch. P3: what it costs elsewhere. P4: the playback token."""

    launch: Goal = field(
        default_factory=lambda: Goal("P1", "login + launch, all writes: CPU ÷ floor", wanted=1.5, alarm=2.0)
    )
    round_trips: Goal = field(
        default_factory=lambda: Goal("P3", "SQL round trips per login + launch", wanted=2.0, alarm=2.0)
    )
    outbound: Goal = field(
        default_factory=lambda: Goal("P3", "HTTP requests out, key set known", wanted=0.0, alarm=0.0)
    )
    fresh: Goal = field(
        default_factory=lambda: Goal("P4", "playback token, signed: CPU ÷ floor", wanted=1.5, alarm=2.0)
    )
    of_limit: Goal = field(
        default_factory=lambda: Goal(
            "P4", "playback token, signed: rate ÷ RSA limit", wanted=0.22, alarm=0.15, at_least=True
        )
    )
    reused: Goal = field(
        default_factory=lambda: Goal("P4", "playback token, used again: CPU ÷ floor", wanted=0.75, alarm=2.0)
    )

    def __iter__(self) -> Iterator[Goal]:
        return iter((self.launch, self.round_trips, self.outbound, self.fresh, self.of_limit, self.reused))


_HEAD: Final = ("goal", "ratio", "median", "rounds", "wanted", "verdict")


def table(goals: Sequence[Goal]) -> str:
    """The goals as text, columns aligned."""
    rows = [_HEAD, *(goal.row for goal in goals)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join((lines[0], "-" * len(lines[0]), *lines[1:]))
