"""The bytes are there, says somebody; what Stream says of it is what counts."""

from datetime import timedelta

from fieldreel.emulators.stream import make_sample_video


async def test_complete_before_the_last_byte_leaves_it_uploading(stage, ada):
    upload = await stage.start(ada)
    video = await stage.complete(ada, upload["id"])
    assert (video["status"], video["uploaded_at"]) == ("uploading", None)
    assert (await ada.get(f"uploads/{upload['id']}")).json()["upload_url"] == upload["upload_url"]


async def test_size_and_duration_are_streams_and_not_the_browsers(stage, ada):
    upload = await stage.start(ada, duration_seconds=999.0)
    stage.stream.switches.stuck_in_queue = True
    await stage.send(upload)
    processing = await stage.complete(ada, upload["id"])
    assert (processing["status"], processing["duration_seconds"]) == ("processing", None)
    stage.stream.switches.stuck_in_queue = False
    await stage.encoded(upload["id"])
    ready = await stage.complete(ada, upload["id"])
    assert ready["status"] == "ready"
    assert (ready["size_bytes"], ready["duration_seconds"]) == (len(stage.sample), 2.0)
    assert (ready["width"], ready["height"]) == (128, 72)
    kinds = [event.event for event in await stage.events()]
    assert kinds == ["upload.started", "upload.received", "video.ready"]


async def test_progress_of_processing_is_shown(stage, ada):
    stage.stream.switches.encode_seconds = 100
    upload = await stage.start(ada)
    await stage.send(upload)
    stage.clock.advance(timedelta(seconds=40))
    video = await stage.complete(ada, upload["id"])
    assert video["status"] == "processing"
    assert video["progress_percent"] is not None


async def test_the_link_is_gone_once_the_bytes_are_there(stage, ada):
    video = await stage.upload(ada)
    assert (await ada.get(f"uploads/{video['id']}")).json()["upload_url"] is None
    row = await stage.video(video["id"])
    assert row.upload_url_sealed is None


async def test_a_film_longer_than_was_reserved_fails_as_too_long(stage, ada, tmp_path):
    long = make_sample_video(tmp_path / "long.mp4", seconds=8, width=64, height=36).read_bytes()
    video = await stage.upload(ada, long, duration_seconds=1.0)
    assert (video["status"], video["error_reason"]) == ("failed", "too_long")
    assert video["error_code"] == "ERR_DURATION_EXCEED_CONSTRAINT"
    (event,) = await stage.events("video.failed")
    assert event.data["reason"] == "stream.encode.too_long"


async def test_a_file_that_is_no_film_fails_as_such(stage, ada):
    video = await stage.upload(ada, b"%PDF-1.7 homework " * 100)
    assert (video["status"], video["error_reason"]) == ("failed", "non_video")


async def test_a_code_of_tomorrow_is_an_unknown_reason(stage, ada):
    upload = await stage.start(ada)
    await stage.send(upload)
    stored = await stage.encoded(upload["id"])
    stored.state, stored.error_code = "error", "ERR_OF_TOMORROW"
    video = await stage.complete(ada, upload["id"])
    assert (video["error_code"], video["error_reason"]) == ("ERR_OF_TOMORROW", "unknown")


async def test_complete_may_be_repeated_and_asks_stream_once_in_two_seconds(stage, ada):
    upload = await stage.start(ada)
    calls = stage.wire.calls("GET")
    stage.clock.advance(timedelta(seconds=3))
    for _ in range(3):
        answer = await ada.post(f"uploads/{upload['id']}/complete")
        assert answer.json()["status"] == "uploading"
    assert stage.wire.calls("GET") == calls + 1


async def test_a_video_that_is_public_is_made_private_before_anything_else(stage, ada):
    upload = await stage.start(ada)
    await stage.send(upload)
    stored = await stage.encoded(upload["id"])
    stored.require_signed_urls = False
    stage.stream.faults.add("edit", status=500, times=3)
    refused = await ada.post(f"uploads/{upload['id']}/complete")
    assert (refused.status_code, refused.json()["code"]) == (503, "stream.unavailable")
    assert (await stage.video(upload["id"])).status == "uploading"
    video = await stage.complete(ada, upload["id"])
    assert video["status"] == "ready"
    assert stored.require_signed_urls


async def test_an_answer_that_was_overtaken_changes_nothing(stage, ada):
    upload = await stage.start(ada)
    await stage.send(upload)
    await stage.encoded(upload["id"])
    uid = stage.stored(upload["id"])[0].uid
    newer = await stage.parts.stream.get_video(uid)
    older = newer.model_copy(
        update={"modified": newer.modified - timedelta(seconds=1), "ready_to_stream": False, "state": "inprogress"}
    )
    failed = newer.model_copy(update={"ready_to_stream": False, "state": "error"})
    video_id = (await stage.video(upload["id"])).id
    for seen in (newer, older, newer, failed):
        shown = await stage.parts.uploads.take_over(video_id, seen)
        assert (shown.status, shown.error_code) == ("ready", None)
    assert len(await stage.events("video.ready")) == 1


async def test_a_state_of_tomorrow_is_not_taken_for_ready(stage, ada):
    upload = await stage.start(ada)
    stage.stored(upload["id"])[0].state = "pondering"
    assert (await stage.complete(ada, upload["id"]))["status"] == "uploading"


async def test_a_video_that_stream_does_not_have_any_more_is_deleted_here_too(stage, ada):
    upload = await stage.start(ada)
    await stage.send(upload)
    stored = await stage.encoded(upload["id"])
    stage.stream.core.library.remove(stored)
    video = await stage.complete(ada, upload["id"])
    assert (video["status"], video["deleted_reason"]) == ("deleted", "gone_at_stream")
