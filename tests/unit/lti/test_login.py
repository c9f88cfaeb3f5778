"""Login initiation in, authentication request out (LTI Security Framework §5.1.1)."""

from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

import pytest

from fieldreel.lti.errors import DirectVisit, ForeignTarget, LegacyLaunch, MissingLoginParameter
from fieldreel.lti.login import LoginInitiation, authentication_request_url

TOOL = "https://video.example.edu"
GOOD = {
    "iss": "https://lms.example.edu",
    "login_hint": "3",
    "target_link_uri": f"{TOOL}/lti/launch",
    "lti_message_hint": '{"cmid":"6","launchid":"a b&c=d"}',
    "client_id": "client-1",
    "lti_deployment_id": "6",
    "lti_storage_target": "_parent",
    "canvas_region": "us-east-1",
}


def test_all_known_parameters_are_read_and_unknown_ones_ignored():
    initiation = LoginInitiation.parse(GOOD, tool_origin=TOOL)
    assert initiation.parameters() == {name: value for name, value in GOOD.items() if name != "canvas_region"}


def test_canvas_old_name_of_the_deployment_is_read_and_the_standard_one_wins():
    old = {**GOOD, "deployment_id": "old"}
    assert LoginInitiation.parse(old, tool_origin=TOOL).deployment_hint == "6"
    del old["lti_deployment_id"]
    assert LoginInitiation.parse(old, tool_origin=TOOL).deployment_hint == "old"


@pytest.mark.parametrize("name", ["iss", "login_hint", "target_link_uri"])
@pytest.mark.parametrize("value", [None, ""])
def test_a_missing_required_parameter_is_refused(name, value):
    parameters = {**GOOD, name: value} if value is not None else {k: v for k, v in GOOD.items() if k != name}
    with pytest.raises(MissingLoginParameter):
        LoginInitiation.parse(parameters, tool_origin=TOOL)


def test_no_parameters_at_all_is_somebody_typing_the_address():
    with pytest.raises(DirectVisit):
        LoginInitiation.parse({}, tool_origin=TOOL)


def test_an_lti_1_1_message_is_refused():
    with pytest.raises(LegacyLaunch):
        LoginInitiation.parse({"lti_message_type": "basic-lti-launch-request", "user_id": "3"}, tool_origin=TOOL)


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "http://video.example.edu/", "/lti/launch", "javascript:x"]
)
def test_a_target_elsewhere_is_refused_at_once(target):
    with pytest.raises(ForeignTarget):
        LoginInitiation.parse({**GOOD, "target_link_uri": target}, tool_origin=TOOL)


def request(lms, authorization_url):
    url = authentication_request_url(
        LoginInitiation.parse(GOOD, tool_origin=TOOL),
        replace(lms.registered, authorization_url=authorization_url),
        redirect_uri=f"{TOOL}/lti/launch",
        state="our-state",
        nonce="our-nonce",
    )
    return url, parse_qsl(urlsplit(url).query, strict_parsing=True)


def test_the_authentication_request_is_exactly_what_the_specification_asks_for(lms):
    url, query = request(lms, "https://lms.example.edu/auth")
    assert url.startswith("https://lms.example.edu/auth?")
    assert len(query) == len(dict(query))
    assert dict(query) == {
        "scope": "openid",
        "response_type": "id_token",
        "response_mode": "form_post",
        "prompt": "none",
        "client_id": "client-1",
        "redirect_uri": f"{TOOL}/lti/launch",
        "login_hint": "3",
        "lti_message_hint": '{"cmid":"6","launchid":"a b&c=d"}',
        "state": "our-state",
        "nonce": "our-nonce",
    }


def test_an_authorization_url_with_a_query_keeps_it(lms):
    url, query = request(lms, "https://lms.example.edu/auth?tenant=a%20b&x=")
    assert url.startswith("https://lms.example.edu/auth?tenant=a%20b&x=&")
    assert url.count("?") == 1
    assert dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))["x"] == ""
    assert {("state", "our-state"), ("nonce", "our-nonce"), ("tenant", "a b")} <= set(query)


def test_a_login_without_message_hint_sends_none(lms):
    url = authentication_request_url(
        LoginInitiation(issuer="i", login_hint="h", target_link_uri=TOOL),
        lms.registered,
        redirect_uri=f"{TOOL}/lti/launch",
        state="s",
        nonce="n",
    )
    assert "lti_message_hint" not in url
