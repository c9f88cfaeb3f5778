"""The switches of the demo LMS, over HTTP."""

import base64
import hmac
import json
from datetime import timedelta

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"


def unverified(id_token):
    return jwt.decode(id_token, options={"verify_signature": False})


async def override(tool, **change):
    answer = await tool.http.post("/__lms/launch_overrides", json=change)
    assert answer.status_code == 201, answer.text


@pytest.mark.parametrize(
    "headers", [{"X-Forwarded-For": "127.0.0.1"}, {"Forwarded": "for=127.0.0.1"}, {"Origin": "https://evil.example"}]
)
async def test_control_routes_refuse_proxies_and_pages_of_other_sites(tool, headers):
    assert (await tool.http.post("/__lms/reset", headers=headers)).status_code == 403


async def test_control_routes_refuse_the_network(tool):
    transport = httpx.ASGITransport(tool.lms.app, client=("192.0.2.7", 4711))
    async with httpx.AsyncClient(transport=transport, base_url="http://lms.test") as stranger:
        for path in ("/__lms/gradebook?course=nur204", "/__lms/clock", "/__lms/faults", "/__lms/launch_overrides"):
            assert (await stranger.get(path)).status_code == 403
        assert (await stranger.get("/lti/jwks")).status_code == 200


async def test_control_routes_refuse_a_peer_without_an_address(tool):
    transport = httpx.ASGITransport(tool.lms.app, client=("a-name", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://lms.test") as stranger:
        assert (await stranger.get("/__lms/clock")).status_code == 403


async def test_override_touches_one_launch(tool):
    await override(tool, claims={"nonce": "stolen"})
    assert (await tool.claims())["nonce"] == "stolen"
    assert (await tool.claims())["nonce"] == "the-nonce"


async def test_override_can_last_for_several_launches_and_be_cleared(tool):
    await override(tool, claims={"nonce": "stolen"}, times=3)
    assert (await tool.claims())["nonce"] == "stolen"
    assert (await tool.http.get("/__lms/launch_overrides")).json()[0]["times"] == 2
    await tool.http.delete("/__lms/launch_overrides")
    assert (await tool.claims())["nonce"] == "the-nonce"


async def test_claims_can_be_changed_and_removed(tool):
    await override(tool, claims={CLAIM + "deployment_id": "99"}, remove=[CLAIM + "roles", "exp"])
    claims = await tool.claims()
    assert claims[CLAIM + "deployment_id"] == "99"
    assert CLAIM + "roles" not in claims
    assert "exp" not in claims


async def test_id_token_can_be_too_old(tool):
    await override(tool, age_seconds=3600)
    with pytest.raises(jwt.ExpiredSignatureError):
        await tool.claims()


async def test_kid_can_be_unknown_or_missing(tool):
    await override(tool, header={"kid": "unknown"})
    assert jwt.get_unverified_header((await tool.launch())["id_token"])["kid"] == "unknown"
    await override(tool, header={"kid": None})
    assert "kid" not in jwt.get_unverified_header((await tool.launch())["id_token"])


async def test_stranger_signs_under_the_real_kid(tool):
    await override(tool, key="stranger")
    id_token = (await tool.launch())["id_token"]
    assert jwt.get_unverified_header(id_token)["kid"] == tool.lms.keys.kid
    with pytest.raises(jwt.InvalidSignatureError):
        await tool.validated(id_token)


async def test_unsigned_token_has_an_empty_signature(tool):
    await override(tool, algorithm="none")
    id_token = (await tool.launch())["id_token"]
    assert id_token.endswith(".")
    assert jwt.get_unverified_header(id_token)["alg"] == "none"
    assert unverified(id_token)["sub"] == "4"


async def test_rs512_token_is_truly_signed(tool):
    await override(tool, algorithm="RS512")
    id_token = (await tool.launch())["id_token"]
    public = tool.lms.keys.signing_key.public_key()
    assert jwt.decode(id_token, public, algorithms=["RS512"], audience="tool-client")["sub"] == "4"


async def test_hs256_token_is_keyed_with_the_public_key(tool):
    await override(tool, algorithm="HS256")
    signing_input, _, signature = (await tool.launch())["id_token"].rpartition(".")
    public = tool.lms.keys.signing_key.public_key()
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    expected = hmac.new(pem, signing_input.encode(), "sha256").digest()
    assert base64.urlsafe_b64decode(signature + "=") == expected


async def test_form_fields_can_be_changed_and_removed(tool):
    await override(tool, form={"state": "foreign"})
    assert (await tool.launch())["state"] == "foreign"
    await override(tool, form={"id_token": None, "error": "login_required"})
    assert await tool.launch() == {"state": "the-state", "error": "login_required"}


async def test_misspelt_override_is_refused(tool):
    assert (await tool.http.post("/__lms/launch_overrides", json={"claim": {}})).status_code == 422


async def test_fault_fails_the_ordered_number_of_calls(tool):
    fault = {"call": "scores", "status": 503, "times": 2, "retry_after": "7"}
    assert (await tool.http.post("/__lms/faults", json=fault)).status_code == 201
    for _ in range(2):
        answer = await tool.send_score(tool.score())
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "7")
    assert (await tool.send_score(tool.score())).status_code == 200


@pytest.mark.parametrize(
    ("call", "path"),
    [
        ("jwks", "/lti/jwks"),
        ("lineitems", "/lti/ags/nur204/lineitems/1/lineitem"),
        ("results", "/lti/ags/nur204/lineitems/1/lineitem/results"),
        ("memberships", "/lti/nrps/nur204/memberships"),
    ],
)
async def test_fault_hits_its_own_kind_of_call(tool, call, path):
    await tool.http.post("/__lms/faults", json={"call": call, "status": 500})
    assert (await tool.ask_token()).status_code == 200
    assert (await tool.http.get(path)).status_code == 500
    assert (await tool.http.get(path)).status_code != 500


async def test_token_fault_can_be_cleared(tool):
    await tool.http.post("/__lms/faults", json={"call": "token", "status": 429, "times": 9})
    assert (await tool.ask_token()).status_code == 429
    assert (await tool.http.get("/__lms/faults")).json()[0]["times"] == 8
    await tool.http.delete("/__lms/faults")
    assert (await tool.ask_token()).status_code == 200


async def test_fault_after_effect_loses_only_the_answer(tool):
    await tool.http.post("/__lms/faults", json={"call": "scores", "status": 504, "after_effect": True})
    message = tool.score()
    assert (await tool.send_score(message)).status_code == 504
    assert tool.lms.gradebook.grade("nur204", "hand-hygiene", "ada").score == 80
    assert (await tool.send_score(message)).status_code == 409


async def test_fault_without_status_only_delays(tool):
    await tool.http.post("/__lms/faults", json={"call": "jwks", "delay_seconds": 0.05})
    answer = await tool.http.get("/lti/jwks")
    assert answer.status_code == 200
    assert answer.elapsed >= timedelta(seconds=0.05)


async def test_clock_moves_and_is_set(tool):
    await tool.http.post("/__lms/clock", json={"advance_seconds": 30})
    assert (await tool.http.post("/__lms/clock", json={"advance_seconds": 30})).json()["offset_seconds"] == 60
    assert (await tool.http.post("/__lms/clock", json={"offset_seconds": -5})).json()["offset_seconds"] == -5
    assert (await tool.http.get("/__lms/clock")).json()["offset_seconds"] == -5


async def test_gradebook_view_shows_grades_and_every_score_message(tool):
    await tool.send_score(tool.score(timestamp="2026-03-01T10:00:00Z"))
    await tool.send_score(tool.score(timestamp="2026-03-01T10:00:00Z"))
    body = (await tool.http.get("/__lms/gradebook", params={"course": "nur204"})).json()
    item = body["line_items"][0]
    assert item["url"] == "http://lms.test/lti/ags/nur204/lineitems/1/lineitem?type_id=1"
    assert item["grades"]["ada"]["score"] == 80
    assert [(call["user_id"], call["status"]) for call in item["score_calls"]] == [("4", 200), ("4", 409)]
    assert (await tool.http.get("/__lms/gradebook", params={"course": "unknown"})).status_code == 404


async def test_reset_returns_to_the_first_day_with_the_same_key(tool, ada_browser):
    await tool.send_score(tool.score())
    await tool.http.post("/__lms/clock", json={"advance_seconds": 99})
    await override(tool, claims={"nonce": "stolen"})
    token = await tool.authorization()
    kid = tool.lms.keys.kid
    assert (await tool.http.post("/__lms/reset")).status_code == 204
    assert tool.lms.gradebook.grade("nur204", "hand-hygiene", "ada") is None
    assert tool.lms.keys.kid == kid
    assert tool.lms.clock.offset == timedelta(0)
    assert (await tool.claims())["nonce"] == "the-nonce"
    assert (await ada_browser.get("/courses/nur204")).status_code == 401
    assert (await tool.http.get("/lti/ags/nur204/lineitems", headers=token)).status_code == 401


async def test_restart_keeps_grades_sessions_tokens_hints_and_keys(tool, config, ada_browser, form_of):
    await tool.send_score(tool.score())
    await tool.http.post("/__lms/clock", json={"advance_seconds": -20})
    token = await tool.authorization()
    request = tool.request(await tool.start())
    again = type(tool.lms)(config)
    transport = httpx.ASGITransport(again.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://lms.test", cookies=ada_browser.cookies) as http:
        assert (await http.get("/courses/nur204")).status_code == 200
        accept = {"Accept": "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"}
        assert (await http.get("/lti/nrps/nur204/memberships", headers=token | accept)).status_code == 200
        _, fields = form_of(await http.get("/lti/auth", params=request))
        assert (await tool.validated(fields["id_token"]))["sub"] == "4"
    assert again.gradebook.grade("nur204", "hand-hygiene", "ada").score == 80
    assert again.clock.offset == timedelta(seconds=-20)


async def test_files_hold_no_bearer_secret_in_the_clear_and_only_the_owner_reads_them(tool, config, ada_browser):
    token = (await tool.authorization())["Authorization"].removeprefix("Bearer ")
    state = config.folder / "state.json"
    assert token not in state.read_text()
    assert ada_browser.cookies["demo_lms_session"] not in state.read_text()
    assert json.loads(state.read_text())["tokens"]
    for file in (state, config.folder / "keys.json"):
        assert file.stat().st_mode & 0o077 == 0
