"""Scores on their way into a gradebook that is slow, strict, forgetful, or away."""

import asyncio
import json
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import update
from tests.factories import Stage
from tests.integration.grading.conftest import SUBS, Gradebook, Wire
from tests.rows import add_submission, score_of

from fieldreel.audit.service import Event
from fieldreel.grading.jobs import LEASE
from fieldreel.grading.models import ScoreStatus
from fieldreel.launches.models import Launch
from fieldreel.submissions.models import Submission

SCORES = "/scores"


async def graded(
    stage: Stage, name: str = "ada", points: float | None = 78, comment: str = "Good posture."
) -> Submission:
    """A submission of somebody with a fresh grade."""
    submission = await add_submission(stage, name)
    await regrade(stage, submission, points, comment, **{"If-None-Match": "*"})
    return submission


async def regrade(
    stage: Stage, submission: Submission, points: float | None, comment: str = "Good posture.", **headers: str
) -> dict[str, Any]:
    answer = await stage.as_("tess").put(
        f"submissions/{submission.id}/grade",
        json={"points": points, "comment": comment},
        headers=headers or {"If-Match": "*"},
    )
    assert answer.status_code == 200, answer.text
    grade: dict[str, Any] = answer.json()
    return grade


async def delivery(stage: Stage, submission: Submission) -> dict[str, Any]:
    """What the teacher reads of the score's way."""
    grade = (await stage.as_("tess").get(f"submissions/{submission.id}/grade")).json()
    shown: dict[str, Any] = grade["delivery"]
    return shown


# The good way


async def test_a_grade_stands_in_the_gradebook(stage: Stage, gradebook: Gradebook) -> None:
    submission = await graded(stage)
    report = await gradebook.deliver()
    assert (report.sent, report.put_off, report.parked) == (1, 0, 0)
    grade = gradebook.grade("ada")
    assert grade is not None
    assert (grade.score, grade.comment) == (78, "Good posture.")
    assert (grade.activity_progress, grade.grading_progress) == ("Completed", "FullyGraded")
    assert grade.scoring_user_id == SUBS["tess"]
    body = gradebook.calls[0].body
    assert body["submission"]["submittedAt"] == submission.submitted_at.isoformat(timespec="milliseconds")
    shown = await delivery(stage, submission)
    assert (shown["status"], shown["problem"], shown["attempts"]) == ("sent", None, 0)
    (event,) = await stage.events(Event.SCORE_SENT)
    assert event.submission_id == submission.id


async def test_nothing_due_means_nothing_done(stage: Stage, gradebook: Gradebook, wire: Wire) -> None:
    await graded(stage)
    await gradebook.deliver()
    wire.requests.clear()
    assert (await gradebook.deliver()).sent == 0
    assert wire.requests == []


async def test_a_better_grade_replaces_the_first(stage: Stage, gradebook: Gradebook) -> None:
    submission = await graded(stage, points=60)
    await gradebook.deliver()
    await regrade(stage, submission, 85, "")
    await gradebook.deliver()
    grade = gradebook.grade("ada")
    assert grade is not None
    assert (grade.score, grade.comment) == (85, ""), "a comment that was removed here goes there too"


async def test_two_grades_within_one_second_carry_two_timestamps(stage: Stage, gradebook: Gradebook) -> None:
    submission = await graded(stage, points=60)
    await gradebook.deliver()
    await regrade(stage, submission, 61)
    await gradebook.deliver()
    first, second = (datetime.fromisoformat(call.body["timestamp"]) for call in gradebook.calls)
    assert second - first >= timedelta(seconds=1)
    assert [call.status for call in gradebook.calls] == [200, 200]


async def test_grades_saved_in_a_row_are_sent_as_one(stage: Stage, gradebook: Gradebook) -> None:
    submission = await graded(stage, points=60)
    await regrade(stage, submission, 70)
    await regrade(stage, submission, 80)
    assert (await gradebook.deliver()).sent == 1
    assert [call.body["scoreGiven"] for call in gradebook.calls] == [80]


async def test_points_that_were_taken_back_leave_the_gradebook(stage: Stage, gradebook: Gradebook) -> None:
    submission = await graded(stage, points=60)
    await gradebook.deliver()
    await regrade(stage, submission, None, "See me.")
    await gradebook.deliver()
    grade = gradebook.grade("ada")
    assert grade is not None
    assert (grade.score, grade.comment, grade.grading_progress) == (None, "See me.", "PendingManual")
    assert "scoreGiven" not in gradebook.calls[-1].body


async def test_a_comment_is_added_once_at_a_platform_that_appends(stage: Stage, gradebook: Gradebook) -> None:
    async with stage.parts.database.begin() as session:
        await session.execute(update(Launch).values(product_family="canvas"))
    submission = await graded(stage)
    await gradebook.deliver()
    await regrade(stage, submission, 80)
    await gradebook.deliver()
    assert [call.body.get("comment") for call in gradebook.calls] == ["Good posture.", None]


# Refusals that pass


async def test_a_score_of_the_same_second_is_sent_again_with_a_later_one(stage: Stage, gradebook: Gradebook) -> None:
    submission = await graded(stage)
    column = gradebook.columns[0]
    gradebook.advance(seconds=1)
    gradebook.lms.gradebook.change_by_hand(column, gradebook.lms.world.people["ada"], 12)
    stage.clock.advance(timedelta(seconds=-1))
    assert (await gradebook.deliver()).put_off == 1
    assert (await delivery(stage, submission))["status"] == "retrying"
    gradebook.advance(seconds=3)
    assert (await gradebook.deliver()).sent == 1
    assert [call.status for call in gradebook.calls] == [409, 200]
    grade = gradebook.grade("ada")
    assert grade is not None
    assert grade.score == 78


async def test_a_grade_that_somebody_changed_later_in_the_lms_is_left_to_the_teacher(
    stage: Stage, gradebook: Gradebook
) -> None:
    submission = await graded(stage)
    gradebook.lms.clock.advance(timedelta(hours=1))
    gradebook.lms.gradebook.change_by_hand(gradebook.columns[0], gradebook.lms.world.people["ada"], 80)
    gradebook.lms.clock.advance(timedelta(hours=-1))
    await gradebook.deliver()
    gradebook.advance(seconds=5)
    assert (await gradebook.deliver()).parked == 1
    shown = await delivery(stage, submission)
    assert (shown["status"], shown["code"]) == ("parked", "platform.score_conflict")
    assert "Compare the two" in shown["problem"]
    grade = gradebook.grade("ada")
    assert grade is not None
    assert grade.score == 80
    gradebook.advance(hours=2)
    answer = await stage.as_("tess").post(f"submissions/{submission.id}/grade/resend")
    assert (answer.status_code, answer.json()["delivery"]["status"]) == (202, "due")
    await gradebook.deliver()
    grade = gradebook.grade("ada")
    assert grade is not None
    assert grade.score == 78


async def test_a_token_that_the_lms_does_not_know_any_more_is_fetched_anew_once(
    stage: Stage, gradebook: Gradebook, wire: Wire
) -> None:
    await graded(stage, "ada")
    await gradebook.deliver()
    gradebook.lms.store.state.tokens.clear()
    await graded(stage, "ben")
    assert (await gradebook.deliver()).sent == 1
    assert len(wire.sent("/token")) == 2
    assert len(wire.sent(SCORES)) == 3


async def test_one_token_serves_a_whole_class(stage: Stage, gradebook: Gradebook, wire: Wire) -> None:
    await graded(stage, "ada")
    await graded(stage, "ben")
    assert (await gradebook.deliver()).sent == 2
    assert len(wire.sent("/token")) == 1


async def test_a_service_that_takes_no_token_at_all_is_parked_with_words_for_the_administrator(
    stage: Stage, gradebook: Gradebook, wire: Wire
) -> None:
    submission = await graded(stage)
    gradebook.fail("scores", status=401, times=2)
    assert (await gradebook.deliver()).parked == 1
    assert len(wire.sent(SCORES)) == 2
    shown = await delivery(stage, submission)
    assert shown["code"] == "platform.token_refused"
    assert "administrator" in shown["problem"]


@pytest.mark.parametrize("call", ["scores", "token"])
async def test_a_busy_lms_is_asked_again_when_it_said(stage: Stage, gradebook: Gradebook, call: str) -> None:
    submission = await graded(stage)
    gradebook.fail(call, status=503, retry_after="90")
    before = stage.clock.now()
    assert (await gradebook.deliver()).put_off == 1
    shown = await delivery(stage, submission)
    assert (shown["status"], shown["code"], shown["attempts"]) == ("retrying", "platform.unavailable", 1)
    wait = datetime.fromisoformat(shown["next_attempt_at"]) - before
    assert timedelta(seconds=89) < wait < timedelta(seconds=100)
    gradebook.advance(seconds=80)
    assert (await gradebook.deliver()).sent == 0
    gradebook.advance(seconds=20)
    assert (await gradebook.deliver()).sent == 1
    shown = await delivery(stage, submission)
    assert (shown["status"], shown["code"]) == ("sent", None)


async def test_pauses_grow_while_an_lms_is_away_and_it_is_never_forgotten(
    stage: Stage, gradebook: Gradebook, wire: Wire
) -> None:
    submission = await graded(stage)
    waits = []
    for _ in range(4):
        wire.failing = [httpx.ReadTimeout]
        before = stage.clock.now()
        assert (await gradebook.deliver()).put_off == 1
        score = await score_of(stage, submission.id)
        assert score is not None
        waits.append(score.next_attempt_at - before)
        gradebook.advance(seconds=waits[-1].total_seconds() + 1)
    assert waits == sorted(waits)
    assert waits[0] < timedelta(seconds=15)
    assert waits[-1] > timedelta(minutes=5)
    assert (await gradebook.deliver()).sent == 1


async def test_a_retry_after_of_nothing_does_not_become_a_storm(stage: Stage, gradebook: Gradebook, wire: Wire) -> None:
    await graded(stage)
    gradebook.fail("scores", status=503, retry_after="0", times=3)
    assert (await gradebook.deliver()).put_off == 1
    assert len(wire.sent(SCORES)) == 1


# Refusals that stay


async def test_a_learner_who_left_is_parked_with_our_words(stage: Stage, gradebook: Gradebook, wire: Wire) -> None:
    submission = await graded(stage)

    class Refusing(httpx.AsyncBaseTransport):
        def __init__(self, lms: httpx.AsyncBaseTransport) -> None:
            self.lms = lms

        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            if request.url.path.endswith(SCORES):
                return httpx.Response(422, json={"errors": {"message": "User not found in course <script>"}})
            return await self.lms.handle_async_request(request)

    assert wire.to_lms is not None
    wire.to_lms = Refusing(wire.to_lms)
    assert (await gradebook.deliver()).parked == 1
    shown = await delivery(stage, submission)
    assert (shown["status"], shown["code"]) == ("parked", "platform.learner_not_gradable")
    assert "may have left the course" in shown["problem"]
    assert "script" not in json.dumps(shown)
    (event,) = await stage.events(Event.SCORE_FAILED)
    assert event.data == {"reason": "platform.learner_not_gradable", "again": False}


async def test_a_person_who_holds_no_grades_at_moodle_is_parked(stage: Stage, gradebook: Gradebook) -> None:
    submission = await graded(stage, "cleo")  # at the LMS cleo is a learner; otherwise as Moodle: 400 without words
    await gradebook.deliver()
    assert (await delivery(stage, submission))["status"] == "sent"
    gradebook.lms.world.courses["nur204"].roles.pop("cleo")  # type: ignore[attr-defined] # a dict underneath
    gradebook.advance(seconds=2)
    await regrade(stage, submission, 90)
    assert (await gradebook.deliver()).parked == 1
    assert (await delivery(stage, submission))["code"] == "platform.score_rejected"


async def test_a_column_that_was_deleted_is_parked_and_no_second_one_is_made(
    stage: Stage, gradebook: Gradebook
) -> None:
    submission = await graded(stage)
    gradebook.lms.gradebook.delete(gradebook.lms.world.courses["nur204"], gradebook.columns[0].id)
    columns = len(gradebook.columns)
    assert (await gradebook.deliver()).parked == 1
    shown = await delivery(stage, submission)
    assert shown["code"] == "platform.line_item_gone"
    assert "Open the assignment once" in shown["problem"]
    assert len(gradebook.columns) == columns


async def test_without_any_gradebook_the_grade_stays_here(stage: Stage, gradebook: Gradebook, wire: Wire) -> None:
    await gradebook.without_gradebook()
    submission = await graded(stage)
    assert (await gradebook.deliver()).parked == 1
    shown = await delivery(stage, submission)
    assert shown["code"] == "platform.no_gradebook"
    assert "did not offer a gradebook column" in shown["problem"]
    assert wire.sent(SCORES) == []


# Columns


async def test_a_missing_column_is_made_once_and_remembered(stage: Stage, gradebook: Gradebook, wire: Wire) -> None:
    await gradebook.without_column()
    before = len(gradebook.columns)
    await graded(stage, "ada")
    await graded(stage, "ben")
    assert (await gradebook.deliver()).sent == 2
    made = gradebook.columns[before:]
    assert [column.resource_id for column in made] == [str(stage.course.assignment_id)]
    assert (made[0].label, made[0].score_maximum) == ("Hand hygiene", 100)
    for name in ("ada", "ben"):
        grade = gradebook.grade(name, made[0])
        assert grade is not None
        assert grade.score == 78
    assert len(wire.sent("/lineitems")) == 2, "one look, one column"


async def test_a_column_of_which_we_never_heard_is_found_again(stage: Stage, gradebook: Gradebook) -> None:
    await gradebook.without_column()
    before = len(gradebook.columns)
    gradebook.fail("lineitems", status=None, delay_seconds=0)  # the look
    gradebook.fail("lineitems", status=503, after_effect=True)  # the column is made, its address is lost
    await graded(stage)
    assert (await gradebook.deliver()).put_off == 1
    gradebook.advance(minutes=1)
    assert (await gradebook.deliver()).sent == 1
    assert len(gradebook.columns) == before + 1


async def test_two_senders_make_one_column(stage: Stage, gradebook: Gradebook, wire: Wire) -> None:
    await gradebook.without_column()
    before = len(gradebook.columns)
    await graded(stage, "ada")

    async def second_sender(request: httpx.Request) -> None:
        if request.method == "GET":
            wire.before_answer = None
            await graded(stage, "ben")
            assert (await gradebook.deliver()).sent == 0, "ben's waits until the column is there"

    wire.before_answer = second_sender
    reports = [await gradebook.deliver(), await gradebook.deliver()]
    assert sum(report.sent for report in reports) == 2
    assert len(gradebook.columns) == before + 1


# Deaths, races, and bad neighbours


async def test_a_sender_that_dies_before_its_note_is_followed_by_one_that_sends_again(
    stage: Stage, gradebook: Gradebook, wire: Wire
) -> None:
    submission = await graded(stage)

    async def die(request: httpx.Request) -> None:
        if request.url.path.endswith(SCORES):
            raise asyncio.CancelledError

    wire.before_answer = die
    with pytest.raises(asyncio.CancelledError):
        await gradebook.deliver()
    wire.before_answer = None
    score = await score_of(stage, submission.id)
    assert score is not None
    assert (score.status, score.sent_at) == (ScoreStatus.SENDING, None)
    assert (await gradebook.deliver()).sent == 0, "it may still be on its way"
    gradebook.advance(seconds=LEASE.total_seconds() + 1)
    assert (await gradebook.deliver()).sent == 1
    first, second = gradebook.calls
    assert (first.status, second.status) == (200, 200)
    assert second.body["timestamp"] > first.body["timestamp"]
    assert {name: value for name, value in first.body.items() if name != "timestamp"} == {
        name: value for name, value in second.body.items() if name != "timestamp"
    }
    assert (await delivery(stage, submission))["status"] == "sent"


async def test_an_answer_that_was_lost_is_asked_for_again(stage: Stage, gradebook: Gradebook) -> None:
    submission = await graded(stage)
    gradebook.fail("scores", status=504, after_effect=True)
    assert (await gradebook.deliver()).put_off == 1
    gradebook.advance(minutes=1)
    assert (await gradebook.deliver()).sent == 1
    assert [call.status for call in gradebook.calls] == [200, 200]
    assert (await delivery(stage, submission))["status"] == "sent"


async def test_a_newer_grade_while_one_is_sent_stays_due(stage: Stage, gradebook: Gradebook, wire: Wire) -> None:
    submission = await graded(stage, points=60)

    async def meanwhile(request: httpx.Request) -> None:
        if request.url.path.endswith(SCORES):
            wire.before_answer = None
            await regrade(stage, submission, 90)

    wire.before_answer = meanwhile
    assert (await gradebook.deliver()).sent == 2
    assert [call.body["scoreGiven"] for call in gradebook.calls] == [60, 90]
    grade = gradebook.grade("ada")
    assert grade is not None
    assert grade.score == 90
    assert (await delivery(stage, submission))["status"] == "sent"


async def test_a_failure_of_the_older_grade_says_nothing_of_the_newer(
    stage: Stage, gradebook: Gradebook, wire: Wire
) -> None:
    submission = await graded(stage, points=60)
    gradebook.fail("scores", status=400)

    async def meanwhile(request: httpx.Request) -> None:
        if request.url.path.endswith(SCORES):
            wire.before_answer = None
            await regrade(stage, submission, 90)

    wire.before_answer = meanwhile
    await gradebook.deliver()
    grade = gradebook.grade("ada")
    assert grade is not None
    assert grade.score == 90
    assert (await delivery(stage, submission))["status"] == "sent"


async def test_two_senders_at_once_send_once(stage: Stage, gradebook: Gradebook, wire: Wire) -> None:
    await graded(stage, "ada")
    await graded(stage, "ben")
    reports = await asyncio.gather(*(gradebook.deliver() for _ in range(4)))
    assert sum(report.sent for report in reports) == 2
    assert len(wire.sent(SCORES)) == 2


async def test_a_sender_whose_lease_ran_out_leaves_the_rest_of_its_batch_to_the_next(
    stage: Stage, gradebook: Gradebook, wire: Wire
) -> None:
    await graded(stage, "ada")
    await graded(stage, "ben")

    async def slow(request: httpx.Request) -> None:
        if request.url.path.endswith(SCORES):
            wire.before_answer = None
            gradebook.advance(seconds=LEASE.total_seconds() + 1)
            assert len(await stage.parts.deliverer._claim()) == 2, "another sender holds both now"

    wire.before_answer = slow
    await gradebook.deliver()
    assert [call.user_id for call in gradebook.calls] == [SUBS["ada"]]
    gradebook.advance(seconds=LEASE.total_seconds() + 1)
    await gradebook.deliver()
    assert [call.user_id for call in gradebook.calls].count(SUBS["ben"]) == 1


async def test_one_bad_row_does_not_stop_the_others(
    stage: Stage, gradebook: Gradebook, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = await graded(stage, "ada")
    await graded(stage, "ben")
    compose = stage.parts.deliverer._comment

    def broken(owed: Any, book: Any) -> str | None:
        if owed.submission.id == bad.id:
            raise ZeroDivisionError
        return compose(owed, book)

    monkeypatch.setattr(stage.parts.deliverer, "_comment", broken)
    report = await gradebook.deliver()
    assert (report.sent, report.put_off) == (1, 1)
    assert gradebook.grade("ben") is not None
    shown = await delivery(stage, bad)
    assert (shown["status"], shown["code"]) == ("retrying", "internal.bug")


async def test_an_lms_that_does_not_answer_is_waited_for_once_a_run(
    stage: Stage, gradebook: Gradebook, wire: Wire
) -> None:
    for name in ("ada", "ben"):
        await graded(stage, name)
    wire.failing = [httpx.ConnectTimeout] * 10
    assert (await gradebook.deliver()).put_off == 2
    assert len(wire.requests) == 1
    wire.failing.clear()
    gradebook.advance(minutes=1)
    assert (await gradebook.deliver()).sent == 2


async def test_after_a_month_of_failures_a_person_has_to_look(stage: Stage, gradebook: Gradebook, wire: Wire) -> None:
    submission = await graded(stage)
    async with stage.parts.database.begin() as session:
        from fieldreel.grading.models import Score

        await session.execute(update(Score).values(attempts=29))
    wire.failing = [httpx.ConnectError]
    assert (await gradebook.deliver()).parked == 1
    assert (await delivery(stage, submission))["status"] == "parked"


async def test_a_score_that_arrived_can_be_sent_again(stage: Stage, gradebook: Gradebook) -> None:
    submission = await graded(stage)
    await gradebook.deliver()
    gradebook.lms.gradebook.change_by_hand(gradebook.columns[0], gradebook.lms.world.people["ada"], 5)
    gradebook.advance(seconds=5)
    await stage.as_("tess").post(f"submissions/{submission.id}/grade/resend")
    await gradebook.deliver()
    grade = gradebook.grade("ada")
    assert grade is not None
    assert grade.score == 78
