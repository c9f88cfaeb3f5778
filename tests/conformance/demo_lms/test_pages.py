"""The pages of the demo LMS: who sees what, and what a frame may do."""

import re

import pytest


async def test_home_offers_every_person(tool):
    page = (await tool.http.get("/")).text
    for name in ("Tess Tanaka", "Ada Haddad", "Ben Okafor", "Cleo Marín", "Otto Weber", "Lena Novak", "Imani Sorensen"):
        assert name in page
    assert page.count("Sign in as Tess") == 1


async def test_sign_in_sets_a_first_party_cookie(tool):
    answer = await tool.http.post("/sign-in", data={"person": "ada", "course": "nur204"})
    cookie = answer.headers["Set-Cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie


@pytest.mark.parametrize(
    ("person", "course"), [("nobody", "nur204"), ("ada", "nur204-lakeside"), ("otto", "nur204"), ("ada", "unknown")]
)
async def test_sign_in_is_refused_where_nobody_is_enrolled(tool, person, course):
    answer = await tool.http.post("/sign-in", data={"person": person, "course": course})
    assert answer.status_code == 404
    assert "Set-Cookie" not in answer.headers


async def test_sign_in_form_of_another_site_is_refused(tool):
    form = {"person": "ada", "course": "nur204"}
    assert (await tool.http.post("/sign-in", data=form, headers={"Origin": "http://evil.test"})).status_code == 403
    assert (await tool.http.post("/sign-in", data=form, headers={"Origin": "http://lms.test"})).status_code == 303


async def test_signed_out_browser_sees_no_course(ada_browser):
    assert (await ada_browser.get("/courses/nur204")).status_code == 200
    cookie = dict(ada_browser.cookies)
    assert (await ada_browser.post("/sign-out")).status_code == 303
    ada_browser.cookies.update(cookie)
    assert (await ada_browser.get("/courses/nur204")).status_code == 401


async def test_course_lists_its_activities_with_due_date(tool, ada_browser):
    page = (await ada_browser.get("/courses/nur204")).text
    due = tool.lms.store.state.created_at + tool.lms.world.courses["nur204"].activities[0].due_in
    assert f"Due {due:%A} {due.day} {due:%B %Y, %H:%M} UTC" in page
    assert "No due date" in page
    assert page.count("/courses/nur204/activities/") == 2


async def test_course_of_another_institution_is_not_found(ada_browser):
    for path in ("", "/activities/hand-hygiene", "/gradebook"):
        assert (await ada_browser.get(f"/courses/nur204-lakeside{path}")).status_code == 404
    assert (await ada_browser.get("/courses/nur204/activities/unknown")).status_code == 404


async def test_activity_frames_the_tool_and_allows_features_to_its_origin(ada_browser):
    answer = await ada_browser.get("/courses/nur204/activities/hand-hygiene")
    allow = re.search(r'<iframe [^>]*allow="([^"]*)"', answer.text)[1]
    for feature in ("camera", "microphone", "autoplay", "fullscreen", "encrypted-media"):
        assert f"{feature} http://tool.test" in allow
    assert 'src="/courses/nur204/activities/hand-hygiene/launch"' in answer.text
    assert "Open in a new window" in answer.text
    assert "Content-Security-Policy" not in answer.headers


async def test_message_of_a_returning_tool_is_shown_as_text(ada_browser):
    query = {"lti_msg": "Saved <b>it</b>", "lti_errormsg": "<script>1</script>"}
    page = (await ada_browser.get("/courses/nur204", params=query)).text
    assert "Saved &lt;b&gt;it&lt;/b&gt;" in page
    assert "<script>" not in page


async def test_teacher_sees_all_grades_and_a_student_only_their_own(tool, ada_browser, tess_browser):
    await tool.send_score(tool.score(scoreGiven=81.5, comment="Well <i>done</i>"))
    await tool.send_score(tool.score(userId="5", scoreGiven=42))
    teacher = (await tess_browser.get("/courses/nur204/gradebook")).text
    assert "81.5" in teacher
    assert "42" in teacher
    assert "Well &lt;i&gt;done&lt;/i&gt;" in teacher
    student = (await ada_browser.get("/courses/nur204/gradebook")).text
    assert "81.5" in student
    assert "Ben Okafor" not in student
    assert "<strong>42</strong>" not in student


async def test_only_staff_change_grades(tool, ada_browser, tess_browser):
    change = {"person": "ada", "item": "1", "score": "100"}
    assert (await ada_browser.post("/courses/nur204/gradebook", data=change)).status_code == 403
    assert tool.lms.gradebook.grade("nur204", "hand-hygiene", "ada") is None
    foreign = {"Origin": "http://tool.test"}
    assert (await tess_browser.post("/courses/nur204/gradebook", data=change, headers=foreign)).status_code == 403
    assert (await tess_browser.post("/courses/nur204/gradebook", data=change)).status_code == 303
    assert (await tess_browser.post("/courses/nur204/gradebook", data=change | {"score": ""})).status_code == 303
    assert tool.lms.gradebook.grade("nur204", "hand-hygiene", "ada").score is None


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"score": "101"}, 400),
        ({"score": "-1"}, 400),
        ({"score": "nan"}, 400),
        ({"score": "many"}, 400),
        ({"item": "3"}, 400),
        ({"person": "tess"}, 404),
        ({"person": "lena"}, 404),
        ({"person": "nobody"}, 404),
    ],
)
async def test_impossible_grade_is_refused(tess_browser, change, status):
    form = {"person": "ada", "item": "1", "score": "10"} | change
    assert (await tess_browser.post("/courses/nur204/gradebook", data=form)).status_code == status
