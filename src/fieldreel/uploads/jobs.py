"""What the clock and the command line call."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from fieldreel.db import Begin
from fieldreel.errors import FieldreelError, StreamError
from fieldreel.kit.clock import Clock
from fieldreel.stream.client import StreamClient
from fieldreel.uploads.service import Uploads
from fieldreel.videos import queries

log = structlog.get_logger(__name__)

BATCH = 50  # one list call at Stream answers for all of them
LEASE = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Due:
    """One claimed look: our id, Stream's if it ever answered, and the `next_check_at` that marks the claim."""

    video_id: UUID
    uid: str | None
    claim: datetime


@dataclass
class ReconcileReport:
    """How many videos were looked at, and what each is now."""

    looked_at: int = 0
    failed: int = 0
    now: dict[str, int] = field(default_factory=dict)

    def saw(self, status: str) -> None:
        """Count one video that is `status` now."""
        self.now[status] = self.now.get(status, 0) + 1


class Reconciler:
    """Looks after videos on their way when neither the browser nor the webhook brings news."""

    def __init__(self, *, begin: Begin, stream: StreamClient, uploads: Uploads, clock: Clock) -> None:
        self._begin = begin
        self._stream = stream
        self._uploads = uploads
        self._clock = clock

    async def run(self) -> ReconcileReport:
        """One pass over all that is due. A video that cannot be looked at is logged and comes again; the rest go on."""
        report = ReconcileReport()
        while due := await self._claim():
            try:
                await self._batch(due, report)
            except StreamError as error:
                log.warning("reconcile_stopped", reason=error.slug)
                report.failed += len(due)
                break
        return report

    async def _claim(self) -> list[Due]:
        now = self._clock.now()
        async with self._begin() as session:
            videos = await queries.claim_due_checks(session, now, BATCH)
            for video in videos:
                video.next_check_at = now + LEASE
            return [Due(video.id, video.stream_uid, now + LEASE) for video in videos]

    async def _batch(self, due: list[Due], report: ReconcileReport) -> None:
        uids = [one.uid for one in due if one.uid is not None]
        seen = {video.uid: video for video in await self._stream.list_videos(uids=uids)}
        for one in due:
            report.looked_at += 1
            try:
                if one.uid is None:
                    await self._uploads.settle_unanswered(one.video_id, one.claim)
                elif one.uid in seen:
                    report.saw((await self._uploads.take_over(one.video_id, seen[one.uid])).status)
                else:  # missing in a list is not yet gone: only a 404 of its own says so
                    report.saw((await self._uploads.confirm(one.video_id)).status)
            except FieldreelError as error:
                report.failed += 1
                log.warning("reconcile_failed", video_id=str(one.video_id), reason=error.slug)
