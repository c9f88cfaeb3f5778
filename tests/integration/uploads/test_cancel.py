"""Ending an upload: its reservation is released, whatever happens meanwhile."""

from datetime import timedelta

KEY = {"Idempotency-Key": "a-key-of-the-browser"}


async def test_cancelling_releases_the_reservation_at_once(stage, ada):
    upload = await stage.start(ada)
    answer = await ada.delete(f"uploads/{upload['id']}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert stage.stored(upload["id"]) == []
    video = (await ada.get(f"videos/{upload['id']}")).json()
    assert (video["status"], video["deleted_reason"]) == ("deleted", "cancelled")
    assert [event.event for event in await stage.events()] == ["upload.started", "upload.cancelled", "video.deleted"]


async def test_cancelling_twice_is_as_good_as_once(stage, ada):
    upload = await stage.start(ada)
    for _ in range(2):
        assert (await ada.delete(f"uploads/{upload['id']}")).status_code == 204
    assert len(await stage.events("upload.cancelled")) == 1


async def test_a_finished_draft_can_be_discarded_and_one_handed_in_cannot(stage, ada):
    draft = await stage.upload(ada)
    submission = await stage.submit(ada, draft)
    refused = await ada.delete(f"uploads/{draft['id']}")
    assert (refused.status_code, refused.json()["code"]) == (409, "submission.already_submitted")
    await ada.delete(f"submissions/{submission['id']}")
    assert (await ada.delete(f"uploads/{draft['id']}")).status_code == 204
    assert stage.stored(draft["id"]) == []


async def test_while_stream_is_away_the_deletion_stays_owed_and_the_sweep_does_it(stage, ada):
    upload = await stage.start(ada)
    stage.stream.faults.add("delete", status=500, times=3)
    assert (await ada.delete(f"uploads/{upload['id']}")).status_code == 204
    assert len(stage.stored(upload["id"])) == 1
    assert (await stage.video(upload["id"])).status == "cancelled"
    await stage.parts.sweeper.run()
    assert stage.stored(upload["id"]) == []
    assert (await stage.video(upload["id"])).status == "deleted"


async def test_a_cancel_while_stream_answers_leaves_nothing_at_stream(stage, ada):
    async def cancel():
        (stored,) = stage.stream.core.library
        assert (await ada.delete(f"uploads/{stored.creator}")).status_code == 204

    stage.wire.meanwhile("POST", cancel)
    answer = await ada.post("uploads", json=stage.file(), headers=KEY)
    assert (answer.status_code, answer.json()["code"]) == (409, "video.wrong_state")
    assert list(stage.stream.core.library) == []
    again = await ada.post("uploads", json=stage.file(), headers=KEY)
    assert (again.status_code, again.json()["status"], again.json()["upload_url"]) == (200, "deleted", None)


async def test_a_cancel_while_stream_answers_and_a_death_after_it_are_cleaned_up_by_the_sweep(stage, ada):
    stage.stream.faults.add("create", timeout=30, lose_answer=True)
    await ada.post("uploads", json=stage.file(), headers=KEY)
    (orphan,) = stage.stream.core.library
    await ada.delete(f"uploads/{orphan.creator}")
    await stage.parts.sweeper.run()
    assert (await stage.video(orphan.creator)).status == "cancelled"  # the order may still be under way
    stage.clock.advance(timedelta(minutes=3))
    await stage.parts.sweeper.run()
    assert (await stage.video(orphan.creator)).status == "deleted"
    assert list(stage.stream.core.library) == []
