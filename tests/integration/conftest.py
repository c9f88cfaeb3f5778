"""The whole service in its production wiring, a Stream account beside it, one clock, and the cast.

`stage` is everything together; `ada`, `ben`, `tess`, `cleo` and `otto` are HTTP clients with a session of their own,
relative to `/api/v1`. Only the edges are replaced: transports instead of the network, a clock that can be moved.
"""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
import stamina
import structlog
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from fastapi import FastAPI
from tests.factories import (
    ACCOUNT,
    API_TOKEN,
    LMS,
    SIGNING_KEY_ID,
    STREAM_API,
    STREAM_MEDIA,
    TOOL,
    WEBHOOK_SECRET,
    Stage,
    Wire,
    make_course,
)

from fieldreel.app import create_app
from fieldreel.emulators.stream import StreamEmulator, StreamEmulatorConfig, make_sample_video
from fieldreel.emulators.stream.webhooks import Key
from fieldreel.kit.clock import ShiftedClock
from fieldreel.kit.ids import uuid7
from fieldreel.lti.roles import Role
from fieldreel.parts import Outside, Parts
from fieldreel.platforms.models import Registration
from fieldreel.settings import JobSettings, Settings, StreamSettings


@pytest.fixture(scope="session", autouse=True)
def plain_log() -> Iterator[None]:
    """Tracebacks as plain text: unconfigured, structlog draws them for people, and takes seconds for each."""
    before = structlog.get_config()
    renderer = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[structlog.processors.add_log_level, renderer])
    yield
    structlog.configure(**before)


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    """Calls to Stream are repeated as often as ever, without the pauses in between."""
    with stamina.set_testing(True, attempts=3, cap=True):
        yield


class NoPlatform(httpx.AsyncBaseTransport):
    """An LMS that is not there."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError(f"no platform at {request.url.host}", request=request)


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A film of two seconds, real MP4."""
    path = tmp_path_factory.mktemp("sample") / "sample.mp4"
    return make_sample_video(path, seconds=2, width=128, height=72).read_bytes()


@pytest.fixture(scope="session")
def signing_pem() -> str:
    """The private half of the account's playback key."""
    key = rsa.generate_private_key(65537, 2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode()


@pytest.fixture
def clock() -> ShiftedClock:
    """The time of the service and of Stream alike."""
    return ShiftedClock()


@pytest.fixture
def platform() -> httpx.AsyncBaseTransport:
    """What stands in for the LMS; a folder's own conftest may put something better here."""
    return NoPlatform()


@pytest.fixture
def settings(signing_pem: str) -> Settings:
    """Settings of the service; a test or a folder may override the fixture."""
    return Settings(
        public_url=TOOL,
        secret_keys=(Fernet.generate_key().decode(),),
        stream=StreamSettings(
            account_id=ACCOUNT,
            api_token=API_TOKEN,
            signing_key_id=SIGNING_KEY_ID,
            signing_key_pem=signing_pem,
            webhook_secrets=(WEBHOOK_SECRET,),
            customer_url=STREAM_MEDIA,
            base_url=f"{STREAM_API}/client/v4",
            upload_hosts=("media.stream.test",),
        ),
        jobs=JobSettings(enabled=False),
    )


class OurWebhook(httpx.AsyncBaseTransport):
    """How Stream reaches an application that is made after it."""

    app: FastAPI

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return await httpx.ASGITransport(self.app).handle_async_request(request)


@pytest.fixture
def webhook_transport() -> OurWebhook:
    return OurWebhook()


@pytest.fixture
async def stream(
    tmp_path: Path, clock: ShiftedClock, signing_pem: str, webhook_transport: OurWebhook
) -> AsyncIterator[StreamEmulator]:
    """A Stream account on two hosts, empty but for our signing key."""
    config = StreamEmulatorConfig(
        folder=tmp_path / "stream",
        account_id=ACCOUNT,
        api_token=API_TOKEN,
        api_url=STREAM_API,
        media_url=STREAM_MEDIA,
    )
    emulator = StreamEmulator(config, clock=clock, webhook_transport=webhook_transport)
    emulator.core.file.account.keys[SIGNING_KEY_ID] = Key(id=SIGNING_KEY_ID, pem=signing_pem, created=clock.now())
    yield emulator
    await emulator.aclose()


@pytest.fixture
async def stage(
    settings: Settings,
    database_url: str,
    clock: ShiftedClock,
    stream: StreamEmulator,
    platform: httpx.AsyncBaseTransport,
    webhook_transport: OurWebhook,
    sample: bytes,
) -> AsyncIterator[Stage]:
    """The service running, two deployments with equal ids inside, and the cast launched."""
    wire = Wire(stream.transport())
    app = create_app(settings, database_url, Outside(stream=wire, platform=platform, clock=clock))
    webhook_transport.app = app
    async with app.router.lifespan_context(app):
        parts: Parts = app.state.parts
        registration = Registration(
            id=uuid7(),
            name="LMS",
            issuer=LMS,
            client_id="client-1",
            authorization_url=f"{LMS}/auth",
            token_url=f"{LMS}/token",
            jwks_url=f"{LMS}/jwks",
        )
        async with parts.database.begin() as session:
            session.add(registration)
            await session.flush()
            ours = await make_course(session, registration.id, "1")
            others = await make_course(session, registration.id, "2")
        async with httpx.AsyncClient(transport=stream.transport()) as browser:
            made = Stage(app, parts, stream, wire, clock, ours, others, browser, sample)
            for name, role, course in (
                ("ada", Role.LEARNER, ours),
                ("ben", Role.LEARNER, ours),
                ("tess", Role.INSTRUCTOR, ours),
                ("cleo", Role.ASSISTANT, ours),
                ("otto", Role.INSTRUCTOR, others),
            ):
                await made.enter(name, role, course=course)
            yield made
            for client in made.clients.values():
                await client.aclose()


@pytest.fixture
def ada(stage: Stage) -> httpx.AsyncClient:
    """A learner."""
    return stage.as_("ada")


@pytest.fixture
def ben(stage: Stage) -> httpx.AsyncClient:
    """Another learner of the same link."""
    return stage.as_("ben")


@pytest.fixture
def tess(stage: Stage) -> httpx.AsyncClient:
    """The instructor."""
    return stage.as_("tess")


@pytest.fixture
def cleo(stage: Stage) -> httpx.AsyncClient:
    """The assistant."""
    return stage.as_("cleo")


@pytest.fixture
def otto(stage: Stage) -> httpx.AsyncClient:
    """Instructor of another deployment, whose course and link have the same ids at the LMS."""
    return stage.as_("otto")
