"""Neither browser nor webhook brings news: the reconciler goes and looks."""

from datetime import timedelta


async def look(stage, **later):
    stage.clock.advance(timedelta(**later))
    return await stage.parts.reconciler.run()


async def test_a_lost_webhook_and_a_lost_complete_are_made_good(stage, ada):
    upload = await stage.start(ada)
    await stage.send(upload)
    await stage.encoded(upload["id"])
    report = await look(stage, minutes=2)
    assert (report.looked_at, report.failed, report.now["ready"]) == (1, 0, 1)
    assert (await ada.get(f"videos/{upload['id']}")).json()["status"] == "ready"
    assert (await look(stage, minutes=2)).looked_at == 0


async def test_an_upload_still_running_is_left_alone_for_as_long_as_its_link_lives(stage, ada):
    upload = await stage.start(ada)
    await look(stage, hours=5.8)
    assert (await ada.get(f"uploads/{upload['id']}")).json()["upload_url"] == upload["upload_url"]
    await look(stage, minutes=10)
    ended = (await ada.get(f"uploads/{upload['id']}")).json()
    assert (ended["status"], ended["upload_url"]) == ("expired", None)
    await stage.parts.sweeper.run()
    assert stage.stored(upload["id"]) == []
    assert (await stage.video(upload["id"])).deleted_reason == "expired"


async def test_bytes_that_arrived_just_before_the_link_ran_out_count(stage, ada):
    upload = await stage.start(ada)
    await stage.send(upload)
    await stage.encoded(upload["id"])
    await look(stage, hours=7)
    assert (await stage.video(upload["id"])).status == "ready"


async def test_many_videos_cost_one_call(stage, ada, ben):
    uploads = [await stage.start(who) for who in (ada, ben)]
    calls = stage.wire.calls("GET")
    report = await look(stage, minutes=2)
    assert report.looked_at == len(uploads)
    assert stage.wire.calls("GET") == calls + 1


async def test_a_video_missing_from_the_list_is_asked_for_by_name_before_it_counts_as_gone(stage, ada):
    upload = await stage.start(ada)
    stage.stream.core.library.remove(stage.stored(upload["id"])[0])
    calls = stage.wire.calls("GET")
    await look(stage, minutes=2)
    assert stage.wire.calls("GET") == calls + 2
    assert (await stage.video(upload["id"])).deleted_reason == "gone_at_stream"


async def test_while_stream_is_away_nothing_changes_and_the_next_pass_goes_on(stage, ada):
    upload = await stage.start(ada)
    await stage.send(upload)
    await stage.encoded(upload["id"])
    stage.stream.faults.add("list", status=500, times=3)
    assert (await look(stage, minutes=2)).failed == 1
    assert (await stage.video(upload["id"])).status == "uploading"
    await look(stage, minutes=3)
    assert (await stage.video(upload["id"])).status == "ready"


async def test_one_video_that_cannot_be_looked_at_does_not_stop_the_others(stage, ada, ben):
    stuck, fine = await stage.start(ada), await stage.start(ben)
    for upload in (stuck, fine):
        await stage.send(upload)
        await stage.encoded(upload["id"])
    stage.stored(stuck["id"])[0].require_signed_urls = False
    stage.stream.faults.add("edit", status=500, times=3)
    report = await look(stage, minutes=2)
    assert (report.failed, report.now["ready"]) == (1, 1)
    assert (await stage.video(fine["id"])).status == "ready"


async def test_looks_become_rarer_with_age(stage, ada):
    upload = await stage.start(ada)
    pauses = []
    for minutes in (2, 60):
        await look(stage, minutes=minutes)
        row = await stage.video(upload["id"])
        pauses.append(row.next_check_at - row.checked_at)
    assert pauses == [timedelta(minutes=1), timedelta(minutes=5)]


async def test_a_cancelled_video_whose_deletion_is_owed_is_not_put_off_by_a_late_look(stage, ada):
    upload = await stage.start(ada)
    seen = await stage.parts.stream.get_video(stage.stored(upload["id"])[0].uid)
    stage.stream.faults.add("delete", status=500, times=3)
    await ada.delete(f"uploads/{upload['id']}")
    owed = await stage.video(upload["id"])
    await stage.parts.uploads.take_over(owed.id, seen)
    assert (await stage.video(upload["id"])).next_check_at == owed.next_check_at
