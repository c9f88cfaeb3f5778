"""From the last byte to `ready` or `error`: two at a time, in threads, so that no request ever waits for a codec."""

import asyncio
import logging
import shutil
from datetime import timedelta
from pathlib import Path

import av.error

from fieldreel.emulators.stream.config import StreamEmulatorConfig, Switches
from fieldreel.emulators.stream.library import IN_PROCESS, Library, Video, as_json
from fieldreel.emulators.stream.media import REASONS, Probe, Progress, Unplayable, make_hls, probe
from fieldreel.emulators.stream.webhooks import Webhooks
from fieldreel.kit.clock import Clock

log = logging.getLogger("fieldreel.emulators.stream")
_GLANCE_SECONDS = 0.02


class Encoder:
    """Takes videos whose bytes are complete and walks them through their states.

    `pendingupload -> queued -> inprogress -> ready | error`
    """

    def __init__(
        self, config: StreamEmulatorConfig, switches: Switches, clock: Clock, library: Library, webhooks: Webhooks
    ) -> None:
        self._config, self._switches, self._clock = config, switches, clock
        self._library, self._webhooks = library, webhooks
        self._slots = asyncio.Semaphore(2)
        self._tasks: set[asyncio.Task[None]] = set()
        self._resumed = False

    def resume(self) -> None:
        """Take up once what a former process left unfinished."""
        if self._resumed:
            return
        self._resumed = True
        for video in self._library:
            if video.state in IN_PROCESS:
                self._start(video)

    def submit(self, video: Video) -> None:
        """Take a video whose last byte has arrived."""
        video.state, video.uploaded = "queued", self._clock.now()
        video.size = self._library.source(video).stat().st_size
        self._library.save(video)
        self._start(video)

    def _start(self, video: Video) -> None:
        task = asyncio.create_task(self._run(video))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, video: Video) -> None:
        while self._switches.stuck_in_queue:  # noqa: ASYNC110 - a switch is a plain value, and looked at only here
            await asyncio.sleep(_GLANCE_SECONDS)
        async with self._slots:
            try:
                await self._encode(video)
            except Unplayable as refused:
                self._fail(video, refused.code)
            except (OSError, av.error.FFmpegError):
                log.exception("the encoder stumbled over %s", video.uid)
                self._fail(video, "ERR_UNKNOWN")
        if self._library.find(video.uid) is video:
            self._webhooks.announce(as_json(video, self._config.media_url))

    async def _encode(self, video: Video) -> None:
        video.state, video.step, video.pct = "inprogress", "encoding", 0.0
        self._library.save(video)
        started, worked = self._clock.now(), [0.0]
        work = asyncio.create_task(asyncio.to_thread(self._work, video, lambda pct: worked.__setitem__(0, pct)))
        try:
            while not work.done() or self._clock.now() < started + timedelta(seconds=self._switches.encode_seconds):
                await asyncio.wait([work], timeout=_GLANCE_SECONDS)
                if work.done():
                    await asyncio.sleep(_GLANCE_SECONDS if self._switches.encode_seconds else 0)
                passed = (self._clock.now() - started).total_seconds()
                share = 100 * passed / self._switches.encode_seconds if self._switches.encode_seconds else 100.0
                video.pct = max(video.pct, min(99.0, share, 100.0 if work.done() else worked[0]))
            facts = await work
        finally:
            await asyncio.gather(work, return_exceptions=True)
        if self._switches.fail_with is not None:
            raise Unplayable(self._switches.fail_with)
        video.facts = facts
        video.duration, video.width, video.height = facts.duration, facts.width, facts.height
        video.state, video.step, video.pct = "ready", None, self._switches.ready_pct
        video.ready_at = self._clock.now()
        self._library.save(video)

    def _work(self, video: Video, progress: Progress) -> Probe:
        source, folder = self._library.source(video), self._library.folder(video) / "hls"
        facts = probe(source, video.max_duration_seconds)
        shutil.rmtree(folder, ignore_errors=True)
        make_hls(source, folder, facts, progress)
        return facts

    def _fail(self, video: Video, code: str) -> None:
        video.state, video.step, video.pct = "error", "encoding", min(video.pct, 39.0)
        video.error_code, video.error_text = code, REASONS[code]
        self._library.save(video)

    def hls_folder(self, video: Video) -> Path:
        """Where the playlists and segments of a ready video are."""
        return self._library.folder(video) / "hls"

    async def stop(self) -> None:
        """Give up what is being encoded; a restart takes it up again."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
