"""Going on with an upload in another tab, and what the browser tells of it."""

from datetime import timedelta

from tests.factories import TUS_PATCH

from fieldreel.emulators.stream.tus import SMALLEST_CHUNK


async def test_another_tab_gets_the_same_link_and_streams_own_offset(stage, ada):
    upload = await stage.start(ada, size_bytes=SMALLEST_CHUNK + 10)
    headers = {**TUS_PATCH, "Upload-Offset": "0"}
    await stage.browser.patch(upload["upload_url"], content=bytes(SMALLEST_CHUNK), headers=headers)
    other_tab = (await ada.get(f"uploads/{upload['id']}")).json()
    assert other_tab["upload_url"] == upload["upload_url"]
    assert other_tab["fingerprint"] == upload["fingerprint"]
    offset = await ada.get(f"uploads/{upload['id']}/offset")
    assert offset.json() == {"offset_bytes": SMALLEST_CHUNK, "size_bytes": SMALLEST_CHUNK + 10}
    assert (await ada.get(f"uploads/{upload['id']}")).json()["offset_bytes"] == SMALLEST_CHUNK


async def test_the_offset_of_a_finished_upload_is_its_size(stage, ada):
    upload = await stage.start(ada)
    await stage.send(upload)
    whole = {"offset_bytes": len(stage.sample), "size_bytes": len(stage.sample)}
    assert (await ada.get(f"uploads/{upload['id']}/offset")).json() == whole
    await stage.encoded(upload["id"])
    await stage.complete(ada, upload["id"])
    assert (await ada.get(f"uploads/{upload['id']}/offset")).json() == whole


async def test_a_link_used_up_before_we_heard_of_it_counts_as_finished(stage, ada):
    upload = await stage.start(ada)
    await stage.send(upload)
    await stage.encoded(upload["id"])
    stage.stream.faults.add("head", status=404)
    offset = await ada.get(f"uploads/{upload['id']}/offset")
    assert offset.json()["offset_bytes"] == len(stage.sample)
    assert (await ada.get(f"videos/{upload['id']}")).json()["status"] == "ready"


async def test_a_link_that_ran_out_is_gone(stage, ada):
    upload = await stage.start(ada)
    stage.stream.faults.add("head", status=404)
    gone_early = await ada.get(f"uploads/{upload['id']}/offset")
    stage.clock.advance(timedelta(hours=6))
    gone = await ada.get(f"uploads/{upload['id']}/offset")
    for answer in (gone_early, gone):
        assert (answer.status_code, answer.json()["code"]) == (410, "upload.expired")
    assert (await ada.get(f"uploads/{upload['id']}")).json()["upload_url"] is None


async def test_trouble_at_the_upload_host_is_not_the_end_of_an_upload(stage, ada):
    upload = await stage.start(ada)
    stage.stream.faults.add("head", status=502, times=3)
    answer = await ada.get(f"uploads/{upload['id']}/offset")
    assert (answer.status_code, answer.json()["retryable"]) == (503, True)
    assert (await ada.get(f"uploads/{upload['id']}/offset")).json()["offset_bytes"] == 0


async def test_what_the_browser_tells_is_logged_and_decides_nothing(stage, ada):
    upload = await stage.start(ada)
    told = {"kind": "failed", "reason": "network.offline", "offset_bytes": 42, "detail": "TypeError: Failed to fetch"}
    answer = await ada.post(f"uploads/{upload['id']}/events", json=told)
    assert answer.status_code == 204
    (event,) = await stage.events("upload.failed")
    assert event.data == {"reason": "network.offline", "offset_bytes": 42, "detail": "TypeError: Failed to fetch"}
    assert event.actor_id == stage.principals["ada"].person_id
    assert (await ada.get(f"uploads/{upload['id']}")).json()["status"] == "uploading"


async def test_an_event_with_a_reason_of_another_shape_is_refused(stage, ada):
    upload = await stage.start(ada)
    for told in (
        {"kind": "failed", "reason": "Ada's phone: 12345"},
        {"kind": "exploded", "reason": "network.offline"},
        {"kind": "failed", "reason": "network.offline", "detail": "\x00"},
    ):
        answer = await ada.post(f"uploads/{upload['id']}/events", json=told)
        assert (answer.status_code, answer.json()["code"]) == (422, "request.invalid")
    assert await stage.events("upload.failed") == []


async def test_a_query_parameter_that_nobody_reads_is_named(stage, ada):
    upload = await stage.start(ada)
    answer = await ada.get(f"uploads/{upload['id']}?fresh=1")
    assert (answer.status_code, answer.json()["unknown"]) == (400, ["fresh"])
