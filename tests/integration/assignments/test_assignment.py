"""Settings of an assignment: who reads, who writes, and two who write at once."""

from datetime import timedelta


def path(stage):
    return f"assignments/{stage.course.assignment_id}"


async def read(stage, who):
    answer = await who.get(path(stage))
    assert answer.status_code == 200, answer.text
    return answer


async def change(stage, who, version="*", **fields):
    return await who.patch(path(stage), json=fields, headers={"If-Match": version})


async def test_everybody_of_the_course_reads_limits_and_defaults(stage, ada, tess):
    for who in (ada, tess):
        shown = (await read(stage, who)).json()
        assert (shown["max_bytes"], shown["max_duration_seconds"]) == (stage.parts.settings.defaults.max_bytes, 1800)
        assert (shown["retention_days"], shown["grace_minutes"], shown["points_max"]) == (90, 60, 100.0)
        assert (shown["attempts_allowed"], shown["dates_source"], shown["gradebook"]) == (None, None, True)
        assert ".mp4" in shown["accepted_extensions"]
        assert ".wmv" not in shown["accepted_extensions"]
        assert shown["course"]["label"] == "FILM101"


async def test_a_change_by_the_teacher_is_there_for_the_students_and_in_the_log(stage, ada, tess):
    before = await read(stage, tess)
    due = stage.clock.now() + timedelta(days=1)
    answer = await change(
        stage, tess, before.headers["ETag"], instructions="All five steps.", due_at=due.isoformat(), points_max=12.5
    )
    assert answer.status_code == 200, answer.text
    assert answer.headers["ETag"] != before.headers["ETag"]
    after = await read(stage, ada)
    assert after.json() == answer.json()
    assert after.headers["ETag"] == answer.headers["ETag"]
    assert (after.json()["dates_source"], after.json()["points_max"]) == ("teacher", 12.5)
    (event,) = await stage.events("assignment.changed")
    assert event.data["fields"] == ["due_at", "instructions", "points_max"]


async def test_null_returns_to_the_default_and_what_is_left_out_stays(stage, tess):
    await change(stage, tess, max_bytes=1000, attempts_allowed=2)
    shown = (await change(stage, tess, max_bytes=None)).json()
    assert (shown["max_bytes"], shown["attempts_allowed"]) == (stage.parts.settings.defaults.max_bytes, 2)


async def test_a_change_without_a_version_is_refused(stage, tess):
    answer = await tess.patch(path(stage), json={"instructions": "x"})
    assert (answer.status_code, answer.json()["code"]) == (428, "state.precondition_required")


async def test_of_two_who_write_the_second_hears_what_the_first_wrote(stage, tess):
    version = (await read(stage, tess)).headers["ETag"]
    first = await change(stage, tess, version, instructions="mine")
    second = await change(stage, tess, version, instructions="yours")
    assert (second.status_code, second.json()["code"]) == (412, "state.changed_meanwhile")
    assert second.json()["current"] == first.json()
    assert (await read(stage, tess)).json()["instructions"] == "mine"


async def test_dates_follow_each_other_the_sent_and_the_stored_together(stage, tess):
    now = stage.clock.now()
    opens, due, closes = ((now + timedelta(days=days)).isoformat() for days in (1, 2, 3))
    wrong = await change(stage, tess, opens_at=closes, closes_at=opens)
    assert (wrong.status_code, wrong.json()["code"]) == (422, "request.invalid")
    assert [fault["pointer"] for fault in wrong.json()["errors"]] == ["/opens_at", "/closes_at"]
    assert (await change(stage, tess, opens_at=opens, closes_at=due)).status_code == 200
    wrong = await change(stage, tess, due_at=closes)
    assert wrong.status_code == 422
    shown = (await read(stage, tess)).json()
    assert (shown["due_at"], shown["version"]) == (None, 2)


async def test_a_field_that_nobody_knows_or_a_value_out_of_range_is_named(stage, tess):
    for fields in (
        {"title": "Mine"},
        {"max_bytes": 30_000_000_001},
        {"max_duration_seconds": 36_001},
        {"attempts_allowed": 0},
        {"points_max": 0.001},
        {"points_max": None},
        {"instructions": "\x00"},
        {"due_at": "2026-03-01T10:00:00"},
    ):
        answer = await change(stage, tess, **fields)
        assert (answer.status_code, answer.json()["code"]) == (422, "request.invalid"), fields
        assert [fault["pointer"] for fault in answer.json()["errors"]] == [f"/{name}" for name in fields]


async def test_students_and_assistants_change_nothing_and_other_deployments_see_nothing(stage, ada, cleo, otto):
    for who in (ada, cleo):
        answer = await change(stage, who, instructions="x")
        assert (answer.status_code, answer.json()["code"]) == (403, "access.forbidden")
    for answer in (await otto.get(path(stage)), await change(stage, otto, instructions="x")):
        assert (answer.status_code, answer.json()["code"]) == (404, "access.not_found")
    assert (await read(stage, ada)).json()["version"] == 1


async def test_a_shorter_limit_holds_for_the_next_upload(stage, ada, tess):
    await change(stage, tess, max_duration_seconds=60)
    answer = await ada.post(
        "uploads", json=stage.file(duration_seconds=90), headers={"Idempotency-Key": "a-key-of-the-browser"}
    )
    assert (answer.json()["code"], answer.json()["max_duration_seconds"]) == ("upload.too_long", 60)
