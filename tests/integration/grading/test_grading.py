"""Saving grades: by whom, against which version, and what is owed to the gradebook because of it."""

from typing import Any
from uuid import uuid4

import httpx
import pytest
from tests.factories import Stage
from tests.rows import add_submission, add_video, change_person, score_of

from fieldreel.audit.service import Event
from fieldreel.grading.models import ScoreStatus
from fieldreel.kit.ids import secret
from fieldreel.submissions.models import Submission, SubmissionStatus

FIRST = {"If-None-Match": "*"}


@pytest.fixture
async def submission(stage: Stage) -> Submission:
    """What ada handed in."""
    return await add_submission(stage, "ada")


async def save(
    who: httpx.AsyncClient,
    submission: Submission,
    points: float | None = 78,
    headers: dict[str, str] | None = None,
    **body: Any,
) -> httpx.Response:
    wanted = {"points": points, "comment": "Good posture.", **body}
    return await who.put(
        f"submissions/{submission.id}/grade", json=wanted, headers=FIRST if headers is None else headers
    )


def refused(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    problem: dict[str, Any] = answer.json()
    assert (answer.status_code, problem["code"]) == (status, code), answer.text
    return problem


# Saving


async def test_a_grade_is_saved_shown_and_owed(
    stage: Stage, submission: Submission, tess: httpx.AsyncClient, ada: httpx.AsyncClient
) -> None:
    answer = await save(tess, submission)
    assert answer.status_code == 200
    assert answer.headers["ETag"] == '"1"'
    grade = answer.json()
    assert (grade["points"], grade["points_max"], grade["comment"]) == (78, 100, "Good posture.")
    assert grade["graded_by"] == {"id": str(stage.principals["tess"].person_id), "name": "Tess"}
    assert grade["delivery"]["status"] == "due"
    shown = await ada.get(f"submissions/{submission.id}/grade")
    assert shown.json() == grade
    assert shown.headers["ETag"] == '"1"'
    (event,) = await stage.events(Event.GRADED)
    assert (event.actor_id, event.submission_id) == (stage.principals["tess"].person_id, submission.id)
    assert event.data == {"points": 78.0}


async def test_an_assistant_grades_too(submission: Submission, cleo: httpx.AsyncClient) -> None:
    assert (await save(cleo, submission)).status_code == 200


async def test_before_it_is_graded_there_is_no_grade(
    submission: Submission, ada: httpx.AsyncClient, tess: httpx.AsyncClient
) -> None:
    for who in (ada, tess):
        refused(await who.get(f"submissions/{submission.id}/grade"), 404, "grade.none")


async def test_points_are_kept_to_the_hundredth(submission: Submission, tess: httpx.AsyncClient) -> None:
    assert (await save(tess, submission, 77.555)).json()["points"] in {77.55, 77.56}


# Versions


async def test_two_graders_do_not_overwrite_each_other(
    submission: Submission, tess: httpx.AsyncClient, cleo: httpx.AsyncClient
) -> None:
    await save(tess, submission, 72)
    assert (await save(cleo, submission, 80, {"If-Match": '"1"'})).headers["ETag"] == '"2"'
    answer = await save(tess, submission, 60, {"If-Match": '"1"'})
    current = refused(answer, 412, "state.changed_meanwhile")["current"]
    assert (current["points"], current["version"], current["graded_by"]["name"]) == (80, 2, "Cleo")
    assert (await tess.get(f"submissions/{submission.id}/grade")).json() == current


async def test_a_grade_that_should_be_the_first_finds_another(submission: Submission, tess: httpx.AsyncClient) -> None:
    await save(tess, submission, 72)
    assert refused(await save(tess, submission, 60), 412, "state.changed_meanwhile")["current"]["points"] == 72


async def test_a_grade_that_should_change_one_finds_none(submission: Submission, tess: httpx.AsyncClient) -> None:
    answer = await save(tess, submission, 60, {"If-Match": '"1"'})
    assert refused(answer, 412, "state.changed_meanwhile")["current"] is None


async def test_a_star_overwrites_whatever_is_there(submission: Submission, tess: httpx.AsyncClient) -> None:
    await save(tess, submission, 72)
    assert (await save(tess, submission, 60, {"If-Match": "*"})).json()["version"] == 2


async def test_a_change_without_a_condition_is_asked_for_one(submission: Submission, tess: httpx.AsyncClient) -> None:
    refused(await save(tess, submission, 60, {}), 428, "state.precondition_required")


@pytest.mark.parametrize("headers", [{"If-Match": "1"}, {"If-None-Match": '"1"'}])
async def test_a_condition_that_cannot_be_read_is_refused(
    submission: Submission, tess: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    refused(await save(tess, submission, 60, headers), 422, "request.invalid")


# Points


@pytest.mark.parametrize("points", [-0.01, 100.01, 1e300, -1e300])
async def test_points_out_of_range_are_refused_with_the_limit(
    stage: Stage, submission: Submission, tess: httpx.AsyncClient, points: float
) -> None:
    problem = refused(await save(tess, submission, points), 422, "grade.invalid_points")
    assert problem["errors"] == [{"pointer": "/points", "detail": "Points must be between 0 and 100."}]
    assert await score_of(stage, submission.id) is None


@pytest.mark.parametrize("points", [0, 100, 99.99])
async def test_points_at_the_limits_are_taken(submission: Submission, tess: httpx.AsyncClient, points: float) -> None:
    assert (await save(tess, submission, points)).json()["points"] == points


async def test_the_limit_is_the_assignments(stage: Stage, submission: Submission, tess: httpx.AsyncClient) -> None:
    await stage.set_policy(points_max=20)
    assert "between 0 and 20." in refused(await save(tess, submission, 21), 422, "grade.invalid_points")["detail"]


async def test_a_character_that_cannot_be_stored_is_a_fault_of_the_request(
    submission: Submission, tess: httpx.AsyncClient
) -> None:
    refused(await save(tess, submission, comment="a\x00b"), 422, "request.invalid")


async def test_a_field_that_nobody_reads_is_refused(submission: Submission, tess: httpx.AsyncClient) -> None:
    problem = refused(await save(tess, submission, user_id="someone-else"), 422, "request.invalid")
    assert problem["errors"][0]["pointer"] == "/user_id"


# Who


async def test_a_learner_grades_nobody(submission: Submission, ada: httpx.AsyncClient, ben: httpx.AsyncClient) -> None:
    for who in (ada, ben):
        refused(await save(who, submission, 100), 403, "access.forbidden")
        refused(await who.post(f"submissions/{submission.id}/grade/resend"), 403, "access.forbidden")


async def test_another_learner_and_another_deployment_find_nothing(
    submission: Submission, tess: httpx.AsyncClient, ben: httpx.AsyncClient, otto: httpx.AsyncClient
) -> None:
    await save(tess, submission)
    for who in (ben, otto):
        refused(await who.get(f"submissions/{submission.id}/grade"), 404, "access.not_found")
    refused(await save(otto, submission, 1, {"If-Match": "*"}), 404, "access.not_found")
    refused(await otto.post(f"submissions/{submission.id}/grade/resend"), 404, "access.not_found")
    assert (await tess.get(f"submissions/{submission.id}/grade")).json()["points"] == 78


async def test_what_was_withdrawn_or_never_was_cannot_be_graded(stage: Stage, tess: httpx.AsyncClient) -> None:
    withdrawn = await add_submission(stage, "ada", status=SubmissionStatus.WITHDRAWN)
    refused(await save(tess, withdrawn), 404, "access.not_found")
    refused(await tess.put(f"submissions/{uuid4()}/grade", json={"points": 1}, headers=FIRST), 404, "access.not_found")


# What follows


async def test_feedback_closes_withdrawing_and_replacing(
    stage: Stage, submission: Submission, tess: httpx.AsyncClient, ada: httpx.AsyncClient
) -> None:
    await save(tess, submission, None)
    refused(await ada.delete(f"submissions/{submission.id}"), 409, "submission.graded")
    video = await add_video(stage, "ada")
    wanted = {"assignment_id": str(video.assignment_id), "video_id": str(video.id)}
    answer = await ada.post("submissions", json=wanted, headers={"Idempotency-Key": secret(12)})
    refused(answer, 409, "submission.graded")
    mine = (await ada.get(f"assignments/{video.assignment_id}/my-work")).json()
    assert mine["closed_reason"] == "graded"
    assert mine["can"] == {"upload": False, "submit": False, "withdraw": False}


async def test_feedback_without_points_owes_no_score(
    stage: Stage, submission: Submission, tess: httpx.AsyncClient
) -> None:
    grade = (await save(tess, submission, None)).json()
    assert grade["delivery"]["status"] == "none"
    assert await score_of(stage, submission.id) is None
    refused(await tess.post(f"submissions/{submission.id}/grade/resend"), 409, "grade.nothing_to_send")


async def test_points_taken_back_before_they_were_sent_are_not_owed_any_more(
    stage: Stage, submission: Submission, tess: httpx.AsyncClient
) -> None:
    await save(tess, submission, 78)
    grade = (await save(tess, submission, None, {"If-Match": '"1"'})).json()
    assert grade["delivery"]["status"] == "none"
    assert await score_of(stage, submission.id) is None


async def test_of_the_test_student_no_gradebook_hears(
    stage: Stage, submission: Submission, tess: httpx.AsyncClient
) -> None:
    await change_person(stage, "ada", test_user=True)
    assert (await save(tess, submission)).json()["delivery"]["status"] == "none"
    assert await score_of(stage, submission.id) is None


async def test_an_attempt_that_does_not_count_owes_no_score(stage: Stage, tess: httpx.AsyncClient) -> None:
    older = await add_submission(stage, "ada", status=SubmissionStatus.REPLACED)
    await add_submission(stage, "ada", attempt=2)
    assert (await save(tess, older)).json()["delivery"]["status"] == "none"


async def test_two_grades_in_a_row_owe_one_score(stage: Stage, submission: Submission, tess: httpx.AsyncClient) -> None:
    await save(tess, submission, 60)
    await save(tess, submission, 70, {"If-Match": '"1"'})
    score = await score_of(stage, submission.id)
    assert score is not None
    assert (score.status, score.wanted) == (ScoreStatus.DUE, 2)


async def test_a_grade_that_fails_to_be_logged_is_not_saved(
    stage: Stage, submission: Submission, tess: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(stage.parts.grading, "_record", broken)
    refused(await save(tess, submission), 500, "internal.bug")
    monkeypatch.undo()
    refused(await tess.get(f"submissions/{submission.id}/grade"), 404, "grade.none")
    assert await score_of(stage, submission.id) is None
