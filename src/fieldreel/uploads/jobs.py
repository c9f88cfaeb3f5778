"""What the clock and the command line call."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

import structlog

from fieldreel.db import Begin
from fieldreel.errors import FieldreelError, StreamError
from fieldreel.kit.clock import Clock
from fieldreel.stream.client import StreamClient
from fieldreel.uploads.service import Uploads
from fieldreel.videos import queries
from fieldreel.videos.models import VideoStatus

log = structlog.get_logger(__name__)

BATCH = 50  # one list call at Stream answers for all of them
LEASE = timedelta(minutes=2)


@dataclass
class ReconcileReport:
    """How many videos were looked at, and what each is now."""

    looked_at: int = 0
    failed: int = 0
    now: Counter[str] = field(default_factory=Counter)


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

    async def _claim(self) -> dict[UUID, tuple[str | None, VideoStatus]]:
        now = self._clock.now()
        async with self._begin() as session:
            videos = await queries.claim_due_checks(session, now, BATCH)
            for video in videos:
                video.next_check_at = now + LEASE
            return {video.id: (video.stream_uid, video.status) for video in videos}

    async def _batch(self, due: dict[UUID, tuple[str | None, VideoStatus]], report: ReconcileReport) -> None:
        uids = [uid for uid, _ in due.values() if uid is not None]
        seen = {video.uid: video for video in await self._stream.list_videos(uids=uids)} if uids else {}
        for video_id, (uid, status) in due.items():
            report.looked_at += 1
            try:
                if uid is None:
                    if status is VideoStatus.REQUESTED:
                        await self._uploads.abandon_unanswered(video_id)
                elif uid in seen:
                    report.now[(await self._uploads.take_over(video_id, seen[uid])).status] += 1
                else:  # missing in a list is not yet gone: only a 404 of its own says so
                    report.now[(await self._uploads.confirm(video_id)).status] += 1
            except FieldreelError as error:
                report.failed += 1
                log.warning("reconcile_failed", video_id=str(video_id), reason=error.slug)
