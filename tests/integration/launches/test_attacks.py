"""Attacks on a launch, and what they get. Each one ends in a page, none in a session."""

import asyncio
from datetime import timedelta

import pytest
from fastapi import status

from fieldreel.db import Database
from fieldreel.launches.binding import cookie_name
from fieldreel.lti import claims
from fieldreel.platforms.schemas import NewPlatform


@pytest.fixture
async def no_session(world):
    """After the test, nothing was written but logins."""
    yield
    for table in ("launches", "people", "contexts", "assignments", "audit_events"):
        assert await world.count(table) == 0, table


async def test_the_attackers_login_cannot_be_finished_in_the_victims_browser(world, no_session):
    attacker, victim = world.browser(), world.browser()
    login = await world.login(attacker)
    page = await world.post(victim, login, world.token(login, sub="mallory"))
    assert (page.status_code, world.code(page)) == (400, "lti.state_mismatch")


async def test_a_victim_with_a_login_of_their_own_cannot_be_given_the_attackers(world, no_session):
    attacker, victim = world.browser(), world.browser()
    login = await world.login(attacker)
    own = await world.login(victim)
    name = f"{next(iter(victim.cookies))}"
    # Even a victim whose cookie carries the right name (the name follows from the state) lacks the secret in it.
    page = await victim.post(
        "/lti/launch",
        data={"state": login.state, "id_token": world.token(login)},
        headers={"Cookie": f"{next(iter(attacker.cookies))}={victim.cookies[name]}"},
    )
    assert world.code(page) == "lti.state_mismatch"
    assert own.state != login.state


async def test_another_browser_cannot_burn_the_state(world):
    browser, stranger = world.browser(), world.browser()
    login = await world.login(browser)
    await world.post(stranger, login, world.token(login))
    cookie = {"Cookie": f"{next(iter(browser.cookies))}=guessed"}
    await stranger.post("/lti/launch", data={"state": login.state, "id_token": "x.y.z"}, headers=cookie)
    await stranger.post("/lti/launch", data={"state": login.state, "id_token": world.token(login)}, headers=cookie)

    assert (await world.post(browser, login, world.token(login))).status_code == 200


async def test_twenty_posts_of_one_answer_at_once_have_one_winner(world):
    browser = world.browser()
    login = await world.login(browser)
    token = world.token(login)
    cookie = {"Cookie": "; ".join(f"{name}={value}" for name, value in browser.cookies.items())}
    pages = await asyncio.gather(
        *(
            world.browser().post("/lti/launch", data={"state": login.state, "id_token": token}, headers=cookie)
            for _ in range(20)
        )
    )
    assert sorted(page.status_code for page in pages) == [200] + [400] * 19
    assert {world.code(page) for page in pages if page.status_code != status.HTTP_200_OK} == {"lti.launch_replayed"}
    assert await world.count("launches") == 1


async def test_a_replay_with_the_cookie_gets_the_page_that_has_expired(world):
    browser = world.browser()
    login = await world.login(browser)
    cookies = dict(browser.cookies)
    token = world.token(login)
    await world.post(browser, login, token)
    browser.cookies.update(cookies)
    page = await world.post(browser, login, token)
    assert world.code(page) == "lti.launch_replayed"
    assert "This page has expired" in page.text


async def test_a_replay_without_the_cookie_gets_no_session(world):
    browser = world.browser()
    login = await world.login(browser)
    token = world.token(login)
    await world.post(browser, login, token)
    page = await world.post(world.browser(), login, token)
    assert world.code(page) == "lti.state_mismatch"
    assert await world.count("launches") == 1


async def test_a_reload_after_the_token_ran_out_is_told_that_the_page_expired_not_that_the_token_is_bad(world):
    browser = world.browser()
    login = await world.login(browser)
    cookies, token = dict(browser.cookies), world.token(login)
    await world.post(browser, login, token)
    browser.cookies.update(cookies)
    world.clock.advance(timedelta(minutes=5))
    assert world.code(await world.post(browser, login, token)) == "lti.launch_replayed"


async def test_a_state_lives_ten_minutes(world, no_session):
    browser = world.browser()
    login = await world.login(browser)
    world.clock.advance(timedelta(minutes=10))
    page = await world.post(browser, login, world.token(login))
    assert world.code(page) == "lti.launch_expired"


@pytest.mark.parametrize(
    "overrides",
    [
        {"iat": 1},
        {"azp": "somebody"},
        {"exp": 1},
        {claims.ROLES: "x"},
        {claims.TARGET_LINK_URI: "https://evil.com"},
    ],
)
async def test_a_failed_launch_burns_its_state(world, no_session, overrides):
    browser = world.browser()
    login = await world.login(browser)
    refused = await world.post(browser, login, world.token(login, **overrides))
    again = await world.post(browser, login, world.token(login))
    assert world.code(refused) in {"lti.invalid_id_token", "lti.foreign_target"}
    assert world.code(again) == "lti.launch_replayed"


async def test_the_nonce_of_another_login_is_refused(world, no_session):
    browser = world.browser()
    first, second = await world.login(browser), await world.login(browser)
    page = await world.post(browser, first, world.token(second))
    assert (page.status_code, world.code(page)) == (401, "lti.invalid_id_token")
    row = await Database.fetchrow(world.database, "SELECT count(*) AS n FROM oidc_states WHERE used_at IS NULL")
    assert row["n"] == 1


async def test_a_token_of_platform_a_is_refused_for_a_login_of_platform_b(world, no_session):
    browser = world.browser()
    login = await world.login(browser, world.other_lms)
    page = await world.post(browser, login, world.token(login, world.lms))
    assert (page.status_code, world.code(page)) == (401, "lti.invalid_id_token")


async def test_platform_b_cannot_sign_as_platform_a(world, no_session):
    browser = world.browser()
    login = await world.login(browser)
    page = await world.post(
        browser,
        login,
        world.token(login, world.other_lms, iss=world.lms.issuer, aud=world.lms.client_id, kid=world.lms.kid),
    )
    assert (page.status_code, world.code(page)) == (401, "lti.invalid_id_token")


async def test_another_deployment_than_announced_is_refused(world, no_session):
    await world.platforms.approve(world.registration_id, "2")
    browser = world.browser()
    login = await world.login(browser, lti_deployment_id="1")
    page = await world.post(browser, login, world.token(login, **{claims.DEPLOYMENT_ID: "2"}))
    assert (page.status_code, world.code(page)) == (401, "lti.invalid_id_token")


async def test_an_unknown_deployment_waits_for_approval_and_launches_after_it(world):
    browser = world.browser()
    login = await world.login(browser)
    page = await world.post(browser, login, world.token(login, **{claims.DEPLOYMENT_ID: "new"}))
    assert (page.status_code, world.code(page)) == (403, "lti.deployment_pending")
    shown = await world.platforms.show(world.registration_id)
    assert {one.deployment_id: one.status for one in shown.deployments} == {"1": "active", "new": "pending"}
    assert await world.count("launches") == 0

    await world.platforms.approve(world.registration_id, "new")
    assert (await world.launch(**{claims.DEPLOYMENT_ID: "new"}))["mode"] == "student"


async def test_a_blocked_deployment_says_so_and_ends_running_sessions(world):
    config = await world.launch()
    await world.platforms.block(world.registration_id, "1")
    browser = world.browser()
    login = await world.login(browser)
    page = await world.post(browser, login, world.token(login))
    assert (page.status_code, world.code(page)) == (403, "lti.deployment_blocked")
    answer = await browser.get("/whoami", headers={"Authorization": f"Bearer {config['session_token']}"})
    assert answer.status_code == 401


async def test_a_disabled_registration_neither_begins_nor_finishes_a_launch(world, no_session):
    browser = world.browser()
    login = await world.login(browser)
    await world.platforms.set_enabled(world.registration_id, enabled=False)
    assert world.code(await world.post(browser, login, world.token(login))) == "lti.registration_disabled"
    page = await browser.get("/lti/login", params=world.initiation())
    assert (page.status_code, world.code(page)) == (403, "lti.registration_disabled")


async def test_a_registration_disabled_by_another_replica_stops_launches_at_once(world, no_session):
    browser = world.browser()
    login = await world.login(browser)
    await Database.fetchrow(world.database, "UPDATE registrations SET status = 'disabled'")
    assert world.code(await world.post(browser, login, world.token(login))) == "lti.registration_disabled"


async def test_the_same_ids_under_two_deployments_stay_apart(world):
    await world.platforms.approve(world.registration_id, "otto")
    ada, otto = await world.launch(), await world.launch(**{claims.DEPLOYMENT_ID: "otto"})
    for part in ("person", "course", "assignment"):
        assert ada[part]["id"] != otto[part]["id"]


async def test_the_same_person_and_e_mail_at_two_platforms_stay_apart(world):
    here = await world.launch(email="ada@example.edu")
    there = await world.launch(lms=world.other_lms, email="ada@example.edu")
    assert here["person"]["id"] != there["person"]["id"]


async def test_one_issuer_with_many_clients_needs_the_client_id(world):
    await world.platforms.add(NewPlatform(**{**world.lms.registration.model_dump(), "client_id": "client-2"}))
    browser = world.browser()
    parameters = world.initiation()
    assert (await browser.get("/lti/login", params=parameters)).status_code == 200
    del parameters["client_id"]
    page = await browser.get("/lti/login", params=parameters)
    assert (page.status_code, world.code(page)) == (400, "lti.login_incomplete")


async def test_one_issuer_with_one_client_needs_no_client_id(world):
    parameters = world.initiation()
    del parameters["client_id"]
    assert (await world.browser().get("/lti/login", params=parameters)).status_code == 200


@pytest.mark.parametrize(
    "change", [{"iss": "https://lms.example.edu/"}, {"iss": "https://nobody.example"}, {"client_id": "x"}]
)
async def test_an_unknown_platform_gets_a_page_and_no_redirect(world, no_session, change):
    page = await world.browser().get("/lti/login", params=world.initiation(**change))
    assert (page.status_code, world.code(page)) == (404, "lti.unknown_registration")
    assert await world.count("oidc_states") == 0


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"iss": ""}, "lti.login_incomplete"),
        ({"login_hint": ""}, "lti.login_incomplete"),
        ({"target_link_uri": ""}, "lti.login_incomplete"),
        ({"target_link_uri": "https://evil.example.com/"}, "lti.foreign_target"),
        ({"login_hint": "a\x00b"}, "lti.login_incomplete"),
        ({"login_hint": "x" * 9000}, "lti.login_incomplete"),
        ({"lti_message_type": "basic-lti-launch-request"}, "lti.legacy_launch"),
    ],
)
async def test_a_login_initiation_that_is_no_good_gets_a_page(world, no_session, change, code):
    page = await world.browser().post("/lti/login", data=world.initiation(**change))
    assert (page.status_code, world.code(page)) == (400, code)
    assert "Location" not in page.headers


async def test_random_key_ids_cause_one_request_for_keys_a_minute(world, no_session):
    browser = world.browser()
    for number in range(12):
        login = await world.login(browser)
        page = await world.post(browser, login, world.token(login, kid=f"random-{number}"))
        assert page.status_code in {401, 503}
    assert world.lms.key_set_requests == 1


async def test_a_platforms_refusal_is_a_page_without_its_words(world, no_session):
    page = await world.browser().post(
        "/lti/launch",
        data={"state": "s", "error": "login_required", "error_description": "<script>alert(1)</script> call 555-1234"},
    )
    assert (page.status_code, world.code(page)) == (400, "lti.platform_refused")
    assert "555-1234" not in page.text


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({}, "lti.direct_visit"),
        ({"state": "s"}, "lti.invalid_id_token"),
        ({"id_token": "a.b.c"}, "lti.state_mismatch"),
        ({"state": "s" * 200, "id_token": "a.b.c"}, "lti.state_mismatch"),
        ({"state": "unknown", "id_token": "a.b.c"}, "lti.state_mismatch"),
        ({"lti_message_type": "basic-lti-launch-request", "oauth_signature": "x"}, "lti.legacy_launch"),
        ({"state": "s", "id_token": "x" * 300_000}, "lti.direct_visit"),
        ({f"field{number}": "x" for number in range(200)}, "lti.direct_visit"),
    ],
)
async def test_an_answer_that_is_no_answer_gets_a_page(world, no_session, data, code):
    page = await world.browser().post("/lti/launch", data=data)
    assert world.code(page) == code


@pytest.mark.parametrize("path", ["/lti/launch", "/lti/login"])
async def test_a_direct_visit_is_sent_back_to_the_course(world, no_session, path):
    page = await world.browser().get(path)
    assert (page.status_code, world.code(page)) == (400, "lti.direct_visit")
    assert "Open this from your course" in page.text


async def test_a_made_up_state_with_a_made_up_cookie_is_an_expired_page(world, no_session):
    page = await world.browser().post(
        "/lti/launch", data={"state": "made-up", "id_token": "a.b.c"}, headers={"Cookie": f"{cookie_name('made-up')}=x"}
    )
    assert world.code(page) == "lti.launch_expired"


async def test_a_revoked_launch_ends_its_session(world):
    config = await world.launch()
    await Database.fetchrow(world.database, "UPDATE launches SET revoked_at = now()")
    answer = await world.browser().get("/whoami", headers={"Authorization": f"Bearer {config['session_token']}"})
    assert (answer.status_code, answer.json()["code"]) == (401, "session.ended")


async def test_neither_state_nor_nonce_nor_binding_is_stored_in_the_clear(world):
    browser = world.browser()
    login = await world.login(browser)
    row = await Database.fetchrow(world.database, "SELECT oidc_states::text AS everything FROM oidc_states")
    for secret in (login.state, login.nonce, *browser.cookies.values()):
        assert secret not in row["everything"]
        assert secret.encode().hex() not in row["everything"]
