"""A tool of a few lines, written from the specifications, that the demo LMS is held against."""

import json
import re
import shutil
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from fieldreel.emulators.platform import DemoLms, DemoLmsConfig, ToolRegistration
from fieldreel.emulators.platform.config import AGS_SCOPES, SCOPE_MEMBERSHIP_READ
from fieldreel.kit import ids

LMS = "http://lms.test"
TOOL = "http://tool.test"
TOKEN_URL = f"{LMS}/lti/token"
TOOL_KEYS = [rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2)]


def form_of(page: httpx.Response) -> tuple[str, dict[str, str]]:
    """The action and the fields of the self-submitting form on a page."""
    assert page.status_code == 200, page.text
    action = re.search(r'action="([^"]*)"', page.text)
    assert action, page.text
    fields = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page.text)
    return unescape(action[1]), {unescape(name): unescape(value) for name, value in fields}


class MiniTool:
    """Speaks the tool's half: key set, authorization request, id token validation, client assertion, services."""

    def __init__(self) -> None:
        self.key_sets_served = 0
        self.published = {"tool-1": TOOL_KEYS[0]}
        self.lms: DemoLms
        self.http: httpx.AsyncClient

    async def app(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """An ASGI application that serves the key set and nothing else."""
        assert scope["path"] == "/jwks"
        self.key_sets_served += 1
        keys = [
            json.loads(RSAAlgorithm.to_jwk(key.public_key())) | {"kid": kid, "use": "sig", "alg": "RS256"}
            for kid, key in self.published.items()
        ]
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
        await send({"type": "http.response.body", "body": json.dumps({"keys": keys}).encode()})

    async def start(self, link: str = "hand-hygiene", **query: str) -> dict[str, str]:
        """The parameters of a login initiation."""
        action, fields = form_of(await self.http.get(f"/launch/{link}", params={"as": "ada"} | query))
        assert action == f"{TOOL}/login"
        return fields

    def request(self, start: dict[str, str], **changes: str | None) -> dict[str, str]:
        """An authorization request that answers a login initiation; a change to None leaves the parameter out."""
        request: dict[str, str | None] = {
            "scope": "openid",
            "response_type": "id_token",
            "response_mode": "form_post",
            "prompt": "none",
            "client_id": start["client_id"],
            "redirect_uri": f"{TOOL}/launch",
            "login_hint": start["login_hint"],
            "lti_message_hint": start["lti_message_hint"],
            "state": "the-state",
            "nonce": "the-nonce",
        }
        return {name: value for name, value in (request | changes).items() if value is not None}

    async def launch(self, link: str = "hand-hygiene", **query: str) -> dict[str, str]:
        """The form that a launch ends with."""
        page = await self.http.get("/lti/auth", params=self.request(await self.start(link, **query)))
        return form_of(page)[1]

    async def validated(self, id_token: str) -> dict[str, Any]:
        """The claims of an id token that stands the tests of LTI Security Framework §5.1.3."""
        key_set = jwt.PyJWKSet.from_dict((await self.http.get("/lti/jwks")).json())
        key = key_set[jwt.get_unverified_header(id_token)["kid"]]
        return jwt.decode(id_token, key, algorithms=["RS256"], audience="tool-client", issuer=LMS)

    async def claims(self, link: str = "hand-hygiene", **query: str) -> dict[str, Any]:
        """The claims of a fresh launch."""
        return await self.validated((await self.launch(link, **query))["id_token"])

    def assertion(self, *, key: Any = None, kid: str | None = "tool-1", alg: str = "RS256", **changes: Any) -> str:
        """A client assertion; a change to None leaves the claim out."""
        now = int(self.lms.clock.now().timestamp())
        claims = {
            "iss": "tool-client",
            "sub": "tool-client",
            "aud": TOKEN_URL,
            "iat": now,
            "exp": now + 60,
            "jti": ids.secret(),
        } | changes
        claims = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(claims, key or TOOL_KEYS[0], algorithm=alg, headers={"kid": kid} if kid else None)

    async def ask_token(self, assertion: str | None = None, **changes: str) -> httpx.Response:
        """The answer of the token endpoint."""
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": assertion or self.assertion(),
            "scope": " ".join((*AGS_SCOPES, SCOPE_MEMBERSHIP_READ)),
        } | changes
        return await self.http.post("/lti/token", data=form)

    async def authorization(self, *scopes: str) -> dict[str, str]:
        """The header with a service token for these scopes (all, if none is named)."""
        answer = await self.ask_token(**({"scope": " ".join(scopes)} if scopes else {}))
        assert answer.status_code == 200, answer.text
        return {"Authorization": f"Bearer {json.loads(answer.text)['access_token']}"}

    def score(self, seconds: float = 0, **changes: Any) -> dict[str, Any]:
        """A score message for ada, `seconds` from now; a change to None leaves the field out."""
        message = {
            "userId": "4",
            "activityProgress": "Completed",
            "gradingProgress": "FullyGraded",
            "timestamp": (self.lms.clock.now() + timedelta(seconds=seconds)).isoformat(),
            "scoreGiven": 80,
            "scoreMaximum": 100,
        } | changes
        return {name: value for name, value in message.items() if value is not None}

    async def send_score(self, message: Any, item: int = 1, course: str = "nur204", **headers: str) -> httpx.Response:
        """Post a score; `headers` replace the ordinary ones (with `_` for `-`)."""
        path = f"/lti/ags/{course}/lineitems/{item}/lineitem/scores?type_id={1 if course == 'nur204' else 2}"
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {"Content-Type": "application/vnd.ims.lis.v1.score+json"} | await self.authorization() | given
        body = message if isinstance(message, bytes) else json.dumps(message).encode()
        return await self.http.post(path, content=body, headers=sent)


def query_of(url: str) -> dict[str, str]:
    """The query of a URL."""
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


@pytest.fixture(scope="session")
def keys_file(tmp_path_factory):
    """A key pair made once; a fresh one for each test would take longer than all else."""
    folder = tmp_path_factory.mktemp("lms-keys")
    DemoLms(config_in(folder))
    return folder / "keys.json"


def config_in(folder):
    tool = ToolRegistration("tool-client", "1", f"{TOOL}/login", f"{TOOL}/launch", f"{TOOL}/launch", f"{TOOL}/jwks")
    return DemoLmsConfig(folder, LMS, tool)


@pytest.fixture
def config(tmp_path, keys_file):
    shutil.copy(keys_file, tmp_path)
    return config_in(tmp_path)


@pytest.fixture
async def tool(config):
    tool = MiniTool()
    tool.lms = DemoLms(config, transport=httpx.ASGITransport(tool.app))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(tool.lms.app), base_url=LMS) as tool.http:
        yield tool


@pytest.fixture
async def ada_browser(tool):
    """A browser in which ada is signed in to the LMS."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(tool.lms.app), base_url=LMS) as browser:
        answer = await browser.post("/sign-in", data={"person": "ada", "course": "nur204"})
        assert answer.headers["Location"] == "/courses/nur204"
        yield browser


@pytest.fixture
async def tess_browser(tool):
    """A browser in which the teacher is signed in to the LMS."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(tool.lms.app), base_url=LMS) as browser:
        await browser.post("/sign-in", data={"person": "tess", "course": "nur204"})
        yield browser


@pytest.fixture(name="form_of")
def form_of_fixture():
    return form_of


@pytest.fixture(name="query_of")
def query_of_fixture():
    return query_of
