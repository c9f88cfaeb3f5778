"""Taking it back, before anybody has said a word about it."""

from datetime import timedelta
from uuid import UUID

from fieldreel.submissions.models import Submission


async def home(stage, who):
    answer = await who.get(f"assignments/{stage.course.assignment_id}/my-work")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_withdrawn_video_is_a_draft_again_and_teachers_do_not_see_it(stage, ada, tess):
    submission = await stage.submit(ada)
    for _ in range(2):
        assert (await ada.delete(f"submissions/{submission['id']}")).status_code == 204
    mine = await home(stage, ada)
    assert mine["submission"] is None
    assert mine["video"]["id"] == submission["video"]["id"]
    assert mine["can"] == {"upload": True, "submit": True, "withdraw": False}
    assert (await tess.get(f"submissions/{submission['id']}")).status_code == 404
    assert (await ada.get(f"submissions/{submission['id']}")).json()["withdrawn_at"] is not None
    assert len(await stage.events("submission.withdrawn")) == 1


async def test_a_withdrawn_video_can_be_handed_in_again_and_costs_no_attempt(stage, ada, tess):
    await stage.set_policy(attempts_allowed=1)
    first = await stage.submit(ada)
    await ada.delete(f"submissions/{first['id']}")
    second = await stage.submit(ada, first["video"])
    assert (second["status"], second["withdrawn_at"]) == ("submitted", None)
    assert second["receipt"] != first["receipt"]
    told = [(event.data["attempt"], event.data["receipt"]) for event in await stage.events("submission.submitted")]
    assert told == [(1, first["receipt"]), (2, second["receipt"])]
    assert (await tess.get(f"submissions/{second['id']}")).status_code == 200
    assert (await home(stage, ada))["attempts_left"] == 0


async def test_after_feedback_nothing_is_withdrawn(stage, ada):
    submission = await stage.submit(ada)
    async with stage.parts.database.begin() as session:
        (await session.get_one(Submission, UUID(submission["id"]))).feedback_at = stage.clock.now()
    refused = await ada.delete(f"submissions/{submission['id']}")
    assert (refused.status_code, refused.json()["code"]) == (409, "submission.graded")
    mine = await home(stage, ada)
    assert (mine["closed_reason"], mine["can"]) == ("graded", {"upload": False, "submit": False, "withdraw": False})


async def test_after_the_closing_date_and_for_a_replaced_attempt_it_is_too_late(stage, ada):
    replaced, current = await stage.submit(ada), await stage.submit(ada)
    await stage.set_policy(closes_at=stage.clock.now() + timedelta(minutes=1))
    early = await ada.delete(f"submissions/{replaced['id']}")
    stage.clock.advance(timedelta(minutes=2))
    late = await ada.delete(f"submissions/{current['id']}")
    for refused in (early, late):
        assert (refused.status_code, refused.json()["code"]) == (409, "submission.closed")


async def test_nobody_else_withdraws_it(stage, ada, ben, tess, otto):
    submission = await stage.submit(ada)
    for who in (ben, tess, otto):
        assert (await who.delete(f"submissions/{submission['id']}")).status_code == 404
    assert (await ada.get(f"submissions/{submission['id']}")).json()["status"] == "submitted"
