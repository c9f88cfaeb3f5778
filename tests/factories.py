"""What integration tests share: the stage with its rows and its helpers. The fixtures are in `integration/conftest.py`."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
from fastapi import FastAPI
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from fieldreel.audit.models import AuditEvent
from fieldreel.courses.models import Assignment, Context, Enrolment, Person
from fieldreel.emulators.stream import StreamEmulator
from fieldreel.emulators.stream.library import Video as StoredVideo
from fieldreel.emulators.stream.webhooks import Subscription
from fieldreel.kit.clock import ShiftedClock
from fieldreel.kit.ids import secret, uuid7
from fieldreel.launches.models import Launch
from fieldreel.launches.principal import Principal
from fieldreel.lti.roles import Role
from fieldreel.parts import Parts
from fieldreel.platforms.models import Deployment, DeploymentStatus
from fieldreel.videos.models import Video

TOOL = "https://video.example.edu"
LMS = "https://lms.example.edu"
STREAM_API, STREAM_MEDIA = "https://api.stream.test", "https://media.stream.test"
ACCOUNT, API_TOKEN, WEBHOOK_SECRET = "0123456789abcdef0123456789abcdef", "test-api-token", "whsec-of-the-tests"
SIGNING_KEY_ID = "5ac18f1bd5ac18f1bd5ac18f1bd5ac18"
TUS_PATCH = {"Tus-Resumable": "1.0.0", "Content-Type": "application/offset+octet-stream"}
AGS_SCOPES = [
    "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem",
    "https://purl.imsglobal.org/spec/lti-ags/scope/score",
]


@dataclass
class Course:
    """A deployment with one context, one assignment and whoever was put into it."""

    deployment_id: UUID
    context_id: UUID
    assignment_id: UUID


class Wire(httpx.AsyncBaseTransport):
    """Our line to Stream: remembers what went over it, and lets something happen while an answer is on its way."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner
        self._meanwhile: dict[str, Callable[[], Awaitable[Any]]] = {}
        self.requests: list[httpx.Request] = []

    def calls(self, method: str) -> int:
        """How many requests with this verb went to Stream."""
        return sum(request.method == method for request in self.requests)

    def meanwhile(self, method: str, happens: Callable[[], Awaitable[Any]]) -> None:
        """Once, between Stream's doing and its answer to the next call with this verb."""
        self._meanwhile[method] = happens

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        response = await self._inner.handle_async_request(request)
        happens = self._meanwhile.pop(request.method, None)
        if happens is not None:
            await happens()
        return response


@dataclass
class Stage:
    """One process of the service and the world around it."""

    app: FastAPI
    parts: Parts
    stream: StreamEmulator
    wire: Wire
    clock: ShiftedClock
    course: Course
    other_course: Course
    browser: httpx.AsyncClient
    sample: bytes
    principals: dict[str, Principal] = field(default_factory=dict)
    clients: dict[str, httpx.AsyncClient] = field(default_factory=dict)

    # People

    async def enter(
        self, name: str, role: Role, *, course: Course | None = None, assignment_id: UUID | None = None
    ) -> httpx.AsyncClient:
        """A launch of `name`, as the launch routes would have left it, and a client that carries its session token.

        The same name in the same deployment is the same person, whatever they launch.
        """
        course = course or self.course
        now = self.clock.now()
        async with self.parts.database.begin() as session:
            person_id = await _person_id(session, name, course.deployment_id)
            launch = Launch(
                id=uuid7(),
                deployment_id=course.deployment_id,
                context_id=course.context_id,
                assignment_id=assignment_id or course.assignment_id,
                person_id=person_id,
                role=role,
                product_family="moodle",
                created_at=now,
                expires_at=now + timedelta(days=400),  # tests move the clock; sessions have tests of their own
            )
            session.add(launch)
            await session.merge(
                Enrolment(context_id=course.context_id, person_id=person_id, role=role, last_launch_at=now)
            )
        principal = Principal(
            launch_id=launch.id,
            deployment_id=launch.deployment_id,
            context_id=launch.context_id,
            assignment_id=launch.assignment_id,
            person_id=person_id,
            role=role,
        )
        client = self.client(self.parts.session_tokens.issue(principal, expires_at=launch.expires_at))
        self.principals[name], self.clients[name] = principal, client
        return client

    def as_(self, name: str) -> httpx.AsyncClient:
        """The client of somebody's newest launch."""
        return self.clients[name]

    def client(self, session_token: str | None = None) -> httpx.AsyncClient:
        """A browser's page at our API; without a token nobody's."""
        headers = {} if session_token is None else {"Authorization": f"Bearer {session_token}"}
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app), base_url=f"{TOOL}/api/v1/", headers=headers, timeout=30
        )

    # Rows

    async def add(self, *rows: object) -> None:
        """Insert rows, committed."""
        async with self.parts.database.begin() as session:
            for row in rows:
                session.add(row)
                await session.flush()

    async def assignment(self, course: Course | None = None, **columns: Any) -> UUID:
        """One more assignment in a course."""
        course = course or self.course
        columns = {"resource_link_id": f"link-{secret(6)}", "title": "Another one", **columns}
        assignment = Assignment(id=uuid7(), deployment_id=course.deployment_id, context_id=course.context_id, **columns)
        await self.add(assignment)
        return assignment.id

    async def set_policy(self, **columns: Any) -> None:
        """Change columns of the assignment behind everybody's back."""
        async with self.parts.database.begin() as session:
            assignment = await session.get_one(Assignment, self.course.assignment_id)
            for name, value in columns.items():
                setattr(assignment, name, value)

    async def video(self, video_id: str) -> Video:
        """The row of a video as it is now."""
        async with self.parts.database.begin() as session:
            return await session.get_one(Video, UUID(video_id))

    async def change_video(self, video_id: str, **columns: Any) -> None:
        """Put a row of a video into a state that only an accident leads to."""
        async with self.parts.database.begin() as session:
            video = await session.get_one(Video, UUID(video_id))
            for name, value in columns.items():
                setattr(video, name, value)

    async def events(self, name: str | None = None) -> list[AuditEvent]:
        """The log, oldest first; of one kind, if named."""
        wanted = select(AuditEvent).order_by(AuditEvent.id)
        if name is not None:
            wanted = wanted.where(AuditEvent.event == name)
        async with self.parts.database.begin() as session:
            return list((await session.scalars(wanted)).all())

    # Uploads and what Stream holds

    def file(self, **overrides: Any) -> dict[str, Any]:
        """What a browser says of the sample film before it uploads it."""
        return {
            "assignment_id": str(self.course.assignment_id),
            "filename": "hand-hygiene.mp4",
            "size_bytes": len(self.sample),
            "mime_type": "video/mp4",
            "duration_seconds": 2.0,
            "fingerprint": f"hand-hygiene.mp4|{len(self.sample)}|1",
            **overrides,
        }

    async def start(self, who: httpx.AsyncClient, *, key: str | None = None, **overrides: Any) -> dict[str, Any]:
        """An upload with its link."""
        headers = {"Idempotency-Key": key or secret(12)}
        answer = await who.post("uploads", json=self.file(**overrides), headers=headers)
        assert answer.status_code == 201, answer.text
        upload: dict[str, Any] = answer.json()
        return upload

    async def send(self, upload: dict[str, Any], data: bytes | None = None) -> None:
        """All bytes of a file in one PATCH, straight to Stream (tus 1.0.0)."""
        content = self.sample if data is None else data
        headers = {**TUS_PATCH, "Upload-Offset": "0"}
        answer = await self.browser.patch(upload["upload_url"], content=content, headers=headers)
        assert answer.status_code == 204, answer.text

    def stored(self, video_id: str) -> list[StoredVideo]:
        """What Stream holds for one video of ours, by creator."""
        return [video for video in self.stream.core.library if video.creator == video_id]

    async def encoded(self, video_id: str) -> StoredVideo:
        """Wait until Stream has finished with a video, one way or the other."""
        await self.until(lambda: self.stored(video_id)[0].state in {"ready", "error"})
        return self.stored(video_id)[0]

    async def until(self, happened: Callable[[], object]) -> None:
        """Wait for something that nobody announces."""
        async with asyncio.timeout(20):
            while not happened():  # noqa: ASYNC110 - it has no event
                await asyncio.sleep(0.01)

    async def complete(self, who: httpx.AsyncClient, video_id: str) -> dict[str, Any]:
        """Say that the last byte was sent; gives the video."""
        self.clock.advance(timedelta(seconds=3))  # a look at Stream counts as fresh for two seconds
        answer = await who.post(f"uploads/{video_id}/complete")
        assert answer.status_code == 200, answer.text
        video: dict[str, Any] = answer.json()
        return video

    async def upload(self, who: httpx.AsyncClient, data: bytes | None = None, **overrides: Any) -> dict[str, Any]:
        """A whole upload: start, send, wait for Stream, complete. Gives the video."""
        if data is not None:
            overrides = {"size_bytes": len(data), **overrides}
        upload = await self.start(who, **overrides)
        await self.send(upload, data)
        await self.encoded(upload["id"])
        return await self.complete(who, upload["id"])

    async def submit(self, who: httpx.AsyncClient, video: dict[str, Any] | None = None) -> dict[str, Any]:
        """A submission of `video`, or of a fresh upload."""
        video = video or await self.upload(who)
        wanted = {"assignment_id": video["assignment_id"], "video_id": video["id"]}
        answer = await who.post("submissions", json=wanted, headers={"Idempotency-Key": secret(12)})
        assert answer.status_code == 201, answer.text
        submission: dict[str, Any] = answer.json()
        return submission

    # Webhooks

    def subscribe(self) -> None:
        """From now on Stream tells us of every video that is finished."""
        account = self.stream.core.file.account
        account.subscription = Subscription(
            notification_url=f"{TOOL}/webhooks/stream", secret=WEBHOOK_SECRET, modified=self.clock.now()
        )

    async def notify(self, body: bytes, *, secret: str = WEBHOOK_SECRET, at: datetime | None = None) -> httpx.Response:
        """Post `body` to our webhook, signed as Cloudflare does."""
        signed_at = int((at or self.clock.now()).timestamp())
        signature = hmac.new(secret.encode(), f"{signed_at}.".encode() + body, hashlib.sha256).hexdigest()
        headers = {"Webhook-Signature": f"time={signed_at},sig1={signature}"}
        async with self.client() as anybody:
            return await anybody.post(f"{TOOL}/webhooks/stream", content=body, headers=headers)

    def notice(self, uid: str, **overrides: Any) -> bytes:
        """The body of a notification about one video."""
        return json.dumps({"uid": uid, "readyToStream": True, "status": {"state": "ready"}, **overrides}).encode()


async def make_course(session: AsyncSession, registration_id: UUID, deployment_id: str) -> Course:
    """A deployment whose ids of course and link are the same in each: what must never be mixed up."""
    deployment = Deployment(
        id=uuid7(), registration_id=registration_id, deployment_id=deployment_id, status=DeploymentStatus.ACTIVE
    )
    context = Context(
        id=uuid7(), deployment_id=deployment.id, platform_context_id="course-1", label="FILM101", title="Film"
    )
    assignment = Assignment(
        id=uuid7(),
        deployment_id=deployment.id,
        context_id=context.id,
        resource_link_id="link-1",
        title="Hand hygiene",
        line_item_url=f"{LMS}/lineitems/1?deployment={deployment_id}",
        line_items_url=f"{LMS}/lineitems",
        ags_scopes=AGS_SCOPES,
    )
    for row in (deployment, context, assignment):
        session.add(row)
        await session.flush()
    return Course(deployment.id, context.id, assignment.id)


async def _person_id(session: AsyncSession, name: str, deployment_id: UUID) -> UUID:
    known = await session.scalar(
        select(Person.id).where(Person.deployment_id == deployment_id, Person.sub == f"sub-{name}")
    )
    if known is not None:
        return known
    person = Person(id=uuid7(), deployment_id=deployment_id, sub=f"sub-{name}", name=name.title())
    session.add(person)
    await session.flush()
    return person.id
