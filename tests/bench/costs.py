"""CPU seconds per request, round by round, and the ratios between them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from tests.bench.goals import Goals
from tests.bench.targets import Fieldreel, Target


@dataclass(slots=True)
class SideCosts:
    """Of one side, one value per round."""

    login: list[float] = field(default_factory=list)
    launch: list[float] = field(default_factory=list)
    token: list[float] = field(default_factory=list)

    def add(self, *, login: float, launch: float, token: float) -> None:
        """What one round found."""
        self.login.append(login)
        self.launch.append(launch)
        self.token.append(token)

    @property
    def pair(self) -> list[float]:
        """Login and launch together."""
        return [login + launch for login, launch in zip(self.login, self.launch, strict=True)]


@dataclass(slots=True)
class Costs:
    """Of both sides, of a token used again, and of a bare RSA signature."""

    ours: SideCosts = field(default_factory=SideCosts)
    floor: SideCosts = field(default_factory=SideCosts)
    reused: list[float] = field(default_factory=list)
    signature: list[float] = field(default_factory=list)

    def of(self, target: Target) -> SideCosts:
        """The costs of the side that `target` stands for."""
        return self.ours if isinstance(target, Fieldreel) else self.floor

    def judge(self, goals: Goals) -> None:
        """Put the ratios of each round into the goals."""
        goals.launch.measured += _ratios(self.ours.pair, self.floor.pair)
        goals.fresh.measured += _ratios(self.ours.token, self.floor.token)
        goals.of_limit.measured += _ratios(self.signature, self.ours.token)
        goals.reused.measured += _ratios(self.reused, self.floor.token)

    @property
    def text(self) -> str:
        """Medians in microseconds, for this machine and this hour only."""
        rows: dict[str, tuple[Sequence[float], Sequence[float] | None]] = {
            "login": (self.ours.login, self.floor.login),
            "launch": (self.ours.launch, self.floor.launch),
            "token": (self.ours.token, self.floor.token),
            "token used again": (self.reused, None),
            "RSA signature": (self.signature, None),
        }
        shown = (
            f"{name} {_us(ours)}{f' (floor {_us(floor)})' if floor else ''}" for name, (ours, floor) in rows.items()
        )
        return f"CPU µs, this machine only: {', '.join(shown)}"


def _ratios(these: Sequence[float], those: Sequence[float]) -> list[float]:
    return [this / that for this, that in zip(these, those, strict=True)]


def _us(seconds: Sequence[float]) -> int:
    return round(median(seconds) * 1e6)
