"""The token endpoint against LTI Security Framework §4.1.1 and RFC 7523 §3."""

import json
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

SCORE = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
RESULTS = "https://purl.imsglobal.org/spec/lti-ags/scope/result.readonly"
ITEMS = "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem"
ITEMS_READ = "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem.readonly"
MEMBERS = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
STRANGER = rsa.generate_private_key(public_exponent=65537, key_size=2048)


async def test_token_is_json_labelled_html(tool):
    answer = await tool.ask_token(scope=SCORE)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/html")
    body = json.loads(answer.text)
    assert body.pop("access_token")
    assert body == {"token_type": "Bearer", "expires_in": 3600, "scope": SCORE}


async def test_scopes_that_are_not_permitted_are_left_out(tool):
    answer = await tool.ask_token(scope=f"{SCORE} https://example.com/everything")
    assert json.loads(answer.text)["scope"] == SCORE


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"scope": "https://example.com/everything"}, "invalid_scope"),
        ({"scope": ""}, "invalid_request"),
        ({"client_assertion": ""}, "invalid_request"),
        ({"client_assertion": "not.a-jwt"}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"client_assertion_type": "something"}, "unsupported_grant_type"),
    ],
)
async def test_faulty_token_request_is_refused(tool, change, error):
    answer = await tool.ask_token(**change)
    assert answer.status_code == 400
    assert json.loads(answer.text)["error"] == error


async def test_token_request_must_be_form_encoded(tool):
    answer = await tool.http.post("/lti/token", json={"grant_type": "client_credentials"})
    assert (answer.status_code, json.loads(answer.text)) == (400, {"error": "invalid_request"})


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"iss": "another"}, "issuer"),
        ({"sub": "another"}, "sub"),
        ({"aud": "http://lms.test"}, "udience"),
        ({"aud": None}, "aud"),
        ({"jti": None}, "jti"),
        ({"exp": None}, "exp"),
        ({"iat": None}, "iat"),
        ({"exp": "soon"}, "numbers"),
        ({"key": STRANGER}, "ignature"),
        ({"kid": None}, "no kid"),
        ({"kid": "unheard-of"}, "unheard-of"),
        ({"alg": "RS512"}, "alg"),
        ({"https://purl.imsglobal.org/spec/lti/claim/deployment_id": "9"}, "deployment"),
    ],
)
async def test_faulty_client_assertion_is_refused(tool, change, reason):
    answer = await tool.ask_token(tool.assertion(**change))
    body = json.loads(answer.text)
    assert (answer.status_code, body["error"]) == (400, "invalid_client")
    assert reason in body["error_description"]


@pytest.mark.parametrize(
    ("iat", "exp", "accepted"),
    [
        (0, 300, True),
        (0, 400, False),
        (-200, 200, False),
        (-120, -1, False),
        (60, 120, False),
    ],
)
async def test_client_assertion_lives_five_minutes_at_most(tool, iat, exp, accepted):
    now = int(tool.lms.clock.now().timestamp())
    answer = await tool.ask_token(tool.assertion(iat=now + iat, exp=now + exp))
    assert (answer.status_code == 200) is accepted, answer.text


async def test_client_assertion_works_once(tool):
    assertion = tool.assertion()
    assert (await tool.ask_token(assertion)).status_code == 200
    answer = await tool.ask_token(assertion)
    assert "jti" in json.loads(answer.text)["error_description"]


async def test_client_assertion_may_name_a_known_deployment(tool):
    claim = {"https://purl.imsglobal.org/spec/lti/claim/deployment_id": "2"}
    assert (await tool.ask_token(tool.assertion(**claim))).status_code == 200


async def test_key_set_is_read_again_only_for_an_unknown_kid(tool):
    await tool.authorization()
    await tool.authorization()
    assert tool.key_sets_served == 1
    tool.published["tool-2"] = STRANGER
    assert (await tool.ask_token(tool.assertion(key=STRANGER, kid="tool-2"))).status_code == 200
    assert tool.key_sets_served == 2


async def test_unreadable_key_set_refuses_the_client(tool):
    tool.published = None
    answer = await tool.ask_token()
    assert json.loads(answer.text)["error"] == "invalid_client"


async def test_service_token_expires(tool):
    headers = await tool.authorization()
    assert (await tool.http.get("/lti/nrps/nur204/memberships", headers=headers | {"Accept": ""})).status_code == 400
    tool.lms.clock.advance(timedelta(seconds=3601))
    assert (await tool.http.get("/lti/nrps/nur204/memberships", headers=headers)).status_code == 401


@pytest.mark.parametrize("authorization", [None, "Bearer made-up", "Basic YTpi"])
async def test_service_call_without_a_service_token_is_refused(tool, authorization):
    headers = {"Authorization": authorization} if authorization else {}
    assert (await tool.http.get("/lti/ags/nur204/lineitems", headers=headers)).status_code == 401


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("GET", "/lti/ags/nur204/lineitems", ITEMS_READ),
        ("POST", "/lti/ags/nur204/lineitems", ITEMS),
        ("GET", "/lti/ags/nur204/lineitems/1/lineitem", ITEMS),
        ("PUT", "/lti/ags/nur204/lineitems/1/lineitem", ITEMS),
        ("DELETE", "/lti/ags/nur204/lineitems/1/lineitem", ITEMS),
        ("POST", "/lti/ags/nur204/lineitems/1/lineitem/scores", SCORE),
        ("GET", "/lti/ags/nur204/lineitems/1/lineitem/results", RESULTS),
        ("GET", "/lti/nrps/nur204/memberships", MEMBERS),
    ],
)
async def test_each_service_call_needs_its_own_scope(tool, method, path, scope):
    all_scopes = {SCORE, RESULTS, ITEMS, ITEMS_READ, MEMBERS}
    others = all_scopes - {scope} - ({ITEMS, ITEMS_READ} if method == "GET" and "lineitem" in path[-9:] else set())
    refused = await tool.http.request(method, path, headers=await tool.authorization(*others))
    assert refused.status_code == 401
    passed = await tool.http.request(method, path, headers=await tool.authorization(scope))
    assert passed.status_code != 401
