"""A stage whose LMS is the demo LMS: its people, its gradebook, its service tokens, its faults."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import update
from tests.factories import LMS, TOOL, Stage
from tests.logs import Log, captured_log
from tests.rows import change_person

from fieldreel.courses.models import Assignment
from fieldreel.emulators.platform.config import DemoLmsConfig, ToolRegistration
from fieldreel.emulators.platform.faults import Fault
from fieldreel.emulators.platform.lms import DemoLms
from fieldreel.emulators.platform.state import Grade, LineItem, ScoreCall
from fieldreel.grading.jobs import DeliveryReport
from fieldreel.lti.tool_keys import NewToolKey, new_tool_key
from fieldreel.platforms.models import Deployment, Registration, ToolKey, ToolKeyStatus

COURSE, LINK = "nur204", "hand-hygiene"
SUBS = {"tess": "3", "ada": "4", "ben": "5", "cleo": "6"}


class Wire(httpx.AsyncBaseTransport):
    """The way to the LMS, and to us for our key set; it can break, and can be looked at."""

    def __init__(self) -> None:
        self.to_lms: httpx.AsyncBaseTransport | None = None
        self.to_us: httpx.AsyncBaseTransport | None = None
        self.requests: list[httpx.Request] = []
        self.failing: list[type[httpx.TransportError]] = []
        self.before_answer: Callable[[httpx.Request], Any] | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        assert self.to_us is not None
        assert self.to_lms is not None
        if str(request.url).startswith(TOOL):
            return await self.to_us.handle_async_request(request)
        self.requests.append(request)
        if self.failing:
            raise self.failing.pop(0)("no answer", request=request)
        response = await self.to_lms.handle_async_request(request)
        await response.aread()
        if self.before_answer is not None:
            await self.before_answer(request)
        return response

    def sent(self, ending: str) -> list[httpx.Request]:
        """Requests whose path ends so."""
        return [request for request in self.requests if request.url.path.endswith(ending)]


@dataclass
class Gradebook:
    """The gradebook of the first course, and what can be done to it."""

    lms: DemoLms
    stage: Stage
    wire: Wire = field(repr=False)

    @property
    def columns(self) -> list[LineItem]:
        return self.lms.gradebook.line_items(self.lms.world.courses[COURSE])

    def grade(self, name: str, column: LineItem | None = None) -> Grade | None:
        """What stands in the activity's own column, or in another one."""
        return self.lms.gradebook.grades(column or self.columns[0]).get(SUBS[name])

    @property
    def calls(self) -> list[ScoreCall]:
        """Every score message that reached the activity's own column."""
        return self.lms.gradebook.score_calls(self.columns[0])

    def fail(self, call: Any, **how: Any) -> None:
        """Order a fault at the LMS."""
        self.lms.faults.waiting.append(Fault(call=call, **how))

    def advance(self, **by: float) -> None:
        """Move every clock there is."""
        self.stage.clock.advance(timedelta(**by))
        self.lms.clock.advance(timedelta(**by))

    async def deliver(self) -> DeliveryReport:
        """One run of the job."""
        return await self.stage.parts.deliverer.run()

    async def without_column(self) -> None:
        """The LMS told us of its gradebook, but of no column."""
        async with self.stage.parts.database.begin() as session:
            await session.execute(update(Assignment).values(line_item_url=None))

    async def without_gradebook(self) -> None:
        """The LMS told us of no gradebook at all."""
        async with self.stage.parts.database.begin() as session:
            await session.execute(update(Assignment).values(line_item_url=None, line_items_url=None))


@pytest.fixture(autouse=True)
def log() -> Iterator[Log]:
    """What the service logs, as in production."""
    with captured_log() as captured:
        yield captured


@pytest.fixture(scope="session")
def tool_key() -> NewToolKey:
    """Our key pair for this platform, made once."""
    return asyncio.run(new_tool_key())


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
def platform(wire: Wire) -> httpx.AsyncBaseTransport:
    return wire


@pytest.fixture
async def gradebook(stage: Stage, wire: Wire, tool_key: NewToolKey, tmp_path: Path) -> Gradebook:
    """The LMS behind the wire, with the stage's rows made to fit it."""
    async with stage.parts.database.begin() as session:
        deployment = await session.get_one(Deployment, stage.course.deployment_id)
        registration = await session.get_one(Registration, deployment.registration_id)
        tool = ToolRegistration(
            client_id=registration.client_id,
            deployment_id=deployment.deployment_id,
            login_url=f"{TOOL}/lti/login",
            launch_url=f"{TOOL}/lti/launch",
            target_link_uri=f"{TOOL}/lti/launch",
            jwks_url=f"{TOOL}/lti/jwks/{registration.id}.json",
        )
        config = DemoLmsConfig(tmp_path / "lms", LMS, tool)
        lms = DemoLms(config, transport=wire)
        registration.token_url = config.token_url
        session.add(
            ToolKey(
                kid=tool_key.kid,
                registration_id=registration.id,
                private_key_sealed=stage.parts.sealer.seal(tool_key.private_pem),
                public_jwk=tool_key.public_jwk,
                status=ToolKeyStatus.ACTIVE,
                created_at=stage.clock.now(),
            )
        )
        assignment = await session.get_one(Assignment, stage.course.assignment_id)
        column = lms.gradebook.line_items(lms.world.courses[COURSE], resource_link_id=LINK)[0]
        assignment.resource_link_id = LINK
        assignment.line_item_url = config.lineitem_url(COURSE, deployment.deployment_id, column.id)
        assignment.line_items_url = config.lineitems_url(COURSE, deployment.deployment_id)
    for name, sub in SUBS.items():
        await change_person(stage, name, sub=sub)
    wire.to_lms, wire.to_us = httpx.ASGITransport(lms.app), httpx.ASGITransport(stage.app)
    return Gradebook(lms, stage, wire)
