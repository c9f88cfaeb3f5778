"""The clock of the background jobs: APScheduler ticks, PostgreSQL decides who runs.

Every replica ticks. The first to insert the row of a time slot runs the job in that slot; there is no lock to hold, so
it works behind transaction pooling too. The jobs themselves claim their rows with SKIP LOCKED: two runs that overlap do
no harm. APScheduler keeps no store: whoever dies, another replica has the next slot.
"""

import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import timedelta
from typing import Any

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from prometheus_client import Counter

from fieldreel.db import Database
from fieldreel.errors import FieldreelError
from fieldreel.kit.clock import Clock

log = structlog.get_logger(__name__)

JOB_RUNS = Counter("fieldreel_job_runs_total", "Runs of background jobs", ["job", "outcome"])

KEPT = timedelta(days=2)
_CLAIM = """
INSERT INTO job_slots (job, slot) VALUES ($1, date_bin($2::interval, $3::timestamptz, 'epoch'))
ON CONFLICT DO NOTHING RETURNING slot
"""
_FINISH = "UPDATE job_slots SET finished_at = $3, report = $4::jsonb WHERE job = $1 AND slot = $2"
_FORGET = "DELETE FROM job_slots WHERE slot < $1"


@dataclass(frozen=True, slots=True)
class Job:
    """Something to do every so often; `run` gives a report for the log."""

    name: str
    every: timedelta
    run: Callable[[], Awaitable[object]]


class Scheduler:
    """Runs `jobs` from `start` to `stop` inside the running event loop."""

    def __init__(self, *, database: Database, clock: Clock, jobs: Sequence[Job]) -> None:
        self._database = database
        self._clock = clock
        self._jobs = jobs
        self._ticker = AsyncIOScheduler(timezone="UTC")

    def start(self) -> None:
        """Begin to tick. A tick that comes while the job still runs is dropped."""
        for job in self._jobs:
            self._ticker.add_job(
                self.tick,
                "interval",
                args=[job],
                seconds=job.every.total_seconds(),
                id=job.name,
                max_instances=1,
                coalesce=True,
                misfire_grace_time=None,
            )
        self._ticker.start()

    def stop(self) -> None:
        """Stop ticking; what runs finishes on its own."""
        if self._ticker.running:
            self._ticker.shutdown(wait=False)

    async def tick(self, job: Job) -> None:
        """Run `job` if nobody has run it in this slot. A failure is logged; it never stops the ticking."""
        try:
            slot = await self._database.fetchrow(_CLAIM, job.name, job.every, self._clock.now())
            if slot is None:
                return
            report = _plain(await job.run())
            await self._database.fetchrow(_FINISH, job.name, slot["slot"], self._clock.now(), json.dumps(report))
        except FieldreelError as error:  # the database or a foreign service is away: the next slot comes anyway
            JOB_RUNS.labels(job.name, "put_off").inc()
            log.warning("job_put_off", job=job.name, reason=error.slug)
        except Exception:
            JOB_RUNS.labels(job.name, "failed").inc()
            log.exception("job_failed", job=job.name)
        else:
            JOB_RUNS.labels(job.name, "done").inc()
            if any(report.values()):
                log.info("job_done", job=job.name, report=report)

    async def forget_old_slots(self) -> None:
        """Delete the rows of slots long past."""
        await self._database.fetchrow(_FORGET, self._clock.now() - KEPT)


def _plain(report: object) -> dict[str, Any]:
    if is_dataclass(report) and not isinstance(report, type):
        return {field.name: getattr(report, field.name) for field in fields(report)}  # `asdict` breaks a Counter
    return {}
