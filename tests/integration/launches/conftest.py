"""Two platforms that sign, a browser that keeps cookies, and the launch routes in front of a real PostgreSQL."""

import html
import json
import re
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import jwt
import pytest
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.asymmetric import rsa
from fastapi import FastAPI

from fieldreel.db import Database
from fieldreel.kit.clock import ShiftedClock
from fieldreel.kit.crypto import Sealer
from fieldreel.launches import routes
from fieldreel.launches.deps import CurrentPrincipal
from fieldreel.launches.pages import LaunchPages
from fieldreel.launches.service import Launches
from fieldreel.launches.session_tokens import SessionTokens
from fieldreel.lti import claims
from fieldreel.lti.keysets import KeySets
from fieldreel.platforms import routes as platform_routes
from fieldreel.platforms.schemas import NewPlatform
from fieldreel.platforms.service import Platforms
from fieldreel.web import problems
from fieldreel.web.pages import SinglePageApp

TOOL = "https://video.example.edu"
LEARNER = "http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"


class Lms:
    """One platform: its key, its key set, and the answers that it would give."""

    def __init__(self, host: str, client_id: str = "client-1") -> None:
        self.issuer = f"https://{host}"
        self.client_id = client_id
        self.kid = f"{host}-key"
        self.private_key = rsa.generate_private_key(65537, 2048)
        self.key_set_requests = 0

    @property
    def registration(self) -> NewPlatform:
        return NewPlatform(
            name=f"LMS at {self.issuer}",
            issuer=self.issuer,
            client_id=self.client_id,
            authorization_url=f"{self.issuer}/auth?tenant=1",
            token_url=f"{self.issuer}/token",
            jwks_url=f"{self.issuer}/jwks",
            deployment_ids=("1",),
        )

    def key_set(self, _: httpx.Request) -> httpx.Response:
        self.key_set_requests += 1
        jwk = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.private_key.public_key()))
        return httpx.Response(200, json={"keys": [{**jwk, "kid": self.kid}]})

    def id_token(self, now: float, nonce: str, *, kid: str | None = None, **overrides: Any) -> str:
        body = {
            "iss": self.issuer,
            "aud": self.client_id,
            "sub": "ada",
            "iat": int(now),
            "exp": int(now) + 60,
            "nonce": nonce,
            "name": "Ada Lovelace",
            claims.VERSION: "1.3.0",
            claims.MESSAGE_TYPE: "LtiResourceLinkRequest",
            claims.DEPLOYMENT_ID: "1",
            claims.TARGET_LINK_URI: f"{TOOL}/lti/launch",
            claims.ROLES: [LEARNER],
            claims.RESOURCE_LINK: {"id": "link-1", "title": "Present yourself"},
            claims.CONTEXT: {"id": "course-1", "label": "FILM101", "title": "Film for beginners"},
            **overrides,
        }
        return jwt.encode(body, self.private_key, algorithm="RS256", headers={"kid": kid or self.kid})


class CountingDatabase(Database):
    """Counts statements of the hot paths and transactions."""

    statements = 0
    transactions = 0

    async def fetchrow(self, statement: str, *arguments: object) -> Any:
        self.statements += 1
        return await super().fetchrow(statement, *arguments)

    def begin(self) -> Any:
        self.transactions += 1
        return super().begin()


@dataclass
class Login:
    """What a browser holds between the two steps."""

    state: str
    nonce: str
    page: httpx.Response


@dataclass
class World:
    """Everything that a launch needs, in one process."""

    app: FastAPI
    database: CountingDatabase
    clock: ShiftedClock
    platforms: Platforms
    launches: Launches
    lms: Lms
    other_lms: Lms
    registration_id: uuid.UUID
    browsers: list[httpx.AsyncClient] = field(default_factory=list)

    def browser(self) -> httpx.AsyncClient:
        client = httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url=TOOL)
        self.browsers.append(client)
        return client

    def initiation(self, lms: Lms | None = None, **overrides: str) -> dict[str, str]:
        lms = lms or self.lms
        return {
            "iss": lms.issuer,
            "client_id": lms.client_id,
            "login_hint": "ada",
            "target_link_uri": f"{TOOL}/lti/launch",
            "lti_message_hint": '{"cmid": 6, "x": "ä&="}',
            **overrides,
        }

    async def login(self, browser: httpx.AsyncClient, lms: Lms | None = None, **overrides: str) -> Login:
        page = await browser.get("/lti/login", params=self.initiation(lms, **overrides))
        assert page.status_code == 200, page.text
        request = dict(parse_qsl(urlsplit(self.config(page, "login")["url"]).query))
        return Login(state=request["state"], nonce=request["nonce"], page=page)

    def token(self, login: Login, lms: Lms | None = None, **overrides: Any) -> str:
        return (lms or self.lms).id_token(self.clock.now().timestamp(), login.nonce, **overrides)

    async def post(self, browser: httpx.AsyncClient, login: Login, token: str) -> httpx.Response:
        return await browser.post("/lti/launch", data={"state": login.state, "id_token": token})

    async def launch(
        self, browser: httpx.AsyncClient | None = None, lms: Lms | None = None, **overrides: Any
    ) -> dict[str, Any]:
        """A whole good launch; gives the page's configuration."""
        browser = browser or self.browser()
        login = await self.login(browser, lms)
        page = await self.post(browser, login, self.token(login, lms, **overrides))
        assert page.status_code == 200, page.text
        return self.config(page)

    def config(self, page: httpx.Response, block: str = "fieldreel-config") -> dict[str, Any]:
        found = re.search(rf'<script type="application/json" id="{block}">(.*?)</script>', page.text, re.DOTALL)
        assert found is not None, page.text
        config: dict[str, Any] = json.loads(found[1])
        return config

    def code(self, page: httpx.Response) -> str:
        """The stable code that an error page shows."""
        codes = re.findall(r"<code>(lti\.\w+|\w+\.\w+)</code>", html.unescape(page.text))
        assert codes, page.text
        return str(codes[0])

    async def count(self, table: str) -> int:
        row = await Database.fetchrow(self.database, f"SELECT count(*) AS n FROM {table}")
        assert row is not None
        return int(row["n"])


@pytest.fixture
async def world(database_url: str, tmp_path: Any) -> AsyncIterator[World]:
    (tmp_path / "manifest.json").write_text(
        json.dumps({"src/main.tsx": {"file": "assets/main-1.js", "css": ["assets/main-1.css"], "isEntry": True}})
    )
    clock = ShiftedClock()
    database = CountingDatabase(database_url, pool_size=8)
    sealer = Sealer([Fernet.generate_key().decode()])
    lms, other = Lms("lms.example.edu"), Lms("other.example.org")
    key_sets = {f"{one.issuer}/jwks": one.key_set for one in (lms, other)}
    outside = httpx.AsyncClient(transport=httpx.MockTransport(lambda request: key_sets[str(request.url)](request)))
    platforms = Platforms(database.begin, sealer, clock, require_https=True)
    tokens = SessionTokens(sealer.derive("session"), clock, issuer=TOOL)
    launches = Launches(
        database,
        clock,
        platforms,
        KeySets(outside, clock),
        tokens,
        public_url=TOOL,
        session_life=timedelta(hours=8),
    )
    app = FastAPI()
    app.state.problem_base = f"{TOOL}/problems/"
    pages = LaunchPages(SinglePageApp(tmp_path), stream_sources=("https://customer-x.cloudflarestream.com",))
    app.state.provided = {Launches: launches, LaunchPages: pages, SessionTokens: tokens, Platforms: platforms}
    problems.install(app)
    app.include_router(routes.router)
    app.include_router(platform_routes.router)

    @app.get("/whoami")
    async def whoami(principal: CurrentPrincipal) -> dict[str, str]:
        return {"person": str(principal.person_id), "role": principal.role}

    registration = await platforms.add(lms.registration)
    await platforms.add(other.registration)
    made = World(app, database, clock, platforms, launches, lms, other, registration.id)
    yield made
    for browser in made.browsers:
        await browser.aclose()
    await outside.aclose()
    await database.close()
