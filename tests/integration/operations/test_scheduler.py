"""Periodic jobs: once per slot over all replicas, and no failure stops the next."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from tests.logs import Log, captured_log

from fieldreel.db import Database
from fieldreel.errors import ServiceUnavailable
from fieldreel.kit.clock import ShiftedClock
from fieldreel.scheduler import KEPT, Job, Scheduler

MINUTE = timedelta(minutes=1)


@dataclass
class Report:
    """What a job says that it did."""

    done: int = 0
    now: Counter[str] = field(default_factory=Counter)


class Work:
    """A job that counts its runs and fails on order."""

    def __init__(self, clock: ShiftedClock) -> None:
        self.runs = 0
        self.failure: Exception | None = None
        self.clock = clock

    async def __call__(self) -> Report:
        self.runs += 1
        if self.failure is not None:
            raise self.failure
        return Report(done=self.runs, now=Counter(ready=2))


@pytest.fixture(autouse=True)
def log() -> Iterator[Log]:
    with captured_log() as captured:
        yield captured


@pytest.fixture
def clock() -> ShiftedClock:
    """A clock at the first second of a minute, so that no test runs over the edge of a slot."""
    clock = ShiftedClock()
    now = clock.now()
    clock.advance(now.replace(second=1, microsecond=0) + MINUTE - now)
    return clock


@pytest.fixture
def work(clock: ShiftedClock) -> Work:
    return Work(clock)


@pytest.fixture
async def databases(database_url: str) -> AsyncIterator[tuple[Database, Database]]:
    """Two replicas' connections to one database."""
    both = Database(database_url, pool_size=2), Database(database_url, pool_size=2)
    yield both
    for database in both:
        await database.close()


async def slots(database: Database) -> list[Any]:
    async with database.begin() as session:
        return list((await session.execute(text("SELECT * FROM job_slots ORDER BY slot"))).mappings())


async def test_of_two_replicas_one_runs_the_job_of_a_slot(
    databases: tuple[Database, Database], clock: ShiftedClock, work: Work
) -> None:
    job = Job("sweep", MINUTE, work)
    replicas = [Scheduler(database=database, clock=clock, jobs=[job]) for database in databases]
    await asyncio.gather(*(replica.tick(job) for replica in replicas * 3))
    assert work.runs == 1
    clock.advance(MINUTE)
    await asyncio.gather(*(replica.tick(job) for replica in replicas))
    assert work.runs == 2
    assert len(await slots(databases[0])) == 2


async def test_two_jobs_do_not_take_each_others_slots(
    databases: tuple[Database, Database], clock: ShiftedClock, work: Work
) -> None:
    scheduler = Scheduler(database=databases[0], clock=clock, jobs=[])
    await scheduler.tick(Job("sweep", MINUTE, work))
    await scheduler.tick(Job("reconcile", MINUTE, work))
    assert work.runs == 2


async def test_what_a_job_did_stands_in_its_slot_and_in_the_log(
    databases: tuple[Database, Database], clock: ShiftedClock, work: Work, log: Log
) -> None:
    await Scheduler(database=databases[0], clock=clock, jobs=[]).tick(Job("sweep", MINUTE, work))
    (slot,) = await slots(databases[0])
    assert (slot["job"], slot["report"]) == ("sweep", {"done": 1, "now": {"ready": 2}})
    assert slot["slot"] <= slot["finished_at"] < slot["slot"] + MINUTE
    (line,) = log.events("job_done")
    assert (line["job"], line["report"]) == ("sweep", {"done": 1, "now": {"ready": 2}})


@pytest.mark.parametrize(
    ("failure", "event"), [(ZeroDivisionError(), "job_failed"), (ServiceUnavailable(), "job_put_off")]
)
async def test_a_job_that_fails_runs_again_in_the_next_slot_and_stops_nobody(
    databases: tuple[Database, Database],
    clock: ShiftedClock,
    work: Work,
    log: Log,
    failure: Exception,
    event: str,
) -> None:
    scheduler = Scheduler(database=databases[0], clock=clock, jobs=[])
    other = Work(clock)
    work.failure = failure
    await scheduler.tick(Job("sweep", MINUTE, work))
    await scheduler.tick(Job("reconcile", MINUTE, other))
    assert (work.runs, other.runs) == (1, 1)
    assert len(log.events(event)) == 1
    (slot,) = [slot for slot in await slots(databases[0]) if slot["job"] == "sweep"]
    assert slot["finished_at"] is None
    work.failure = None
    clock.advance(MINUTE)
    await scheduler.tick(Job("sweep", MINUTE, work))
    assert work.runs == 2


async def test_a_database_that_is_away_is_noted_and_the_ticking_goes_on(
    clock: ShiftedClock, work: Work, log: Log
) -> None:
    nowhere = Database("postgresql+asyncpg://nobody@127.0.0.1:1/nothing", pool_size=2)
    await Scheduler(database=nowhere, clock=clock, jobs=[]).tick(Job("sweep", MINUTE, work))
    assert work.runs == 0
    (line,) = log.events("job_put_off")
    assert (line["job"], line["reason"]) == ("sweep", "service.unavailable")


async def test_it_ticks_by_itself_until_it_is_stopped(
    databases: tuple[Database, Database], clock: ShiftedClock, work: Work
) -> None:
    scheduler = Scheduler(database=databases[0], clock=clock, jobs=[Job("sweep", timedelta(seconds=0.05), work)])
    scheduler.start()
    async with asyncio.timeout(10):
        while work.runs < 2:  # noqa: ASYNC110 - the ticker has no event
            await asyncio.sleep(0.02)
    scheduler.stop()
    await asyncio.sleep(0.2)
    runs = work.runs
    await asyncio.sleep(0.2)
    assert work.runs == runs


async def test_old_slots_are_forgotten(databases: tuple[Database, Database], clock: ShiftedClock, work: Work) -> None:
    scheduler = Scheduler(database=databases[0], clock=clock, jobs=[])
    await scheduler.tick(Job("sweep", MINUTE, work))
    clock.advance(KEPT - MINUTE)
    await scheduler.forget_old_slots()
    assert len(await slots(databases[0])) == 1
    clock.advance(2 * MINUTE)
    await scheduler.forget_old_slots()
    assert await slots(databases[0]) == []
