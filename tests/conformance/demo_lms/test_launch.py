"""Login initiation, authorization request and id token against LTI Security Framework §5.1 and Moodle's `auth.php`."""

import json
from dataclasses import replace
from datetime import timedelta

import jwt
import pytest

CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership#"
LMS = "http://lms.test"
TOOL = "http://tool.test"


async def test_login_initiation_carries_every_parameter(tool):
    start = await tool.start()
    assert start.pop("lti_message_hint")
    assert start == {
        "iss": LMS,
        "login_hint": "4",
        "target_link_uri": f"{TOOL}/launch",
        "client_id": "tool-client",
        "lti_deployment_id": "1",
    }


async def test_message_hint_is_json(tool):
    hint = json.loads((await tool.start())["lti_message_hint"])
    assert hint["cmid"] == 11
    assert hint["launchid"].startswith("ltilaunch11_")


@pytest.mark.parametrize("method", ["get", "post"])
async def test_login_initiation_comes_by_the_method_asked_for(tool, method):
    page = await tool.http.get("/launch/hand-hygiene", params={"as": "ada", "method": method})
    assert f'method="{method}"' in page.text


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_authorization_answers_with_id_token_and_state(tool, form_of, method):
    request = tool.request(await tool.start())
    page = await tool.http.request(method, "/lti/auth", **{"params" if method == "GET" else "data": request})
    action, fields = form_of(page)
    assert action == f"{TOOL}/launch"
    assert fields["state"] == "the-state"
    assert set(fields) == {"id_token", "state"}
    assert (await tool.validated(fields["id_token"]))["nonce"] == "the-nonce"


async def test_id_token_carries_what_moodle_sends(tool):
    claims = await tool.claims()
    assert claims["iss"] == LMS
    assert claims["aud"] == "tool-client"
    assert claims["sub"] == "4"
    assert claims["exp"] - claims["iat"] == 60
    assert "azp" not in claims
    assert claims["name"] == "Ada Haddad"
    assert claims[CLAIM + "version"] == "1.3.0"
    assert claims[CLAIM + "message_type"] == "LtiResourceLinkRequest"
    assert claims[CLAIM + "deployment_id"] == "1"
    assert claims[CLAIM + "target_link_uri"] == f"{TOOL}/launch"
    assert claims[CLAIM + "roles"] == [MEMBERSHIP + "Learner"]
    assert claims[CLAIM + "resource_link"]["id"] == "hand-hygiene"
    assert claims[CLAIM + "resource_link"]["title"] == "Hand hygiene demonstration"
    assert claims[CLAIM + "context"]["title"] == "NUR 204 Clinical skills"
    assert claims[CLAIM + "tool_platform"]["product_family_code"] == "moodle"
    assert claims[CLAIM + "launch_presentation"] == {
        "document_target": "iframe",
        "locale": "en",
        "return_url": f"{LMS}/courses/nur204",
    }


async def test_due_date_variable_arrives_unresolved(tool):
    custom = (await tool.claims())[CLAIM + "custom"]
    assert custom["due_at"] == "$ResourceLink.submission.endDateTime"
    assert custom["context_history"] == ""
    assert custom["points"] == "100"


async def test_custom_keys_arrive_lower_cased_as_well(tool, config):
    registration = replace(config.tool, custom={"UserName": "$User.username"})
    tool.lms.launches._config = replace(config, tool=registration)
    custom = (await tool.claims())[CLAIM + "custom"]
    assert (custom["UserName"], custom["username"]) == ("ada", "ada")


async def test_services_are_claimed_with_urls_that_carry_a_query(tool):
    claims = await tool.claims("wound-dressing")
    ags = claims["https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"]
    assert ags["lineitems"] == f"{LMS}/lti/ags/nur204/lineitems?type_id=1"
    assert ags["lineitem"] == f"{LMS}/lti/ags/nur204/lineitems/2/lineitem?type_id=1"
    assert len(ags["scope"]) == 4
    nrps = claims["https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"]
    assert nrps["context_memberships_url"] == f"{LMS}/lti/nrps/nur204/memberships"


async def test_lineitem_is_not_claimed_once_the_link_has_two(tool):
    first = tool.lms.world.courses["nur204"]
    tool.lms.gradebook.create(first, b'{"label": "Peer", "scoreMaximum": 5, "resourceLinkId": "hand-hygiene"}')
    ags = (await tool.claims())["https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"]
    assert "lineitem" not in ags
    assert "lineitems" in ags


async def test_services_that_the_registration_does_not_permit_are_not_claimed(tool, config):
    registration = replace(config.tool, scopes=())
    tool.lms.launches._config = replace(config, tool=registration)
    claims = await tool.claims()
    assert not [name for name in claims if "lti-ags" in name or "lti-nrps" in name]


@pytest.mark.parametrize(
    ("person", "roles"),
    [
        ("tess", [MEMBERSHIP + "Instructor"]),
        (
            "admin",
            [
                MEMBERSHIP + "Instructor",
                "http://purl.imsglobal.org/vocab/lis/v2/institution/person#Administrator",
                "http://purl.imsglobal.org/vocab/lis/v2/system/person#Administrator",
            ],
        ),
    ],
)
async def test_roles_are_full_uris(tool, person, roles):
    assert (await tool.claims(**{"as": person}))[CLAIM + "roles"] == roles


async def test_second_deployment_has_the_same_ids_but_other_people_and_services(tool):
    ada, otto = await tool.claims(), await tool.claims(**{"as": "otto"})
    for claim in ("resource_link", "context"):
        assert ada[CLAIM + claim]["id"] == otto[CLAIM + claim]["id"]
    assert otto[CLAIM + "deployment_id"] == "2"
    assert otto["sub"] != ada["sub"]
    ags = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
    assert otto[ags]["lineitem"] != ada[ags]["lineitem"]


async def test_deployment_can_be_named(tool):
    assert (await tool.claims(**{"as": "admin"}, deployment="2"))[CLAIM + "deployment_id"] == "2"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/launch/hand-hygiene?as=otto&deployment=1", 403),
        ("/launch/hand-hygiene?as=ada&deployment=2", 403),
        ("/launch/hand-hygiene?as=nobody", 404),
        ("/launch/no-such-link?as=ada", 404),
        ("/launch/hand-hygiene?as=ada&deployment=9", 404),
        ("/launch/hand-hygiene", 401),
    ],
)
async def test_launch_is_refused_to_strangers(tool, path, status):
    assert (await tool.http.get(path)).status_code == status


async def test_message_hint_works_once(tool):
    request = tool.request(await tool.start())
    assert (await tool.http.get("/lti/auth", params=request)).status_code == 200
    again = await tool.http.get("/lti/auth", params=request)
    assert again.status_code == 400
    assert "used before" in again.text
    assert "id_token" not in again.text


async def test_message_hint_expires(tool):
    request = tool.request(await tool.start())
    tool.lms.clock.advance(timedelta(hours=2))
    assert (await tool.http.get("/lti/auth", params=request)).status_code == 400


@pytest.mark.parametrize(
    "change",
    [
        {"redirect_uri": f"{TOOL}/launch/"},
        {"redirect_uri": f"{TOOL}/launch?x=1"},
        {"redirect_uri": "https://evil.example/launch"},
        {"redirect_uri": None},
        {"nonce": None},
        {"scope": "openid profile"},
        {"scope": None},
        {"response_type": "code"},
        {"response_type": None},
        {"client_id": None},
        {"login_hint": None},
        {"lti_message_hint": None},
        {"lti_message_hint": '{"cmid": 11, "launchid": "ltilaunch11_guessed"}'},
    ],
)
async def test_faulty_request_gets_a_page_of_the_lms_and_leaves_the_hint(tool, change):
    start = await tool.start()
    page = await tool.http.get("/lti/auth", params=tool.request(start, **change))
    assert page.status_code == 400
    assert "<form" not in page.text
    assert (await tool.http.get("/lti/auth", params=tool.request(start))).status_code == 200


async def test_message_hint_must_return_byte_for_byte(tool):
    start = await tool.start()
    compact = json.dumps(json.loads(start["lti_message_hint"]), separators=(",", ":"))
    assert compact != start["lti_message_hint"]
    page = await tool.http.get("/lti/auth", params=tool.request(start, lti_message_hint=compact))
    assert page.status_code == 400


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"client_id": "another"}, "unauthorized_client"),
        ({"login_hint": "5"}, "access_denied"),
        ({"response_mode": "query"}, "invalid_request"),
        ({"response_mode": None}, "invalid_request"),
        ({"prompt": "login"}, "invalid_request"),
        ({"prompt": None}, "invalid_request"),
    ],
)
async def test_faulty_request_gets_an_error_form_and_spends_the_hint(tool, form_of, change, error):
    start = await tool.start()
    action, fields = form_of(await tool.http.get("/lti/auth", params=tool.request(start, **change)))
    assert action == f"{TOOL}/launch"
    assert fields["error"] == error
    assert fields["state"] == "the-state"
    assert "id_token" not in fields
    assert (await tool.http.get("/lti/auth", params=tool.request(start))).status_code == 400


async def test_error_is_never_posted_to_an_unregistered_uri(tool):
    request = tool.request(await tool.start(), client_id="another", redirect_uri="https://evil.example/")
    page = await tool.http.get("/lti/auth", params=request)
    assert page.status_code == 400
    assert "evil.example" not in page.text


async def test_login_hint_must_be_the_person_who_is_signed_in(tool, form_of, tess_browser):
    start = await tool.start()
    _, fields = form_of(await tess_browser.get("/lti/auth", params=tool.request(start)))
    assert fields["error"] == "access_denied"


async def test_launch_from_the_activity_page_works_with_the_cookie(tool, form_of, ada_browser):
    _, start = form_of(await ada_browser.get("/courses/nur204/activities/hand-hygiene/launch"))
    _, fields = form_of(await ada_browser.get("/lti/auth", params=tool.request(start)))
    assert (await tool.validated(fields["id_token"]))["sub"] == "4"


async def test_browser_that_lost_its_cookie_on_the_way_posts_to_the_lms_once_more(tool, form_of, ada_browser):
    _, start = form_of(await ada_browser.get("/courses/nur204/activities/hand-hygiene/launch"))
    action, again = form_of(await tool.http.post("/lti/auth", data=tool.request(start)))
    assert action == f"{LMS}/lti/auth"
    assert again == tool.request(start) | {"repost": "1"}
    _, fields = form_of(await ada_browser.post("/lti/auth", data=again))
    assert (await tool.validated(fields["id_token"]))["sub"] == "4"


async def test_browser_launch_cannot_be_finished_without_the_cookie(tool, form_of, ada_browser):
    _, start = form_of(await ada_browser.get("/courses/nur204/activities/hand-hygiene/launch"))
    page = await tool.http.post("/lti/auth", data=tool.request(start) | {"repost": "1"})
    assert page.status_code == 400


async def test_browser_launch_cannot_be_finished_in_another_session_of_the_same_person(tool, form_of, ada_browser):
    _, start = form_of(await ada_browser.get("/courses/nur204/activities/hand-hygiene/launch"))
    await tool.http.post("/sign-in", data={"person": "ada", "course": "nur204"})
    assert (await tool.http.get("/lti/auth", params=tool.request(start))).status_code == 400


async def test_new_window_is_announced(tool, form_of, ada_browser):
    _, start = form_of(await ada_browser.get("/courses/nur204/activities/hand-hygiene/launch?window=true"))
    _, fields = form_of(await ada_browser.get("/lti/auth", params=tool.request(start)))
    claims = await tool.validated(fields["id_token"])
    assert claims[CLAIM + "launch_presentation"]["document_target"] == "window"


async def test_id_token_follows_the_clock_of_the_lms(tool):
    await tool.http.post("/__lms/clock", json={"advance_seconds": -120})
    with pytest.raises(jwt.ExpiredSignatureError):
        await tool.claims()


async def test_rotated_key_signs_and_the_old_one_stays_published_if_asked(tool):
    before = (await tool.launch())["id_token"]
    kid = (await tool.http.post("/__lms/rotate_key", json={"keep_old": True})).json()["kid"]
    after = (await tool.launch())["id_token"]
    assert jwt.get_unverified_header(after)["kid"] == kid != jwt.get_unverified_header(before)["kid"]
    await tool.validated(before)
    await tool.validated(after)


async def test_rotated_key_can_leave_the_key_set_at_once(tool):
    before = (await tool.launch())["id_token"]
    await tool.http.post("/__lms/rotate_key", json={"keep_old": False})
    with pytest.raises(KeyError):
        await tool.validated(before)
