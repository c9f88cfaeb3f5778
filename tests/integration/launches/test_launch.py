"""A good launch: what it shows, what it writes, what it costs."""

import asyncio
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

from fieldreel.db import Database
from fieldreel.lti import claims

INSTRUCTOR = "http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor"
LEARNER = "http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"
TEST_USER = "http://purl.imsglobal.org/vocab/lti/system/person#TestUser"


async def test_a_launch_ends_in_the_app_with_a_session_that_works(world):
    config = await world.launch()

    assert config["mode"] == "student"
    assert config["person"]["name"] == "Ada Lovelace"
    assert config["course"] == {"id": config["course"]["id"], "title": "Film for beginners", "label": "FILM101"}
    assert config["session_expires_at"].endswith("Z")
    answer = await world.browser().get("/whoami", headers={"Authorization": f"Bearer {config['session_token']}"})
    assert answer.json() == {"person": config["person"]["id"], "role": "learner"}


async def test_a_login_by_post_works_like_one_by_get(world):
    page = await world.browser().post("/lti/login", data=world.initiation())
    assert page.status_code == 200
    assert world.config(page, "login")["url"].startswith("https://lms.example.edu/auth?tenant=1&")


async def test_a_warm_login_and_launch_cost_two_statements_and_no_outside_call(world):
    await world.launch()
    world.database.statements = world.database.transactions = 0
    fetched = world.lms.key_set_requests

    await world.launch()

    assert (world.database.statements, world.database.transactions) == (2, 0)
    assert world.lms.key_set_requests == fetched == 1


async def test_an_unchanged_launch_writes_no_new_version_of_person_course_or_assignment(world):
    await world.launch()
    versions = "SELECT (SELECT xmin FROM people) || ' ' || (SELECT xmin FROM contexts) || ' ' || (SELECT xmin FROM assignments) AS v"
    before = await Database.fetchrow(world.database, versions)
    await world.launch()
    assert await Database.fetchrow(world.database, versions) == before
    assert await world.count("launches") == 2
    assert await world.count("audit_events") == 2


async def test_the_first_launches_of_a_class_arrive_together_and_all_get_in(world):
    browsers = [world.browser() for _ in range(24)]
    logins = [await world.login(browser) for browser in browsers]
    pages = await asyncio.gather(
        *(
            world.post(browser, login, world.token(login, sub=f"student-{number % 12}"))
            for number, (browser, login) in enumerate(zip(browsers, logins, strict=True))
        )
    )

    assert {page.status_code for page in pages} == {200}
    assert len({world.config(page)["course"]["id"] for page in pages}) == 1
    assert len({world.config(page)["assignment"]["id"] for page in pages}) == 1
    assert len({world.config(page)["person"]["id"] for page in pages}) == 12
    assert (await world.count("people"), await world.count("contexts"), await world.count("assignments")) == (12, 1, 1)
    assert await world.count("launches") == 24


async def test_what_the_platform_renames_is_renamed_and_what_it_leaves_out_is_kept(world):
    ags = {
        "lineitem": "https://lms.example.edu/item/1?type=6",
        "lineitems": "https://lms.example.edu/items",
        "scope": ["s"],
    }
    first = await world.launch(**{claims.AGS: ags})
    second = await world.launch(
        name=None,
        **{
            claims.CONTEXT: {"id": "course-1", "title": "Film, advanced"},
            claims.RESOURCE_LINK: {"id": "link-1", "title": "Present your film"},
        },
    )

    assert second["person"] == first["person"]
    assert second["course"] == {"id": first["course"]["id"], "title": "Film, advanced", "label": "FILM101"}
    row = await Database.fetchrow(
        world.database, "SELECT title, line_item_url, ags_scopes->>0 AS scope FROM assignments"
    )
    assert (row["title"], row["line_item_url"], row["scope"]) == ("Present your film", ags["lineitem"], "s")


async def test_a_launch_without_course_and_title_still_finds_its_assignment_again(world):
    bare = {claims.CONTEXT: None, claims.RESOURCE_LINK: {"id": "alone"}}
    first, second = await world.launch(**bare), await world.launch(**bare)
    assert first["assignment"] == second["assignment"]
    row = await Database.fetchrow(world.database, "SELECT title FROM assignments")
    assert row["title"] == "Video assignment"


async def test_the_role_of_the_last_launch_counts(world):
    config = await world.launch(**{claims.ROLES: [INSTRUCTOR]})
    assert (config["mode"], config["role"]) == ("teacher", "instructor")
    config = await world.launch(**{claims.ROLES: ["urn:unknown"]})
    assert (config["mode"], config["role"]) == ("guest", "guest")
    row = await Database.fetchrow(world.database, "SELECT role FROM enrolments")
    assert row["role"] == "guest"


async def test_the_student_view_is_a_learner_marked_as_test_user(world):
    config = await world.launch(**{claims.ROLES: [LEARNER, TEST_USER]})
    assert (config["mode"], config["test_user"]) == ("student", True)
    row = await Database.fetchrow(
        world.database, "SELECT p.test_user AND l.test_user AS both FROM people p, launches l"
    )
    assert row["both"] is True


async def test_pages_of_a_launch_are_framed_by_their_lms_only_and_never_stored(world):
    browser = world.browser()
    login = await world.login(browser)
    shell = await world.post(browser, login, world.token(login))

    for page in (login.page, shell):
        assert "frame-ancestors 'self' https://lms.example.edu" in page.headers["Content-Security-Policy"]
        assert page.headers["Cache-Control"] == "no-store"
        assert "X-Frame-Options" not in page.headers
    assert login.page.headers["Referrer-Policy"] == "no-referrer"
    assert shell.headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert "'unsafe-inline'" not in login.page.headers["Content-Security-Policy"]


async def test_the_binding_cookie_is_partitioned_and_taken_away_after_use(world):
    browser = world.browser()
    login = await world.login(browser)
    cookie = login.page.headers["Set-Cookie"]
    for attribute in ("Path=/", "Secure", "HttpOnly", "SameSite=None", "Partitioned", "Max-Age=600"):
        assert attribute in cookie.split("; ")
    assert cookie.startswith("__Host-")
    assert login.state not in cookie

    shell = await world.post(browser, login, world.token(login))

    assert "Max-Age=0" in shell.headers["Set-Cookie"]
    assert not browser.cookies


async def test_two_assignments_open_side_by_side(world):
    browser = world.browser()
    first, second = await world.login(browser), await world.login(browser)
    for login in (first, second):
        assert (await world.post(browser, login, world.token(login))).status_code == 200


async def test_more_than_ten_unfinished_logins_push_out_the_oldest_cookies(world):
    browser = world.browser()
    logins = [await world.login(browser) for _ in range(14)]
    assert len(browser.cookies) == 10
    assert (await world.post(browser, logins[-1], world.token(logins[-1]))).status_code == 200


async def test_the_message_hint_travels_byte_for_byte(world):
    login = await world.login(world.browser())
    sent = dict(parse_qsl(urlsplit(world.config(login.page, "login")["url"]).query))
    assert sent["lti_message_hint"] == '{"cmid": 6, "x": "ä&="}'
    assert sent["redirect_uri"] == "https://video.example.edu/lti/launch"


async def test_hostile_names_stay_text(world):
    hostile = "</script><script>alert(1)</script>"
    config = await world.launch(name=hostile, **{claims.CONTEXT: {"id": "c", "title": hostile, "label": "'\"&"}})
    assert config["person"]["name"] == hostile
    assert config["course"]["title"] == hostile


async def test_our_own_page_can_start_again_in_a_tab_of_its_own(world):
    login = await world.login(world.browser(), lti_deployment_id="1", lti_storage_target="_parent")
    for name, value in (("login_hint", "ada"), ("lti_deployment_id", "1"), ("lti_storage_target", "_parent")):
        assert f'<input type="hidden" name="{name}" value="{value}">' in login.page.text
    assert '<form method="post" action="/lti/login" target="_blank">' in login.page.text
    row = await Database.fetchrow(world.database, "SELECT storage_target, deployment_hint FROM oidc_states")
    assert (row["storage_target"], row["deployment_hint"]) == ("_parent", "1")


async def test_expired_states_are_forgotten_and_fresh_ones_kept(world):
    await world.login(world.browser())
    world.clock.advance(timedelta(minutes=26))
    await world.login(world.browser())
    assert await world.launches.delete_expired_states() == 1
    assert await world.count("oidc_states") == 1
