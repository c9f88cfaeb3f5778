"""Sending the scores that we owe. Every step may be our last one: the row always knows what comes next."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from fieldreel.audit.service import Audit, Event
from fieldreel.db import Begin
from fieldreel.errors import FieldreelError, ServiceUnavailable
from fieldreel.grading import queries
from fieldreel.grading.models import ScoreStatus
from fieldreel.grading.queries import OwedScore
from fieldreel.grading.schemas import NO_COLUMN
from fieldreel.kit.clock import Clock
from fieldreel.lti.ags import Ags, Gradebook, next_score_timestamp, score_body
from fieldreel.lti.errors import PlatformUnavailable, ScoreConflict, ServiceRefused
from fieldreel.lti.quirks import profile_for
from fieldreel.platforms.service import Platforms

log = structlog.get_logger(__name__)

BATCH = 10
LEASE = timedelta(minutes=2)
_PAUSES = tuple(timedelta(seconds=seconds) for seconds in (10, 30, 120, 600, 1800, 3600, 7200, 14_400, 43_200, 86_400))
_MOST_ATTEMPTS = 30


class DeliveryBroke(ServiceRefused):
    """A failure that we did not foresee; the log has it. Tried again, since the next version may mend it."""

    slug = FieldreelError.slug
    retryable = True


class NoGradebook(ServiceRefused):
    """The platform offered neither a line item nor a place to make one."""

    slug = NO_COLUMN


@dataclass
class DeliveryReport:
    """What became of the scores that were due."""

    sent: int = 0
    put_off: int = 0
    parked: int = 0


class Deliverer:
    """Sends due scores, one in flight per (line item, person); one that fails never holds up the next."""

    def __init__(self, *, begin: Begin, ags: Ags, clock: Clock, audit: Audit, platforms: Platforms) -> None:
        self._begin = begin
        self._ags = ags
        self._clock = clock
        self._audit = audit
        self._platforms = platforms

    async def run(self) -> DeliveryReport:
        """Send all that is due now."""
        report = DeliveryReport()
        silent: set[UUID] = set()
        while claimed := await self._claim():
            for score_id, lease_until in claimed:
                await self._deliver(score_id, lease_until, report, silent)
        return report

    async def _claim(self) -> list[tuple[UUID, datetime]]:
        now = self._clock.now()
        lease_until = now + LEASE
        async with self._begin() as session:
            claimed = await queries.claim_scores(session, now=now, lease_until=lease_until, batch=BATCH)
        return [(score_id, lease_until) for score_id in claimed]

    async def _deliver(self, score_id: UUID, lease_until: datetime, report: DeliveryReport, silent: set[UUID]) -> None:
        """Send one score. `silent`: registrations that did not answer in this run, not to be waited for again."""
        async with self._begin() as session:
            owed = await queries.get_owed_score(session, score_id, lease_until)
            if owed is None:
                return
            # Written before it is sent: whatever happens next, a later one will be later.
            timestamp = next_score_timestamp(self._clock.now(), owed.score.last_timestamp)
            owed.score.last_timestamp = timestamp
            owed.score.next_attempt_at = self._clock.now() + LEASE
        try:
            await self._send(owed, timestamp, silent)
        except ServiceRefused as error:
            if isinstance(error, PlatformUnavailable) and error.status_code is None:
                silent.add(owed.deployment.registration_id)
            await self._note_failure(owed, error, report)
        except ServiceUnavailable:  # our own database: nothing can be noted, nobody can go on
            raise
        except Exception:
            log.exception("delivery_broke", score_id=str(score_id))
            await self._note_failure(owed, DeliveryBroke(), report)
        else:
            await self._note_success(owed, report)

    async def _send(self, owed: OwedScore, timestamp: datetime, silent: set[UUID]) -> None:
        if owed.deployment.registration_id in silent:
            raise PlatformUnavailable
        gradebook = Gradebook(
            platform=await self._platforms.get_protocol(owed.deployment.registration_id),
            deployment_id=owed.deployment.deployment_id,
            profile=profile_for(owed.product_family),
        )
        line_item_url = owed.assignment.line_item_url or await self._make_column(owed, gradebook)
        points = None if owed.grade.points is None else float(owed.grade.points)
        graded = points is not None
        body = score_body(
            gradebook.profile,
            user_id=owed.learner.sub,
            timestamp=timestamp,
            activity_progress="Completed" if graded else "Submitted",
            grading_progress="FullyGraded" if graded else "PendingManual",
            score_given=points,  # without one, the platform clears its own
            score_maximum=float(owed.grade.points_max),
            comment=self._comment(owed, gradebook),
            scoring_user_id=owed.grader.sub,
            submitted_at=owed.submission.submitted_at,
        )
        await self._ags.post_score(gradebook, line_item_url, body)

    @staticmethod
    def _comment(owed: OwedScore, gradebook: Gradebook) -> str | None:
        unchanged = owed.score.last_comment == owed.grade.comment
        return None if gradebook.profile.appends_comments and unchanged else owed.grade.comment

    async def _make_column(self, owed: OwedScore, gradebook: Gradebook) -> str:
        if owed.assignment.line_items_url is None:
            raise NoGradebook
        line_item_url = await self._ags.find_or_create_line_item(
            gradebook,
            owed.assignment.line_items_url,
            label=owed.assignment.title,
            score_maximum=float(owed.grade.points_max),
            resource_id=str(owed.assignment.id),
            resource_link_id=owed.assignment.resource_link_id,
        )
        async with self._begin() as session:
            await queries.store_line_item(session, owed.assignment.id, line_item_url)
        return line_item_url

    async def _note_success(self, owed: OwedScore, report: DeliveryReport) -> None:
        now = self._clock.now()
        async with self._begin() as session:
            score = await queries.lock_score(session, owed.score.id)
            if score is None:
                return
            score.sent_at, score.last_error, score.last_comment = now, None, owed.grade.comment
            if score.wanted == owed.score.wanted:
                score.status, score.attempts = ScoreStatus.SENT, 0
            await self._audit.record(session, Event.SCORE_SENT, **_whose(owed))
        report.sent += 1

    async def _note_failure(self, owed: OwedScore, error: ServiceRefused, report: DeliveryReport) -> None:
        """Put off what can succeed later, park what needs a person.

        A conflict is tried once more with a later timestamp: the platform's clock, or a teacher's hand, was ahead.
        """
        now = self._clock.now()
        first_conflict = isinstance(error, ScoreConflict) and owed.score.last_error != error.slug
        again = (error.retryable or first_conflict) and owed.score.attempts < _MOST_ATTEMPTS
        async with self._begin() as session:
            score = await queries.lock_score(session, owed.score.id)
            if score is None:
                return
            if score.wanted == owed.score.wanted:
                score.last_error = error.slug
                score.status = ScoreStatus.DUE if again else ScoreStatus.PARKED
                score.next_attempt_at = now + self._pause(owed.score.attempts, error, first_conflict=first_conflict)
            await self._audit.record(session, Event.SCORE_FAILED, **_whose(owed), reason=error.slug, again=again)
        log.warning("score_not_delivered", reason=error.slug, again=again, status_code=error.status_code)
        if again:
            report.put_off += 1
        else:
            report.parked += 1

    @staticmethod
    def _pause(attempts: int, error: ServiceRefused, *, first_conflict: bool) -> timedelta:
        if first_conflict:
            return timedelta(seconds=1)
        if error.retry_after_seconds is not None:
            return timedelta(seconds=min(max(error.retry_after_seconds, 1), 86_400))
        pause = _PAUSES[min(attempts, len(_PAUSES)) - 1]
        return pause * random.uniform(0.8, 1.2)  # noqa: S311 - spreads retries, hides nothing


def _whose(owed: OwedScore) -> dict[str, UUID]:
    return {
        "deployment_id": owed.deployment.id,
        "assignment_id": owed.assignment.id,
        "submission_id": owed.submission.id,
    }
