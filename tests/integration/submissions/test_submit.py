"""Handing in: an explicit act on bytes that Stream has confirmed."""

import asyncio
from datetime import timedelta

from fieldreel.kit.ids import secret

KEY = {"Idempotency-Key": "a-key-of-the-browser"}


def of(video):
    return {"assignment_id": video["assignment_id"], "video_id": video["id"]}


async def test_a_submission_has_a_receipt_and_the_video_as_stream_knows_it(stage, ada):
    video = await stage.upload(ada)
    answer = await ada.post("submissions", json=of(video), headers=KEY)
    submission = answer.json()
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"/api/v1/submissions/{submission['id']}"
    assert (submission["attempt"], submission["status"], submission["late"]) == (1, "submitted", False)
    assert submission["receipt"].startswith("VA-")
    assert submission["intent_at"] == video["intent_at"]
    assert submission["video"]["duration_seconds"] == 2.0
    (event,) = await stage.events("submission.submitted")
    assert (event.actor_id, event.data["attempt"]) == (stage.principals["ada"].person_id, 1)


async def test_without_streams_word_for_the_bytes_nothing_is_handed_in(stage, ada):
    upload = await stage.start(ada)
    await stage.send(upload)  # but nobody has asked Stream yet
    refused = await ada.post("submissions", json=of(upload), headers=KEY)
    assert (refused.status_code, refused.json()["code"]) == (409, "submission.not_uploaded")
    assert refused.json()["retryable"]
    await stage.encoded(upload["id"])
    await stage.complete(ada, upload["id"])
    assert (await ada.post("submissions", json=of(upload), headers=KEY)).status_code == 201


async def test_handing_in_does_not_wait_for_processing(stage, ada):
    stage.stream.switches.stuck_in_queue = True
    upload = await stage.start(ada)
    await stage.send(upload)
    assert (await stage.complete(ada, upload["id"]))["status"] == "processing"
    submission = await stage.submit(ada, upload)
    assert submission["video"]["status"] == "processing"
    stage.stream.switches.stuck_in_queue = False
    await stage.encoded(upload["id"])
    await stage.complete(ada, upload["id"])
    shown = (await ada.get(f"submissions/{submission['id']}")).json()
    assert (shown["video"]["status"], shown["submitted_at"]) == ("ready", submission["submitted_at"])


async def test_a_video_that_failed_or_was_cancelled_cannot_be_handed_in(stage, ada):
    failed = await stage.upload(ada, b"no film " * 100)
    cancelled = await stage.start(ada)
    await ada.delete(f"uploads/{cancelled['id']}")
    for video, status in ((failed, "failed"), (cancelled, "deleted")):
        answer = await ada.post("submissions", json=of(video), headers={"Idempotency-Key": secret()})
        assert (answer.status_code, answer.json()["code"]) == (409, "submission.video_unusable")
        assert answer.json()["video_status"] == status


async def test_the_same_key_gives_the_same_submission_and_stands_for_one_video(stage, ada):
    video = await stage.upload(ada)
    first = await ada.post("submissions", json=of(video), headers=KEY)
    again = await ada.post("submissions", json=of(video), headers=KEY)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    other = await stage.upload(ada)
    refused = await ada.post("submissions", json=of(other), headers=KEY)
    assert (refused.status_code, refused.json()["code"]) == (422, "request.key_reused")
    missing = await ada.post("submissions", json=of(other))
    assert (missing.status_code, missing.json()["code"]) == (422, "request.key_missing")


async def test_two_tabs_that_submit_at_once_use_one_attempt(stage, ada):
    video = await stage.upload(ada)
    answers = await asyncio.gather(
        *(ada.post("submissions", json=of(video), headers={"Idempotency-Key": secret()}) for _ in range(5))
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409]
    assert {answer.json()["code"] for answer in answers if answer.is_error} == {"submission.already_submitted"}
    home = (await ada.get(f"assignments/{stage.course.assignment_id}/my-work")).json()
    assert [attempt["attempt"] for attempt in home["attempts"]] == [1]


async def test_replacing_keeps_the_attempt_before_with_its_video_and_receipt(stage, ada):
    first = await stage.submit(ada)
    second = await stage.submit(ada)
    home = (await ada.get(f"assignments/{stage.course.assignment_id}/my-work")).json()
    assert home["submission"]["id"] == second["id"]
    assert [(one["attempt"], one["status"]) for one in home["attempts"]] == [(2, "submitted"), (1, "replaced")]
    kept = (await ada.get(f"submissions/{first['id']}")).json()
    assert (kept["receipt"], kept["video"]["status"]) == (first["receipt"], "ready")
    assert len(stage.stored(first["video"]["id"])) == 1


async def test_of_two_drafts_handed_in_at_once_one_counts(stage, ada):
    stage.stream.switches.stuck_in_queue = True
    videos = []
    for _ in range(2):
        upload = await stage.start(ada)
        await stage.send(upload)
        videos.append(await stage.complete(ada, upload["id"]))
    submissions = await asyncio.gather(*(stage.submit(ada, video) for video in videos))
    home = (await ada.get(f"assignments/{stage.course.assignment_id}/my-work")).json()
    assert sorted(one["attempt"] for one in submissions) == [1, 2]
    assert [one["status"] for one in home["attempts"]] == ["submitted", "replaced"]
    stage.stream.switches.stuck_in_queue = False


async def test_no_more_attempts_than_the_assignment_allows(stage, ada):
    await stage.set_policy(attempts_allowed=1)
    stage.stream.switches.stuck_in_queue = True
    videos = []
    for _ in range(2):
        upload = await stage.start(ada)
        await stage.send(upload)
        videos.append(await stage.complete(ada, upload["id"]))
    stage.stream.switches.stuck_in_queue = False
    await stage.submit(ada, videos[0])
    refused = await ada.post("submissions", json=of(videos[1]), headers=KEY)
    assert (refused.status_code, refused.json()["code"]) == (409, "submission.attempts_used")


async def test_an_upload_begun_in_time_has_the_grace_to_finish(stage, ada, ben):
    due = stage.clock.now() + timedelta(minutes=10)
    await stage.set_policy(due_at=due, closes_at=due + timedelta(minutes=10))
    in_time = await stage.upload(ada)
    stage.clock.advance(timedelta(minutes=15))
    after_due = await stage.upload(ben)
    assert (await stage.submit(ada, in_time))["late"] is False
    assert (await stage.submit(ben, after_due))["late"] is True


async def test_after_the_grace_even_an_upload_begun_in_time_is_late_and_then_closed(stage, ada, ben):
    due = stage.clock.now() + timedelta(minutes=1)
    await stage.set_policy(due_at=due, closes_at=due + timedelta(minutes=30))
    videos = {who: await stage.upload(who) for who in (ada, ben)}
    stage.clock.advance(timedelta(minutes=70))  # past the grace of the due time, within that of the closing time
    assert (await stage.submit(ada, videos[ada]))["late"] is True
    stage.clock.advance(timedelta(minutes=30))
    refused = await ben.post("submissions", json=of(videos[ben]), headers=KEY)
    assert (refused.status_code, refused.json()["code"]) == (409, "submission.closed")


async def test_teachers_see_submissions_and_hand_in_none(stage, ada, tess, cleo):
    submission = await stage.submit(ada)
    for teacher in (tess, cleo):
        assert (await teacher.get(f"submissions/{submission['id']}")).json()["receipt"] == submission["receipt"]
        refused = await teacher.post("submissions", json=of(submission["video"]), headers=KEY)
        assert (refused.status_code, refused.json()["code"]) == (403, "access.forbidden")


async def test_a_draft_handed_in_while_a_newer_one_becomes_ready_stays(stage, ada):
    older = await stage.upload(ada)
    newer = await stage.start(ada)
    await stage.send(newer)
    await stage.encoded(newer["id"])
    _, submission = await asyncio.gather(
        stage.complete(ada, newer["id"]), stage.submit(ada, older), return_exceptions=True
    )
    row = await stage.video(older["id"])
    # Whichever came first holds: a submitted video is kept, and one that has given way cannot be submitted.
    assert (row.status == "ready") is not isinstance(submission, BaseException)
