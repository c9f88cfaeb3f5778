"""A platform that we did not write (`lti1p3platform`) launches the whole service and takes its scores.

It makes the login initiation, checks our authentication request, signs the id token, verifies our client assertion with
our published key set, and judges the access token of every service call. Only the wire between the two is ours.
"""

import dataclasses
import json
import re
import uuid
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from lti1p3platform.ltiplatform import LTI1P3PlatformConfAbstract
from lti1p3platform.message_launch import LTIAdvantageMessageLaunchAbstract
from lti1p3platform.oidc_login import OIDCLoginAbstract
from lti1p3platform.registration import Registration
from lti1p3platform.request import Request
from lti1p3platform.score import UpdateScoreStatus
from lti1p3platform.service_connector import AssignmentsGradesService

from fieldreel.app import create_app
from fieldreel.launches.pages import LaunchPages
from fieldreel.lti.ags import Ags, Gradebook, next_score_timestamp, score_body
from fieldreel.lti.errors import InvalidIdToken, ScoreConflict, ServiceTokenRefused
from fieldreel.lti.quirks import profile_for
from fieldreel.lti.service_tokens import ServiceTokens
from fieldreel.parts import Outside
from fieldreel.platforms.schemas import NewPlatform
from fieldreel.settings import JobSettings, Settings
from fieldreel.web.pages import SinglePageApp

TOOL = "https://video.example.edu"
LMS = "https://lms.example.edu"
ITEM = f"{LMS}/items/1"
LEARNER = "http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"


class Conf(LTI1P3PlatformConfAbstract):
    def init_platform_config(self, **kwargs):
        self._registration = kwargs["registration"]

    def get_registration_by_params(self, **kwargs):
        return self._registration


class Login(OIDCLoginAbstract):
    def set_lti_message_hint(self, **kwargs):
        self._lti_message_hint = json.dumps(kwargs)

    def get_redirect(self, url):
        return url


class Launch(LTIAdvantageMessageLaunchAbstract):
    def get_preflight_response(self):
        return self._request

    def prepare_launch(self, preflight_response):
        self.set_user_data("ada", [LEARNER], full_name="Ada Lovelace", email_address="ada@example.edu")
        self.set_resource_link_claim("link-1", title="Present yourself")
        self.set_launch_context_claim("course-1", context_title="Film for beginners", context_label="FILM101")
        self.set_ags(f"{LMS}/items", ITEM)

    def render_launch_form(self, launch_data, **kwargs):
        return launch_data


class Incoming(Request):
    def build_metadata(self, request):
        return {
            "method": request.method,
            "headers": {name.title(): value for name, value in request.headers.items()},
            "get_data": dict(request.url.params),
            "form_data": {},
            "path": request.url.path,
            "json": json.loads(request.content) if request.content else None,
        }


class Grades(AssignmentsGradesService):
    """One column that remembers its newest score, with the rule of AGS §3.4.7."""

    scores: list

    def update_score(self, line_item_id, score):
        if self.scores and self.scores[-1]["timestamp"] >= score["timestamp"]:
            return UpdateScoreStatus.OLD_TIMESTAMP
        self.scores.append(score)
        return UpdateScoreStatus.SUCCESS

    def _unused(self, *args, **kwargs):
        raise NotImplementedError

    find_lineitems = find_lineitem = create_lineitem = update_lineitem = delete_lineitem = get_results = _unused


class Platform(httpx.AsyncBaseTransport):
    """The platform's web server: key set, token, scores."""

    def __init__(self):
        key = rsa.generate_private_key(65537, 2048)
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
        )
        public = key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        self.registration = (
            Registration()
            .set_iss(LMS)
            .set_client_id("client-1")
            .set_deployment_id("1")
            .set_launch_url(f"{TOOL}/lti/launch")
            .set_oidc_login_url(f"{TOOL}/lti/login")
            .set_platform_public_key(public.decode())
            .set_platform_private_key(private.decode())
        )
        self.conf = Conf(registration=self.registration)
        self.scores = []
        self.token_requests = 0

    async def handle_async_request(self, request):
        await request.aread()
        if request.url.path == "/jwks":
            return httpx.Response(200, json=self.conf.get_jwks())
        if request.url.path == "/token":
            self.token_requests += 1
            form = dict(parse_qsl(request.content.decode()))
            return httpx.Response(200, json=self.conf.get_access_token(form))
        service = Grades(Incoming(request), self.conf, f"{LMS}/items", ITEM)
        service.scores = self.scores
        answer = service.handle_resp(service.handle_update_score, line_item_id="1")
        return httpx.Response(answer.code, json=answer.result)


@dataclasses.dataclass
class Setting:
    platform: Platform
    parts: object
    browser: httpx.AsyncClient
    registration_id: uuid.UUID

    async def login(self):
        """From the platform's initiation to what the platform must answer."""
        start = Login(None, self.platform.conf)
        start.set_lti_message_hint(cmid="6", launch="a&b=c")
        url = start.initiate_login("ada")
        page = await self.browser.get(url)
        assert page.status_code == 200, page.text
        return dict(parse_qsl(urlsplit(block(page, "login")["url"]).query))

    async def launch(self, preflight):
        answer = Launch(preflight, self.platform.conf).lti_launch()
        form = {name: answer[name] for name in ("id_token", "state")}
        return await self.browser.post(answer["launch_url"], data=form)

    async def ags(self, client):
        jwks = (await self.browser.get(f"/lti/jwks/{self.registration_id}.json")).json()
        self.platform.registration.set_tool_key_set(jwks)
        return Ags(client, self.parts.clock, ServiceTokens(client, self.parts.clock, self.parts.keyring))

    async def gradebook(self):
        protocol = await self.parts.platforms.get_protocol(self.registration_id)
        return Gradebook(protocol, "1", profile_for(None))


def block(page, name):
    found = re.search(rf'<script type="application/json" id="{name}">(.*?)</script>', page.text, re.DOTALL)
    assert found, page.text
    return json.loads(found[1])


@pytest.fixture
async def setting(database_url, tmp_path):
    (tmp_path / "manifest.json").write_text(json.dumps({"main": {"file": "assets/main-1.js", "isEntry": True}}))
    platform = Platform()
    settings = Settings(public_url=TOOL, secret_keys=(Fernet.generate_key().decode(),), jobs=JobSettings(enabled=False))
    app = create_app(settings, database_url, Outside(platform=platform))
    app.state.provided[LaunchPages] = LaunchPages(SinglePageApp(tmp_path), stream_sources=())
    parts = app.state.parts
    added = await parts.platforms.add(
        NewPlatform(
            name="Another's platform",
            issuer=LMS,
            client_id="client-1",
            authorization_url=f"{LMS}/auth",
            token_url=f"{LMS}/token",
            jwks_url=f"{LMS}/jwks",
            deployment_ids=("1",),
        )
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=TOOL) as browser:
        yield Setting(platform, parts, browser, added.id)
    await parts.close()


async def test_its_launch_ends_in_the_app(setting):
    preflight = await setting.login()
    assert json.loads(preflight["lti_message_hint"]) == {"cmid": "6", "launch": "a&b=c"}

    page = await setting.launch(preflight)

    config = block(page, "fieldreel-config")
    assert (page.status_code, config["mode"], config["person"]["name"]) == (200, "student", "Ada Lovelace")
    me = await setting.browser.get("/api/v1/me", headers={"Authorization": f"Bearer {config['session_token']}"})
    assert me.status_code == 200, me.text


async def test_its_answer_cannot_be_used_twice(setting):
    preflight = await setting.login()
    cookies = dict(setting.browser.cookies)
    await setting.launch(preflight)
    setting.browser.cookies.update(cookies)
    again = await setting.launch(preflight)
    assert (again.status_code, "This page has expired" in again.text) == (400, True)


async def test_its_answer_to_a_changed_nonce_is_refused(setting):
    preflight = await setting.login()
    page = await setting.launch({**preflight, "nonce": "another"})
    assert (page.status_code, InvalidIdToken.slug in page.text) == (401, True)


async def test_it_takes_our_scores_and_refuses_the_same_second(setting):
    async with httpx.AsyncClient(transport=setting.platform) as client:
        ags, gradebook = await setting.ags(client), await setting.gradebook()
        first = next_score_timestamp(datetime.now(UTC), None)
        second = next_score_timestamp(datetime.now(UTC), first)
        for at, points in ((first, 7), (second, 8)):
            await ags.post_score(gradebook, ITEM, score(at, points))
        with pytest.raises(ScoreConflict):
            await ags.post_score(gradebook, ITEM, score(second, 9))

    assert [one["scoreGiven"] for one in setting.platform.scores] == [7, 8]
    assert setting.platform.token_requests == 1


async def test_it_refuses_an_assertion_of_a_key_that_it_does_not_know(setting):
    async with httpx.AsyncClient(transport=setting.platform) as client:
        ags, gradebook = await setting.ags(client), await setting.gradebook()
        tools_key = setting.platform.registration.get_tool_key_set()["keys"][0]
        setting.platform.registration.set_tool_key_set({"keys": [{**tools_key, "kid": "another"}]})
        with pytest.raises(Exception, match="public key"):
            await ags.post_score(gradebook, ITEM, score(datetime.now(UTC), 1))


async def test_its_refusal_of_a_service_token_is_told_apart(setting):
    async with httpx.AsyncClient(transport=setting.platform) as client:
        ags, gradebook = await setting.ags(client), await setting.gradebook()
        setting.platform.conf.validate_token = lambda *_: False
        with pytest.raises(ServiceTokenRefused):
            await ags.post_score(gradebook, ITEM, score(datetime.now(UTC), 1))
    assert setting.platform.token_requests == 2


def score(at, points):
    return score_body(
        profile_for(None),
        user_id="ada",
        timestamp=at,
        activity_progress="Completed",
        grading_progress="FullyGraded",
        score_given=points,
        score_maximum=10,
    )
