"""The composition root's first half: everything that lives as long as the process, made from settings.

`app.py` puts routes around it, `cli.py` calls its jobs. Nothing else constructs collaborators.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from fieldreel.assignments.service import Assignments
from fieldreel.audit.service import Audit
from fieldreel.db import Database
from fieldreel.grading.jobs import Deliverer
from fieldreel.grading.service import Grading
from fieldreel.kit.clock import Clock, ShiftedClock, SystemClock
from fieldreel.kit.crypto import Sealer, new_key
from fieldreel.kit.http import new_client
from fieldreel.launches.pages import LaunchPages
from fieldreel.launches.service import Launches
from fieldreel.launches.session_tokens import SessionTokens
from fieldreel.lti.ags import Ags
from fieldreel.lti.keysets import KeySets
from fieldreel.lti.service_tokens import ServiceTokens
from fieldreel.platforms.keyring import ToolKeyring
from fieldreel.platforms.service import Platforms
from fieldreel.playback.service import Playback
from fieldreel.retention.jobs import Sweeper
from fieldreel.review.service import Review
from fieldreel.scheduler import Job, Scheduler
from fieldreel.settings import Settings
from fieldreel.stream.client import StreamClient
from fieldreel.stream.signing import PlaybackSigner
from fieldreel.submissions.service import Submissions
from fieldreel.uploads.jobs import Reconciler
from fieldreel.uploads.service import Uploads
from fieldreel.uploads.webhook import StreamWebhook
from fieldreel.videos.service import Videos
from fieldreel.web.pages import SinglePageApp

# In development everything but uploads works without an account; Cloudflare refuses this one in clear words.
NO_TOKEN = "none"  # noqa: S105 - it opens nothing


@dataclass(frozen=True)
class Outside:
    """What tests put in place of the world: transports instead of the network, a clock that they can move."""

    stream: httpx.AsyncBaseTransport | None = None
    platform: httpx.AsyncBaseTransport | None = None
    clock: Clock | None = None


class Parts:
    """One process's collaborators. Close it when done."""

    def __init__(self, settings: Settings, database_url: str, outside: Outside | None = None) -> None:
        """Make everything; nothing connects before it is used.

        Args:
            settings: read and checked.
            database_url: where PostgreSQL is (embedded or not).
            outside: replaces the world, for tests.

        Raises:
            SigningKeyUnusable: the playback signing key cannot sign.
        """
        outside = outside or Outside()
        self.settings = settings
        self.clock = outside.clock or _clock(settings)
        self.database = Database(database_url, pool_size=settings.database_pool)
        self.sealer = Sealer(settings.secret_keys or (development_key(settings.data_folder),))
        self._stream_http = new_client(transport=outside.stream)
        self._platform_http = new_client(transport=outside.platform)
        begin = self.database.begin

        self.audit = Audit(self.clock)
        self.platforms = Platforms(begin, self.sealer, self.clock, require_https=settings.production)
        self.keyring = ToolKeyring(begin, self.sealer, self.clock)
        self.session_tokens = SessionTokens(self.sealer.derive("session-token"), self.clock, issuer=settings.public_url)
        self.launches = Launches(
            self.database,
            self.clock,
            self.platforms,
            KeySets(self._platform_http, self.clock),
            self.session_tokens,
            public_url=settings.public_url,
            session_life=timedelta(hours=settings.session_hours),
        )
        self.launch_pages = LaunchPages(SinglePageApp(), stream_sources=_stream_sources(settings))
        self.stream = StreamClient(
            self._stream_http,
            account_id=settings.stream.account_id,
            api_token=settings.stream.api_token.get_secret_value() or NO_TOKEN,
            base_url=settings.stream.base_url,
            upload_hosts=settings.stream.upload_hosts,
            clock=self.clock,
        )
        self.assignments = Assignments(defaults=settings.defaults, audit=self.audit)
        self.videos = Videos(clock=self.clock, audit=self.audit, assignments=self.assignments)
        self.submissions = Submissions(clock=self.clock, audit=self.audit, assignments=self.assignments)
        self.uploads = Uploads(
            begin=begin,
            stream=self.stream,
            clock=self.clock,
            sealer=self.sealer,
            audit=self.audit,
            videos=self.videos,
            assignments=self.assignments,
            settings=settings.uploads,
            allowed_origins=(urlsplit(settings.public_url).netloc,),
        )
        self.webhook = StreamWebhook(
            begin=begin,
            uploads=self.uploads,
            audit=self.audit,
            clock=self.clock,
            secrets=settings.stream.webhook_secrets,
        )
        self.playback = Playback(
            database=self.database,
            clock=self.clock,
            signer=_signer(settings, self.clock),
            stream=self.stream,
            customer_url=settings.stream.customer_url,
        )
        self.grading = Grading(clock=self.clock, audit=self.audit, assignments=self.assignments)
        self.review = Review(clock=self.clock, assignments=self.assignments)
        self.deliverer = Deliverer(
            begin=begin,
            ags=Ags(self._platform_http, self.clock, ServiceTokens(self._platform_http, self.clock, self.keyring)),
            clock=self.clock,
            audit=self.audit,
            platforms=self.platforms,
        )
        self.reconciler = Reconciler(begin=begin, stream=self.stream, uploads=self.uploads, clock=self.clock)
        self.sweeper = Sweeper(
            begin=begin,
            clock=self.clock,
            audit=self.audit,
            videos=self.videos,
            uploads=self.uploads,
            default_days=settings.defaults.retention_days,
        )
        self.scheduler = Scheduler(database=self.database, clock=self.clock, jobs=self._jobs())

    @property
    def provided(self) -> dict[type, object]:
        """Each collaborator that a route asks for, by its class."""
        ours = (
            self.settings,
            self.database,
            self.platforms,
            self.session_tokens,
            self.launches,
            self.launch_pages,
            self.assignments,
            self.videos,
            self.submissions,
            self.uploads,
            self.webhook,
            self.playback,
            self.grading,
            self.review,
        )
        return {type(one): one for one in ours}

    def _jobs(self) -> Sequence[Job]:
        every = self.settings.jobs
        return (
            Job("reconcile", timedelta(seconds=every.reconcile_seconds), self.reconciler.run),
            Job("deliver-scores", timedelta(seconds=every.deliver_seconds), self.deliverer.run),
            Job("sweep", timedelta(seconds=every.sweep_seconds), self.sweeper.run),
            Job("forget", timedelta(hours=1), self._forget),
        )

    async def _forget(self) -> None:
        """Rows that nobody will ask for again."""
        await self.launches.delete_expired_states()
        await self.scheduler.forget_old_slots()

    async def close(self) -> None:
        """Stop ticking and close all connections."""
        self.scheduler.stop()
        await self._stream_http.aclose()
        await self._platform_http.aclose()
        await self.database.close()


def development_key(folder: Path) -> str:
    """A sealing key for development, made once and kept in `folder`; production has its own in the settings."""
    file = folder / "secret.key"
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(new_key())
    return file.read_text()


def _stream_sources(settings: Settings) -> tuple[str, ...]:
    """Origins that the page's browser talks to at Stream, as sources for the content security policy."""
    customer = urlsplit(settings.stream.customer_url)
    uploads = (f"{customer.scheme or 'https'}://{host}" for host in settings.stream.upload_hosts)
    players = (f"{customer.scheme}://{customer.netloc}",) if customer.netloc else ()
    return tuple(dict.fromkeys((*players, *uploads)))


def _clock(settings: Settings) -> Clock:
    if settings.clock_shift_seconds:
        return ShiftedClock(timedelta(seconds=settings.clock_shift_seconds))
    return SystemClock()


def _signer(settings: Settings, clock: Clock) -> PlaybackSigner | None:
    key_id, pem = settings.stream.signing_key_id, settings.stream.signing_key_pem.get_secret_value()
    return PlaybackSigner(key_id, pem, clock=clock) if key_id and pem else None
