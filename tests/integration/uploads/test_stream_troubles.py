"""Stream refuses, is busy, or says nothing: the student keeps the place, and the same request works later."""

from datetime import timedelta

import pytest

KEY = {"Idempotency-Key": "a-key-of-the-browser"}

REFUSALS = [
    ({"status": 401}, 503, "stream.unauthorized", False),
    ({"status": 413, "error_code": 10011}, 503, "stream.quota_exceeded", False),
    ({"status": 413, "error_code": 10005}, 413, "stream.too_large", False),
    ({"status": 429, "error_code": 971, "retry_after": 300}, 503, "stream.rate_limited", True),
    ({"status": 429, "message": "Too many videos are queued or encoding"}, 503, "stream.busy", True),
    ({"status": 500}, 503, "stream.unavailable", True),
    ({"timeout": 30}, 503, "stream.unavailable", True),
    ({}, 503, "stream.unavailable", True),
]


async def test_each_refusal_has_its_own_words_and_the_same_request_works_later(stage, ada):
    for number, (fault, status, code, retryable) in enumerate(REFUSALS):
        headers = {"Idempotency-Key": f"refusal-number-{number}"}
        stage.stream.faults.add("create", **fault)
        refused = await ada.post("uploads", json=stage.file(), headers=headers)
        problem = refused.json()
        assert (refused.status_code, problem["code"], problem["retryable"]) == (status, code, retryable), fault
        assert refused.headers.get("Retry-After") == ("300" if code == "stream.rate_limited" else None)
        stage.clock.advance(timedelta(minutes=6))
        await stage.parts.reconciler.run()
        later = await ada.post("uploads", json=stage.file(), headers=headers)
        assert (later.status_code, later.json()["status"]) == (200, "uploading"), fault
        assert later.json()["upload_url"]
    reasons = [event.data["reason"] for event in await stage.events("stream.failed")]
    assert reasons == [code for _, _, code, _ in REFUSALS]


async def test_the_time_of_the_first_request_is_kept_while_stream_refuses(stage, ada):
    asked_at = stage.clock.now()
    stage.stream.faults.add("create", status=429, message="Too many videos are queued or encoding")
    await ada.post("uploads", json=stage.file(), headers=KEY)
    await stage.set_policy(due_at=asked_at + timedelta(minutes=5), closes_at=asked_at + timedelta(minutes=5))
    stage.clock.advance(timedelta(minutes=20))
    upload = (await ada.post("uploads", json=stage.file(), headers=KEY)).json()
    await stage.send(upload)
    await stage.encoded(upload["id"])
    submission = await stage.submit(ada, await stage.complete(ada, upload["id"]))
    assert not submission["late"]


async def test_after_six_hours_without_a_link_the_request_is_given_up(stage, ada):
    stage.stream.faults.add("create", status=500)
    refused = await ada.post("uploads", json=stage.file(), headers=KEY)
    assert refused.status_code == 503
    for hours in (1, 6):
        stage.clock.advance(timedelta(hours=hours))
        await stage.parts.reconciler.run()
        home = await ada.get(f"assignments/{stage.course.assignment_id}/my-work")
        assert home.json()["video"]["status"] == ("requested" if hours == 1 else "expired")
    (event,) = await stage.events("upload.expired")
    assert event.data["reason"] == "stream.unanswered"


async def test_a_clear_refusal_costs_no_further_call_at_stream(stage, ada):
    stage.stream.faults.add("create", status=413, error_code=10011)
    await ada.post("uploads", json=stage.file(), headers=KEY)
    calls = len(stage.wire.requests)
    stage.clock.advance(timedelta(minutes=30))
    await stage.parts.reconciler.run()
    assert len(stage.wire.requests) == calls


@pytest.mark.parametrize("repeated_by", ["browser", "reconciler"])
async def test_death_between_streams_answer_and_our_note_leaves_no_orphan_of_ours_and_touches_nobody_elses(
    stage, ada, ben, repeated_by
):
    bens = await stage.start(ben)
    stage.stream.faults.add("create", timeout=30, lose_answer=True)
    lost = await ada.post("uploads", json=stage.file(), headers=KEY)
    assert lost.status_code == 503
    (orphan,) = (video for video in stage.stream.core.library if video.creator != bens["id"])
    if repeated_by == "browser":
        answer = await ada.post("uploads", json=stage.file(), headers=KEY)
        assert (answer.status_code, answer.json()["id"]) == (200, orphan.creator)
        (stored,) = stage.stored(orphan.creator)
        assert stored.uid != orphan.uid
    else:
        stage.clock.advance(timedelta(minutes=3))
        await stage.parts.reconciler.run()
        assert stage.stored(orphan.creator) == []
    assert len(stage.stored(bens["id"])) == 1


async def test_while_stream_is_away_nothing_is_lost_on_complete(stage, ada):
    upload = await stage.start(ada)
    await stage.send(upload)
    await stage.encoded(upload["id"])
    stage.stream.faults.add("get", times=3)
    refused = await ada.post(f"uploads/{upload['id']}/complete")
    assert (refused.status_code, refused.json()["retryable"]) == (503, True)
    assert (await stage.complete(ada, upload["id"]))["status"] == "ready"


async def test_a_repetition_that_stream_refuses_takes_the_place_of_the_first_and_a_third_gets_the_link(stage, ada):
    async def ask_again():
        stage.stream.faults.add("create", status=429, message="Too many videos are queued or encoding")
        assert (await ada.post("uploads", json=stage.file(), headers=KEY)).json()["code"] == "stream.busy"

    stage.wire.meanwhile("POST", ask_again)
    first = await ada.post("uploads", json=stage.file(), headers=KEY)
    assert (first.status_code, first.json()["code"]) == (409, "video.wrong_state")
    assert list(stage.stream.core.library) == []
    third = await ada.post("uploads", json=stage.file(), headers=KEY)
    assert (third.status_code, third.json()["status"]) == (200, "uploading")


async def test_a_repetition_while_the_reconciler_gives_the_request_up_wins(stage, ada):
    stage.stream.faults.add("create", timeout=30, lose_answer=True)
    await ada.post("uploads", json=stage.file(), headers=KEY)
    stage.clock.advance(timedelta(hours=7))
    repeated = []

    async def ask_again():
        repeated.append(await ada.post("uploads", json=stage.file(), headers=KEY))

    stage.wire.meanwhile("GET", ask_again)
    await stage.parts.reconciler.run()
    upload = (await ada.get(f"uploads/{repeated[0].json()['id']}")).json()
    assert (upload["status"], upload["upload_url"]) == ("uploading", repeated[0].json()["upload_url"])
    await stage.send(upload)
    assert (await stage.encoded(upload["id"])).state == "ready"
