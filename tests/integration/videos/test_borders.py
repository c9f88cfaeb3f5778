"""What is not yours is not there: every route of uploads, videos and submissions, for ben and for otto."""

import pytest

from fieldreel.lti.roles import Role

UNKNOWN = "01890000-0000-7000-8000-000000000000"


def routes(stage, upload_id, submission_id):
    told = {"kind": "paused", "reason": "client.paused"}
    return [
        ("GET", f"uploads/{upload_id}", None),
        ("GET", f"uploads/{upload_id}/offset", None),
        ("POST", f"uploads/{upload_id}/complete", None),
        ("POST", f"uploads/{upload_id}/events", told),
        ("DELETE", f"uploads/{upload_id}", None),
        ("GET", f"videos/{upload_id}", None),
        ("GET", f"submissions/{submission_id}", None),
        ("DELETE", f"submissions/{submission_id}", None),
    ]


async def ask_all(who, asked):
    headers = {"Idempotency-Key": "a-key-of-the-browser"}
    return {(method, path): await who.request(method, path, json=body, headers=headers) for method, path, body in asked}


async def test_nobody_but_the_owner_reaches_an_upload_a_video_or_a_submission(stage, ada, ben, otto):
    submission = await stage.submit(ada)
    video = submission["video"]
    asked = routes(stage, video["id"], submission["id"])
    otto_as_learner = await stage.enter("otta", Role.LEARNER, course=stage.other_course)
    calls = len(stage.wire.requests)
    for who in (ben, otto, otto_as_learner):
        for route, answer in (await ask_all(who, asked)).items():
            assert (answer.status_code, answer.json()["code"]) == (404, "access.not_found"), route
    assert len(stage.wire.requests) == calls
    assert [event.event for event in await stage.events()][-1] == "submission.submitted"
    assert (await ada.get(f"submissions/{submission['id']}")).json() == submission


async def test_what_does_not_exist_looks_the_same_as_what_is_somebody_elses(stage, ada, ben):
    submission = await stage.submit(ada)
    foreign = await ask_all(ben, routes(stage, submission["video"]["id"], submission["id"]))
    absent = await ask_all(ben, routes(stage, UNKNOWN, UNKNOWN))
    for one, other in zip(foreign.values(), absent.values(), strict=True):
        same = ("type", "title", "status", "detail", "code", "retryable")
        assert [one.json()[name] for name in same] == [other.json()[name] for name in same]


async def test_nobody_hands_in_the_video_of_another(stage, ada, ben):
    video = await stage.upload(ada)
    wanted = {"assignment_id": video["assignment_id"], "video_id": video["id"]}
    answer = await ben.post("submissions", json=wanted, headers={"Idempotency-Key": "a-key-of-the-browser"})
    assert (answer.status_code, answer.json()["code"]) == (404, "access.not_found")


async def test_the_launch_of_one_assignment_does_not_reach_into_another_of_the_same_person(stage, ada):
    submission = await stage.submit(ada)
    elsewhere = await stage.enter("ada", Role.LEARNER, assignment_id=await stage.assignment())
    for route, answer in (await ask_all(elsewhere, routes(stage, submission["video"]["id"], submission["id"]))).items():
        assert answer.status_code == 404, route


async def test_teachers_reach_the_submission_and_nothing_of_the_upload(stage, ada, tess):
    submission = await stage.submit(ada)
    answers = await ask_all(tess, routes(stage, submission["video"]["id"], submission["id"]))
    found = [route for route, answer in answers.items() if answer.status_code != 404]
    assert found == [("GET", f"submissions/{submission['id']}")]


@pytest.mark.parametrize("token", [None, "not.a.token"])
async def test_without_a_session_nothing_is_reached(stage, token):
    nobody = stage.client(token)
    for route, answer in (await ask_all(nobody, routes(stage, UNKNOWN, UNKNOWN))).items():
        assert (answer.status_code, answer.json()["code"]) == (401, "session.ended"), route
    await nobody.aclose()
