"""A whole run: warm up, count, measure in interleaved rounds, judge."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Self

from tests.bench import rounds
from tests.bench.costs import Costs
from tests.bench.goals import Goal, Goals
from tests.bench.platform import Platform
from tests.bench.processes import Cores
from tests.bench.stage import Stage
from tests.bench.wire import CountingRelay

from fieldreel.kit import ids
from fieldreel.kit.postgres import EmbeddedPostgres

PEOPLE = 400
WARM_UP = 64
COUNTED = 50


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured."""

    rounds: int = 7
    launches: int = 600
    tokens: int = 600

    @classmethod
    def quick(cls) -> Self:
        """Enough to see that it works."""
        return cls(rounds=3, launches=96, tokens=96)


@dataclass(frozen=True, slots=True)
class Report:
    """What came out."""

    goals: Sequence[Goal]
    notes: str


async def run(plan: Plan, postgres: EmbeddedPostgres, folder: Path) -> Report:
    """Measure everything; about two minutes."""
    goals = Goals()
    async with Platform() as platform:
        stage = Stage.new(folder, postgres, platform, Cores.available())
        await stage.prepare()
        await _count(stage, goals)
        notes = await _measure(plan, stage, goals)
    return Report(list(goals), notes)


async def _count(stage: Stage, goals: Goals) -> None:
    """P3, exactly, on a server whose way to PostgreSQL leads through the relay."""
    async with CountingRelay(stage.folder / "relay", stage.postgres.socket_folder) as relay:
        ours = stage.fieldreel("counted", relay.folder)
        with ours.server:
            people = range(COUNTED)
            await rounds.one_by_one(ours, stage.platform, people)
            round_trips, outbound = relay.round_trips, stage.platform.requests
            await rounds.one_by_one(ours, stage.platform, people)
            goals.round_trips.measured.append((relay.round_trips - round_trips) / COUNTED)
            goals.outbound.measured.append(stage.platform.requests - outbound)


async def _measure(plan: Plan, stage: Stage, goals: Goals) -> str:
    """P1 and P4, round by round; gives what the ratios were made of."""
    with ExitStack() as stack:
        ours = stage.fieldreel()
        stack.enter_context(ours.server)
        floor = stage.floor()
        stack.enter_context(floor.server)
        (shell,) = await rounds.one_by_one(ours, stage.platform, [PEOPLE])
        config = ours.config(shell)
        ours.session_token = config["session_token"]
        videos = [ids.uuid7() for _ in range(WARM_UP + plan.rounds * plan.tokens)]
        await stage.add_videos(videos, config)
        warm, unwatched = videos[:WARM_UP], iter(videos[WARM_UP:])
        for target in (ours, floor):
            await rounds.launches(target, stage.platform, range(PEOPLE))
            await rounds.playback(target, warm)

        costs = Costs()
        for number in range(plan.rounds):
            people = [(number * plan.launches + index) % PEOPLE for index in range(plan.launches)]
            fresh = list(islice(unwatched, plan.tokens))
            for target in (ours, floor) if number % 2 else (floor, ours):
                login, launch = await rounds.launches(target, stage.platform, people)
                token = await rounds.playback(target, fresh)
                costs.of(target).add(login=login, launch=launch, token=token)
            costs.reused.append(await rounds.playback(ours, warm[:1] * plan.tokens))
            costs.signature.append(1 / await rounds.signatures_per_second(stage.cores.server))
    costs.judge(goals)
    return costs.text
