"""Service tokens: the assertion, the cache, and refusals (LTI Security Framework §4.1)."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl

import httpx
import jwt
import pytest

from fieldreel.lti import claims
from fieldreel.lti.errors import PlatformUnavailable, ServiceTokenRefused
from fieldreel.lti.service_tokens import ServiceTokens
from fieldreel.lti.tool_keys import SigningKey

SCORE = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
RESULT = "https://purl.imsglobal.org/spec/lti-ags/scope/result.readonly"


class Hands:
    def __init__(self):
        self.time = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    def now(self):
        return self.time


class Endpoint:
    """A token URL: numbers its tokens, or answers what it is told."""

    def __init__(self):
        self.requests = []
        self.response = None
        self.answer = {"token_type": "Bearer", "expires_in": 3600}

    async def __call__(self, request):
        self.requests.append((str(request.url), dict(parse_qsl(request.content.decode()))))
        await asyncio.sleep(0)
        if isinstance(self.response, Exception):
            raise self.response
        if self.response is not None:
            return self.response
        body = {"access_token": f"token-{len(self.requests)}", **self.answer}
        # As Moodle does: JSON, labelled as something else.
        return httpx.Response(200, json=body, headers={"Content-Type": "text/html; charset=utf-8"})


class OneKey:
    def __init__(self, lms):
        self.key = SigningKey("tool-key", lms.private_key)

    async def signing_key(self, registration_id):
        return self.key


@pytest.fixture
def clock():
    return Hands()


@pytest.fixture
def endpoint():
    return Endpoint()


@pytest.fixture
async def tokens(lms, endpoint, clock):
    async with httpx.AsyncClient(transport=httpx.MockTransport(endpoint)) as client:
        yield ServiceTokens(client, clock, OneKey(lms))


async def test_the_request_is_what_the_specification_asks_for(lms, tokens, endpoint, clock):
    assert await tokens.get(lms.registered, "6", [SCORE]) == "token-1"

    ((url, form),) = endpoint.requests
    assertion = form.pop("client_assertion")
    assert url == "https://lms.example.edu/token"
    assert form == {
        "grant_type": "client_credentials",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "scope": SCORE,
    }
    assert jwt.get_unverified_header(assertion) == {"alg": "RS256", "typ": "JWT", "kid": "tool-key"}
    body = jwt.decode(
        assertion, lms.public_key, ["RS256"], audience=url, options={"verify_exp": False, "verify_iat": False}
    )
    now = int(clock.now().timestamp())
    assert (body["iss"], body["sub"], body["iat"], body["exp"]) == ("client-1", "client-1", now, now + 60)
    assert body[claims.DEPLOYMENT_ID] == "6"
    assert len(body["jti"]) > 16


async def test_a_configured_audience_is_used(lms, tokens, endpoint):
    brightspace = replace(lms.registered, token_audience="https://api.brightspace.com/auth/token")
    await tokens.get(brightspace, "6", [SCORE])
    body = jwt.decode(endpoint.requests[0][1]["client_assertion"], options={"verify_signature": False})
    assert body["aud"] == "https://api.brightspace.com/auth/token"


async def test_a_token_is_used_until_a_minute_before_its_end(lms, tokens, endpoint, clock):
    assert await tokens.get(lms.registered, "6", [SCORE]) == "token-1"
    clock.time += timedelta(seconds=3539)
    assert await tokens.get(lms.registered, "6", [SCORE]) == "token-1"
    clock.time += timedelta(seconds=1)
    assert await tokens.get(lms.registered, "6", [SCORE]) == "token-2"


@pytest.mark.parametrize("expires", [None, "soon", [], 0])
async def test_a_token_without_a_readable_life_lives_an_hour(lms, tokens, endpoint, clock, expires):
    endpoint.answer = {"expires_in": expires}
    await tokens.get(lms.registered, "6", [SCORE])
    clock.time += timedelta(minutes=58)
    assert await tokens.get(lms.registered, "6", [SCORE]) == "token-1"


async def test_many_at_once_make_one_request(lms, tokens, endpoint):
    given = await asyncio.gather(*(tokens.get(lms.registered, "6", [SCORE]) for _ in range(20)))
    assert set(given) == {"token-1"}
    assert len(endpoint.requests) == 1


async def test_tokens_are_never_shared_between_tenants_or_scopes(lms, tokens):
    other_client = replace(lms.registered, client_id="client-2")
    other_place = replace(lms.registered, token_url="https://other.example/token")
    given = {
        await tokens.get(lms.registered, "6", [SCORE]),
        await tokens.get(lms.registered, "7", [SCORE]),
        await tokens.get(lms.registered, "6", [RESULT]),
        await tokens.get(other_client, "6", [SCORE]),
        await tokens.get(other_place, "6", [SCORE]),
    }
    assert len(given) == 5


async def test_the_order_of_scopes_does_not_matter(lms, tokens):
    assert await tokens.get(lms.registered, "6", [SCORE, RESULT]) == await tokens.get(
        lms.registered, "6", [RESULT, SCORE]
    )


async def test_a_dropped_token_is_fetched_anew_and_a_newer_one_is_kept(lms, tokens):
    tokens.drop(lms.registered, "6", [SCORE], "never seen")
    old = await tokens.get(lms.registered, "6", [SCORE])
    tokens.drop(lms.registered, "6", [SCORE], old)
    new = await tokens.get(lms.registered, "6", [SCORE])
    tokens.drop(lms.registered, "6", [SCORE], old)
    assert new != old
    assert await tokens.get(lms.registered, "6", [SCORE]) == new


@pytest.mark.parametrize(
    "response",
    [
        httpx.Response(400, json={"error": "invalid_scope"}),
        httpx.Response(401, json={"error": "invalid_client"}),
        httpx.Response(302, headers={"Location": "https://evil.example"}),
        httpx.Response(200, text="<html>login</html>"),
        httpx.Response(200, json=[]),
        httpx.Response(200, json={"token_type": "bearer"}),
        httpx.Response(200, json={"access_token": ""}),
        httpx.Response(200, json={"access_token": 5}),
        httpx.Response(200, json={"access_token": "x", "scope": RESULT}),
    ],
    ids=str,
)
async def test_a_refusal_is_permanent_and_not_cached(lms, tokens, endpoint, response):
    endpoint.response = response
    with pytest.raises(ServiceTokenRefused) as refusal:
        await tokens.get(lms.registered, "6", [SCORE])
    assert refusal.value.retryable is False
    endpoint.response = None
    assert await tokens.get(lms.registered, "6", [SCORE]) == "token-2"


@pytest.mark.parametrize(
    ("response", "wait"),
    [
        (httpx.Response(503, headers={"Retry-After": "120"}), 120),
        (httpx.Response(429, headers={"Retry-After": "5"}), 5),
        (httpx.Response(500), None),
        (httpx.ConnectTimeout("slow"), None),
    ],
    ids=str,
)
async def test_an_outage_is_retryable_and_says_when(lms, tokens, endpoint, response, wait):
    endpoint.response = response
    with pytest.raises(PlatformUnavailable) as outage:
        await tokens.get(lms.registered, "6", [SCORE])
    assert (outage.value.retryable, outage.value.retry_after_seconds) == (True, wait)
