"""The teacher's queue: who stands in it, in which state, and what it costs."""

from typing import Any

import httpx
import pytest
from sqlalchemy import event
from tests.factories import Stage
from tests.rows import add_submission, add_video, change_person, score_of

from fieldreel.courses.models import Enrolment, Person
from fieldreel.grading.models import Score, ScoreStatus
from fieldreel.kit.ids import uuid7
from fieldreel.lti.roles import Role
from fieldreel.submissions.models import Submission, SubmissionStatus
from fieldreel.videos.models import VideoStatus


async def queue(stage: Stage, who: str = "tess") -> dict[str, Any]:
    answer = await stage.as_(who).get(f"assignments/{stage.course.assignment_id}/queue")
    assert answer.status_code == 200, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


async def row(stage: Stage, name: str = "ada") -> dict[str, Any]:
    """The line of somebody."""
    person_id = str(stage.principals[name].person_id)
    (found,) = [item for item in (await queue(stage))["items"] if item["person"]["id"] == person_id]
    item: dict[str, Any] = found
    return item


async def grade(stage: Stage, submission: Submission, points: float | None = 78) -> None:
    answer = await stage.as_("tess").put(
        f"submissions/{submission.id}/grade", json={"points": points}, headers={"If-Match": "*"}
    )
    assert answer.status_code == 200, answer.text


async def test_everybody_who_came_as_a_learner_is_in_it_by_name(stage: Stage) -> None:
    shown = await queue(stage)
    assert [item["person"]["name"] for item in shown["items"]] == ["Ada", "Ben"]
    assert shown["assignment"]["id"] == str(stage.course.assignment_id)
    assert shown["counts"] == {
        "people": 2,
        "submitted": 0,
        "to_grade": 0,
        "problems": 0,
        "not_submitted": 2,
        "uploading": 0,
    }


async def test_a_submission_waits_to_be_graded_and_then_does_not(stage: Stage) -> None:
    submission = await add_submission(stage, "ada")
    item = await row(stage)
    assert item["submission"]["id"] == str(submission.id)
    assert item["submission"]["video"]["status"] == "ready"
    assert item["grade"] is None
    assert (await queue(stage))["counts"]["to_grade"] == 1
    await grade(stage, submission)
    item = await row(stage)
    assert (item["grade"]["points"], item["grade"]["delivery"]["status"]) == (78, "due")
    counts = (await queue(stage))["counts"]
    assert (counts["submitted"], counts["to_grade"], counts["not_submitted"]) == (1, 0, 1)


async def test_a_draft_is_nobodys_business(stage: Stage) -> None:
    video = await add_video(stage, "ada")
    item = await row(stage)
    assert (item["submission"], item["attempts"], item["uploading"], item["grade"]) == (None, [], None, None)
    answer = await stage.as_("tess").get(f"assignments/{stage.course.assignment_id}/queue")
    assert str(video.id) not in answer.text


async def test_what_was_withdrawn_is_out_of_it(stage: Stage) -> None:
    submission = await add_submission(stage, "ada", status=SubmissionStatus.WITHDRAWN)
    item = await row(stage)
    assert (item["submission"], item["attempts"]) == (None, [])
    answer = await stage.as_("tess").get(f"assignments/{stage.course.assignment_id}/queue")
    assert str(submission.video_id) not in answer.text


async def test_attempts_stand_newest_first_and_one_counts(stage: Stage) -> None:
    await add_submission(stage, "ada", attempt=1, status=SubmissionStatus.REPLACED)
    await add_submission(stage, "ada", attempt=2, status=SubmissionStatus.WITHDRAWN)
    newest = await add_submission(stage, "ada", attempt=3, late=True)
    item = await row(stage)
    assert [attempt["attempt"] for attempt in item["attempts"]] == [3, 1]
    assert (item["submission"]["id"], item["submission"]["late"]) == (str(newest.id), True)


async def test_that_somebody_uploads_is_told_but_not_what(stage: Stage) -> None:
    await add_video(stage, "ada", VideoStatus.UPLOADING, declared_bytes=1000, offset_bytes=420)
    item = await row(stage)
    assert (item["uploading"]["status"], item["uploading"]["percent"]) == ("uploading", 42)
    assert set(item["uploading"]) == {"status", "percent", "intent_at"}
    assert (await queue(stage))["counts"]["uploading"] == 1


async def test_an_upload_that_ended_is_not_running(stage: Stage) -> None:
    await add_video(stage, "ada", VideoStatus.UPLOADING)
    await add_video(stage, "ada", VideoStatus.CANCELLED)
    assert (await row(stage))["uploading"] is None


@pytest.mark.parametrize("status", [VideoStatus.FAILED, VideoStatus.DELETED, VideoStatus.DELETING])
async def test_a_submission_that_cannot_be_played_is_a_problem(stage: Stage, status: VideoStatus) -> None:
    await add_submission(stage, "ada", await add_video(stage, "ada", status))
    counts = (await queue(stage))["counts"]
    assert (counts["problems"], counts["to_grade"]) == (1, 1)


async def test_a_score_that_needs_a_person_is_a_problem(stage: Stage) -> None:
    submission = await add_submission(stage, "ada")
    await grade(stage, submission)
    assert (await queue(stage))["counts"]["problems"] == 0
    score = await score_of(stage, submission.id)
    assert score is not None
    async with stage.parts.database.begin() as session:
        parked = await session.get_one(Score, score.id)
        parked.status, parked.last_error = ScoreStatus.PARKED, "platform.line_item_gone"
    assert (await queue(stage))["counts"]["problems"] == 1
    assert "Open the assignment once" in (await row(stage))["grade"]["delivery"]["problem"]


async def test_the_platforms_test_student_is_not_in_it(stage: Stage) -> None:
    await add_submission(stage, "ada")
    await change_person(stage, "ada", test_user=True)
    shown = await queue(stage)
    assert [item["person"]["name"] for item in shown["items"]] == ["Ben"]
    assert shown["counts"]["submitted"] == 0


async def test_another_course_of_the_same_deployment_does_not_show_through(stage: Stage) -> None:
    elsewhere = await stage.assignment()
    async with await stage.enter("ada", Role.LEARNER, assignment_id=elsewhere):
        await add_submission(stage, "ada")
    assert (await row(stage))["submission"] is None


async def test_only_those_who_grade_see_it(stage: Stage, ada: httpx.AsyncClient, otto: httpx.AsyncClient) -> None:
    path = f"assignments/{stage.course.assignment_id}/queue"
    for who, status in ((ada, 403), (otto, 404)):
        assert (await who.get(path)).status_code == status
    assert (await queue(stage, "cleo"))["counts"]["people"] == 2


async def test_its_cost_does_not_grow_with_the_class(stage: Stage) -> None:
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    async def cost() -> int:
        statements.clear()
        await queue(stage)
        return len(statements)

    engine = stage.parts.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    await add_submission(stage, "ada")
    small = await cost()
    for number in range(30):
        person = Person(
            id=uuid7(), deployment_id=stage.course.deployment_id, sub=f"s{number}", name=f"Student {number}"
        )
        enrolment = Enrolment(
            context_id=stage.course.context_id, person_id=person.id, role=Role.LEARNER, last_launch_at=stage.clock.now()
        )
        await stage.add(person, enrolment)
        video = await add_video(stage, "ada", person_id=person.id)
        await grade(stage, await add_submission(stage, "ada", video))
    assert await cost() == small
    assert small <= 6
    assert (await queue(stage))["counts"]["submitted"] == 31
