"""Asking for a link: what is refused before a byte is sent, what is ordered from Stream, and repeating the request."""

import asyncio
from datetime import timedelta
from uuid import UUID

from fieldreel.kit.ids import secret
from fieldreel.submissions.models import Submission

KEY = {"Idempotency-Key": "a-key-of-the-browser"}


REFUSED_FILES = [
    ({"size_bytes": 30_000_000_000}, 413, "upload.too_large"),
    ({"duration_seconds": 1802.0}, 422, "upload.too_long"),
    ({"size_bytes": 0}, 422, "upload.empty"),
    ({"filename": "talk.wmv", "mime_type": ""}, 415, "upload.unsupported_type"),
    ({"filename": "talk.mp4", "mime_type": "image/png"}, 415, "upload.unsupported_type"),
]


async def test_a_file_that_does_not_fit_is_refused_before_anything_is_reserved(stage, ada):
    for change, status, code in REFUSED_FILES:
        answer = await ada.post("uploads", json=stage.file(**change), headers=KEY)
        assert (answer.status_code, answer.json()["code"]) == (status, code), change
    assert stage.wire.requests == []
    assert await stage.events("upload.started") == []


async def test_a_refusal_of_size_names_the_limit_of_the_assignment(stage, ada):
    await stage.set_policy(max_bytes=1_000_000)
    answer = await ada.post("uploads", json=stage.file(size_bytes=1_500_000_000), headers=KEY)
    assert answer.json()["max_bytes"] == 1_000_000
    assert "1.5 GB" in answer.json()["detail"]


async def test_before_the_opening_and_after_the_closing_nothing_starts(stage, ada):
    for name, offset, code in (("opens_at", 1, "upload.not_open"), ("closes_at", -1, "upload.closed")):
        at = stage.clock.now() + timedelta(hours=offset)
        await stage.set_policy(**{"opens_at": None, name: at})
        answer = await ada.post("uploads", json=stage.file(), headers=KEY)
        assert (answer.status_code, answer.json()["code"]) == (409, code)
        assert answer.json()["at"] == at.isoformat()
    assert stage.wire.requests == []


async def test_after_the_last_attempt_nothing_starts(stage, ada):
    await stage.set_policy(attempts_allowed=1)
    await stage.submit(ada)
    calls = len(stage.wire.requests)
    answer = await ada.post("uploads", json=stage.file(), headers=KEY)
    assert (answer.status_code, answer.json()["code"]) == (409, "submission.attempts_used")
    assert len(stage.wire.requests) == calls


async def test_after_feedback_nothing_starts(stage, ada):
    submission = await stage.submit(ada)
    async with stage.parts.database.begin() as session:
        row = await session.get_one(Submission, UUID(submission["id"]))
        row.feedback_at = stage.clock.now()
    calls = len(stage.wire.requests)
    answer = await ada.post("uploads", json=stage.file(), headers=KEY)
    assert (answer.status_code, answer.json()["code"]) == (409, "submission.graded")
    assert len(stage.wire.requests) == calls


async def test_teachers_do_not_upload(stage, tess, cleo):
    for teacher in (tess, cleo):
        answer = await teacher.post("uploads", json=stage.file(), headers=KEY)
        assert (answer.status_code, answer.json()["code"]) == (403, "access.forbidden")
    assert stage.wire.requests == []


async def test_an_assignment_of_another_launch_is_not_found(stage, ada):
    for foreign in (stage.other_course.assignment_id, await stage.assignment()):
        answer = await ada.post("uploads", json=stage.file(assignment_id=str(foreign)), headers=KEY)
        assert (answer.status_code, answer.json()["code"]) == (404, "access.not_found")


async def test_stream_is_asked_for_a_private_video_that_carries_nothing_of_the_student(stage, ada):
    upload = await stage.start(ada, filename="Ada Lovelace 12345.mp4")
    (stored,) = stage.stored(upload["id"])
    assert stored.door == "tus_direct"
    assert stored.require_signed_urls
    assert stored.allowed_origins == ["video.example.edu"]
    assert stored.upload_length == len(stage.sample)
    assert stored.meta == {"name": upload["id"]}
    assert stored.scheduled_deletion is None
    assert stage.stream.warnings == {}
    sent = str([(request.headers.raw, request.content) for request in stage.wire.requests])
    assert not any(word in sent for word in ("Lovelace", "12345", "Ada", "sub-ada", "hand-hygiene"))


async def test_the_link_leads_to_the_upload_host_and_lives_just_under_six_hours(stage, ada):
    before = stage.clock.now()
    upload = await stage.start(ada)
    assert upload["upload_url"].startswith("https://media.stream.test/tus/")
    life = stage.stored(upload["id"])[0].upload_expiry - before
    assert timedelta(hours=5.8) < life < timedelta(hours=6)
    row = await stage.video(upload["id"])
    assert upload["upload_url"].encode() not in bytes(row.upload_url_sealed)


RESERVATIONS = [
    (2.0, 5),  # a tenth more, and two seconds
    (600.0, 662),
    (1790.0, 1800),  # never more than the assignment's limit
    (1800.6, 1801),  # unless the browser's probe is a fraction over it
    (None, 1800),  # nobody knows: the limit
]


async def test_as_much_is_reserved_as_the_film_needs(stage, ada):
    for probed, reserved in RESERVATIONS:
        upload = await stage.start(ada, duration_seconds=probed)
        assert stage.stored(upload["id"])[0].max_duration_seconds == reserved, probed


async def test_the_same_key_and_body_give_the_same_upload(stage, ada):
    first = await ada.post("uploads", json=stage.file(), headers=KEY)
    second = await ada.post("uploads", json=stage.file(), headers=KEY)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    assert first.headers["Location"] == f"/api/v1/uploads/{first.json()['id']}"
    assert stage.wire.calls("POST") == 1


async def test_the_same_key_with_another_body_is_refused(stage, ada):
    await ada.post("uploads", json=stage.file(), headers=KEY)
    answer = await ada.post("uploads", json=stage.file(size_bytes=7), headers=KEY)
    assert (answer.status_code, answer.json()["code"]) == (422, "request.key_reused")


async def test_two_people_may_use_the_same_key(stage, ada, ben):
    uploads = [(await who.post("uploads", json=stage.file(), headers=KEY)).json()["id"] for who in (ada, ben)]
    assert uploads[0] != uploads[1]


async def test_a_key_is_required(stage, ada):
    for headers, code in (({}, "request.key_missing"), ({"Idempotency-Key": "short"}, "request.invalid")):
        answer = await ada.post("uploads", json=stage.file(), headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert stage.wire.requests == []


async def test_a_body_that_does_not_fit_its_model_is_named_by_field(stage, ada):
    for change in (
        {"filename": "a\x00b.mp4"},
        {"fingerprint": "\x00"},
        {"surprise": 1},
        {"size_bytes": -1},
        {"duration_seconds": 0},
    ):
        answer = await ada.post("uploads", json=stage.file(**change), headers=KEY)
        assert (answer.status_code, answer.json()["code"]) == (422, "request.invalid")
        assert [fault["pointer"] for fault in answer.json()["errors"]] == [f"/{name}" for name in change]


async def test_a_new_upload_takes_the_place_of_an_unfinished_one_and_frees_its_reservation_first(stage, ada, ben):
    bens = await stage.start(ben)
    first = await stage.start(ada)
    stage.stream.switches.storage_limit_minutes = 1  # room for ben's, ada's and no third
    for stored in (*stage.stored(first["id"]), *stage.stored(bens["id"])):
        stored.reserved_seconds = 29
    second = await stage.start(ada)
    assert stage.stored(first["id"]) == []
    assert (await stage.video(first["id"])).status == "deleted"
    assert [len(stage.stored(upload["id"])) for upload in (second, bens)] == [1, 1]
    assert (await stage.video(bens["id"])).status == "uploading"


async def test_a_finished_draft_stays_until_the_new_film_can_be_watched(stage, ada):
    draft = await stage.upload(ada)
    noise = await stage.upload(ada, b"not a film at all " * 50)
    assert noise["error_reason"] == "non_video"
    assert (await stage.video(draft["id"])).status == "ready"
    await stage.upload(ada)
    assert (await stage.video(draft["id"])).status == "cancelled"
    assert (await stage.video(noise["id"])).status == "cancelled"
    await stage.parts.sweeper.run()
    assert stage.stored(draft["id"]) == []


async def test_a_repetition_that_overtakes_the_first_request_leaves_one_video_at_stream(stage, ada):
    """The browser gave up waiting and asked again while Stream was still answering the first time."""
    repeated = []

    async def ask_again():
        repeated.append(await ada.post("uploads", json=stage.file(), headers=KEY))

    stage.wire.meanwhile("POST", ask_again)
    first = await ada.post("uploads", json=stage.file(), headers=KEY)
    assert repeated[0].status_code == 200
    assert first.json() == repeated[0].json()
    (stored,) = stage.stored(first.json()["id"])
    assert (await stage.video(first.json()["id"])).stream_uid == stored.uid
    await stage.send(first.json())
    assert (await stage.encoded(first.json()["id"])).state == "ready"


async def test_ten_requests_at_once_with_one_key_make_one_upload(stage, ada):
    answers = await asyncio.gather(*(ada.post("uploads", json=stage.file(), headers=KEY) for _ in range(10)))
    assert {answer.status_code for answer in answers} <= {200, 201, 409}
    (upload_id,) = {answer.json()["id"] for answer in answers if answer.is_success}
    upload = (await ada.get(f"uploads/{upload_id}")).json()
    (stored,) = stage.stored(upload_id)
    assert stored.path_id in upload["upload_url"]


async def test_two_tabs_that_start_at_once_leave_one_running_upload(stage, ada):
    await asyncio.gather(
        *(ada.post("uploads", json=stage.file(), headers={"Idempotency-Key": secret()}) for _ in range(2))
    )
    running = [video for video in stage.stream.core.library if video.state == "pendingupload"]
    assert len(running) == 1
