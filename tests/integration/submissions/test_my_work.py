"""The student's home in each of its states: what it shows is what can be done."""

from datetime import timedelta

NOTHING = {"upload": False, "submit": False, "withdraw": False}


async def home(stage, who):
    answer = await who.get(f"assignments/{stage.course.assignment_id}/my-work")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_before_anything_was_done(stage, ada):
    mine = await home(stage, ada)
    assert (mine["video"], mine["submission"], mine["attempts"]) == (None, None, [])
    assert mine["can"] == {"upload": True, "submit": False, "withdraw": False}
    assert (mine["attempts_left"], mine["closed_reason"], mine["is_late_now"]) == (None, None, False)
    assert mine["assignment"]["title"] == "Hand hygiene"


async def test_before_the_opening(stage, ada):
    await stage.set_policy(opens_at=stage.clock.now() + timedelta(hours=1))
    mine = await home(stage, ada)
    assert (mine["closed_reason"], mine["can"]) == ("not_open", NOTHING)


async def test_from_the_first_byte_to_the_receipt(stage, ada):
    upload = await stage.start(ada)
    mine = await home(stage, ada)
    assert mine["video"]["status"] == "uploading"
    assert mine["can"] == {"upload": True, "submit": False, "withdraw": False}
    await stage.send(upload)
    await stage.encoded(upload["id"])
    await stage.complete(ada, upload["id"])
    mine = await home(stage, ada)
    assert mine["video"]["status"] == "ready"
    assert mine["can"] == {"upload": True, "submit": True, "withdraw": False}
    submission = await stage.submit(ada, upload)
    mine = await home(stage, ada)
    assert mine["submission"] == submission
    assert mine["video"]["id"] == upload["id"]
    assert mine["can"] == {"upload": True, "submit": False, "withdraw": True}


async def test_a_draft_beside_a_submission(stage, ada):
    submission = await stage.submit(ada)
    draft = await stage.upload(ada)
    mine = await home(stage, ada)
    assert mine["submission"]["id"] == submission["id"]
    assert mine["video"]["id"] == draft["id"]
    assert mine["can"] == {"upload": True, "submit": True, "withdraw": True}


async def test_a_new_upload_that_ran_out_does_not_hide_the_draft_before_it(stage, ada):
    draft = await stage.upload(ada)
    await stage.start(ada)
    assert (await home(stage, ada))["video"]["status"] == "uploading"
    stage.clock.advance(timedelta(hours=7))
    await stage.parts.reconciler.run()
    mine = await home(stage, ada)
    assert (mine["video"]["id"], mine["can"]["submit"]) == (draft["id"], True)


async def test_an_upload_that_ran_out_is_shown_where_there_is_nothing_else(stage, ada):
    upload = await stage.start(ada)
    stage.clock.advance(timedelta(hours=7))
    await stage.parts.reconciler.run()
    mine = await home(stage, ada)
    assert (mine["video"]["id"], mine["video"]["status"]) == (upload["id"], "expired")
    assert mine["can"] == {"upload": True, "submit": False, "withdraw": False}


async def test_a_failed_video_is_shown_and_cannot_be_submitted(stage, ada):
    await stage.upload(ada, b"no film " * 100)
    mine = await home(stage, ada)
    assert (mine["video"]["error_reason"], mine["can"]["submit"], mine["can"]["upload"]) == ("non_video", False, True)


async def test_with_all_attempts_used(stage, ada):
    await stage.set_policy(attempts_allowed=1)
    await stage.submit(ada)
    mine = await home(stage, ada)
    assert (mine["closed_reason"], mine["attempts_left"]) == ("attempts_used", 0)
    assert mine["can"] == {"upload": False, "submit": False, "withdraw": True}


async def test_after_the_due_time_and_after_the_closing_with_a_draft_begun_in_time(stage, ada, ben):
    now = stage.clock.now()
    await stage.set_policy(due_at=now + timedelta(hours=1), closes_at=now + timedelta(hours=2))
    await stage.upload(ada)
    seen = {}
    for hours in (1.5, 2.5, 3.5):
        stage.clock.advance(now + timedelta(hours=hours) - stage.clock.now())
        for name, who in (("ada", ada), ("ben", ben)):
            mine = await home(stage, who)
            can = mine["can"]
            seen[hours, name] = (mine["closed_reason"], mine["is_late_now"], can["upload"], can["submit"])
    assert seen == {
        (1.5, "ada"): (None, False, True, True),
        (1.5, "ben"): (None, True, True, False),
        (2.5, "ada"): (None, True, False, True),
        (2.5, "ben"): ("closed", True, False, False),
        (3.5, "ada"): ("closed", True, False, False),
        (3.5, "ben"): ("closed", True, False, False),
    }


async def test_what_the_home_offers_the_routes_allow(stage, ada):
    """In the grace after the closing time: no new upload, but the one begun in time can still be handed in."""
    await stage.set_policy(closes_at=stage.clock.now() + timedelta(minutes=1))
    draft = await stage.upload(ada)
    stage.clock.advance(timedelta(minutes=5))
    refused = await ada.post("uploads", json=stage.file(), headers={"Idempotency-Key": "a-key-of-the-browser"})
    assert refused.json()["code"] == "upload.closed"
    await stage.submit(ada, draft)
    assert (await home(stage, ada))["can"] == NOTHING


async def test_the_home_belongs_to_students_of_the_launch(stage, ada, tess, otto):
    assert (await tess.get(f"assignments/{stage.course.assignment_id}/my-work")).status_code == 403
    assert (await otto.get(f"assignments/{stage.course.assignment_id}/my-work")).status_code == 404
    assert (await ada.get(f"assignments/{await stage.assignment()}/my-work")).status_code == 404
