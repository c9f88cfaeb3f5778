"""Deleting what is due, and only that; over failures and deaths."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
import stamina
from tests.factories import Stage
from tests.logs import captured_log
from tests.rows import add_submission, add_video

from fieldreel.audit.service import Event
from fieldreel.kit.ids import uuid7
from fieldreel.retention.jobs import LEASE
from fieldreel.videos.models import DeletedReason, Video, VideoStatus

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def quick() -> Iterator[None]:
    """Repetitions of the Stream client without their pauses, and a log as in production."""
    with stamina.set_testing(True, attempts=3, cap=True), captured_log():
        yield


async def sweep(stage: Stage) -> tuple[int, int]:
    """One run of the job: how many were deleted, how many were not."""
    report = await stage.parts.sweeper.run()
    return report.deleted, report.failed


async def status(stage: Stage, video: Video) -> VideoStatus:
    return (await stage.video(str(video.id))).status


# When


async def test_a_video_is_deleted_when_its_days_are_over_and_not_before(stage: Stage) -> None:
    video = await add_video(stage, "ada")
    days = stage.parts.settings.defaults.retention_days
    stage.clock.advance(days * DAY - timedelta(minutes=1))
    assert await sweep(stage) == (0, 0)
    assert await status(stage, video) is VideoStatus.READY
    stage.clock.advance(timedelta(minutes=2))
    assert await sweep(stage) == (1, 0)
    assert await status(stage, video) is VideoStatus.DELETED


async def test_the_assignments_own_days_come_first(stage: Stage) -> None:
    short = await add_video(stage, "ada")
    await stage.set_policy(retention_days=7)
    elsewhere = await add_video(stage, "ben", assignment_id=await stage.assignment())
    stage.clock.advance(7 * DAY + timedelta(minutes=1))
    assert await sweep(stage) == (1, 0)
    assert await status(stage, short) is VideoStatus.DELETED
    assert await status(stage, elsewhere) is VideoStatus.READY


async def test_days_made_longer_before_the_sweep_keep_the_video(stage: Stage) -> None:
    await stage.set_policy(retention_days=7)
    video = await add_video(stage, "ada")
    await stage.set_policy(retention_days=400)
    stage.clock.advance(100 * DAY)
    assert await sweep(stage) == (0, 0)
    assert await status(stage, video) is VideoStatus.READY


@pytest.mark.parametrize("kept", [VideoStatus.PROCESSING, VideoStatus.FAILED, VideoStatus.READY])
async def test_bytes_are_deleted_whatever_became_of_them(stage: Stage, kept: VideoStatus) -> None:
    video = await add_video(stage, "ada", kept)
    stage.clock.advance(91 * DAY)
    assert await sweep(stage) == (1, 0)
    assert await status(stage, video) is VideoStatus.DELETED


@pytest.mark.parametrize(
    ("owed", "reason"),
    [(VideoStatus.CANCELLED, DeletedReason.CANCELLED), (VideoStatus.EXPIRED, DeletedReason.EXPIRED)],
)
async def test_what_a_cancelled_or_expired_upload_owes_is_deleted_at_once(
    stage: Stage, owed: VideoStatus, reason: DeletedReason
) -> None:
    video = await add_video(stage, "ada", owed)
    assert await sweep(stage) == (1, 0)
    row = await stage.video(str(video.id))
    assert (row.status, row.deleted_reason) == (VideoStatus.DELETED, reason)


@pytest.mark.parametrize("running", [VideoStatus.REQUESTED, VideoStatus.UPLOADING])
async def test_an_upload_on_its_way_is_left_alone(stage: Stage, running: VideoStatus) -> None:
    video = await add_video(stage, "ada", running)
    stage.clock.advance(400 * DAY)
    assert await sweep(stage) == (0, 0)
    assert await status(stage, video) is running


# What


async def test_the_bytes_are_gone_and_the_rest_stays(stage: Stage) -> None:
    shown = await stage.upload(stage.as_("ada"))
    submission = await stage.submit(stage.as_("ada"), shown)
    answer = await stage.as_("tess").put(
        f"submissions/{submission['id']}/grade", json={"points": 78}, headers={"If-None-Match": "*"}
    )
    assert answer.status_code == 200
    (stored,) = stage.stored(shown["id"])
    stage.clock.advance(91 * DAY)
    assert await sweep(stage) == (1, 0)
    assert stage.stored(shown["id"]) == []

    video = await stage.video(shown["id"])
    certificate = video.certificate
    assert certificate is not None
    assert re.fullmatch(r"VD-\w{4}-\w{4}", certificate["number"])
    assert certificate["stream_uid"] == stored.uid
    assert (certificate["reason"], certificate["attempts"]) == ("retention", 1)
    assert certificate["size_bytes"] == len(stage.sample)
    assert video.deleted_at is not None
    assert certificate["deleted_at"] == video.deleted_at.isoformat()
    (event,) = await stage.events(Event.VIDEO_DELETED)
    assert event.data == {"reason": "retention", "certificate": certificate["number"]}

    seen = (await stage.as_("tess").get(f"submissions/{submission['id']}")).json()
    assert (seen["video"]["status"], seen["video"]["deleted_reason"]) == ("deleted", "retention")
    assert (await stage.as_("ada").get(f"submissions/{submission['id']}/grade")).json()["points"] == 78
    assert (await stage.as_("tess").post(f"videos/{shown['id']}/playback")).status_code == 410


async def test_a_video_that_is_not_at_stream_any_more_counts_as_deleted(stage: Stage) -> None:
    video = await add_video(stage, "ada")
    stage.clock.advance(91 * DAY)
    assert await sweep(stage) == (1, 0)
    assert (await stage.video(str(video.id))).certificate is not None


async def test_what_stream_made_for_an_order_that_we_never_heard_of_again_is_found_by_its_creator(
    stage: Stage,
) -> None:
    upload = await stage.start(stage.as_("ada"))
    await stage.change_video(upload["id"], status=VideoStatus.EXPIRED, stream_uid=None, next_check_at=None)
    assert len(stage.stored(upload["id"])) == 1
    assert await sweep(stage) == (1, 0)
    assert stage.stored(upload["id"]) == []


async def test_videos_of_others_in_the_same_account_are_never_touched(stage: Stage) -> None:
    stranger = await stage.start(stage.as_("ben"))
    foreign = stage.stored(stranger["id"])[0]
    foreign.creator = "another system"
    await add_video(stage, "ada")
    await add_video(stage, "ada", VideoStatus.EXPIRED, stream_uid=None)
    await stage.change_video(stranger["id"], stream_uid=uuid7().hex)
    stage.clock.advance(400 * DAY)
    await sweep(stage)
    assert [video.uid for video in stage.stream.core.library] == [foreign.uid]


# Over failures


async def test_a_stream_that_is_away_puts_one_off_and_the_rest_goes_on(stage: Stage) -> None:
    first, second = await add_video(stage, "ada"), await add_video(stage, "ben")
    stage.clock.advance(91 * DAY)
    stage.stream.faults.add("delete", status=503, times=3)
    assert await sweep(stage) == (1, 1)
    assert await status(stage, second) is VideoStatus.DELETED
    row = await stage.video(str(first.id))
    assert (row.status, row.deletion_error, row.deletion_attempts) == (VideoStatus.DELETING, "stream.unavailable", 1)
    (event,) = await stage.events(Event.VIDEO_DELETION_FAILED)
    assert (event.video_id, event.data) == (first.id, {"reason": "stream.unavailable"})
    assert await sweep(stage) == (0, 0), "not at once again"
    stage.clock.advance(timedelta(minutes=11))
    assert await sweep(stage) == (1, 0)
    row = await stage.video(str(first.id))
    assert (row.status, row.deletion_error) == (VideoStatus.DELETED, None)
    assert row.certificate is not None
    assert row.certificate["attempts"] == 2


async def test_pauses_grow_up_to_a_day(stage: Stage) -> None:
    video = await add_video(stage, "ada", VideoStatus.CANCELLED)
    waits = []
    for _ in range(10):
        stage.stream.faults.add("delete", status=503, times=3)
        before = stage.clock.now()
        assert await sweep(stage) == (0, 1)
        due = (await stage.video(str(video.id))).next_check_at
        assert due is not None
        waits.append(timedelta(seconds=round((due - before).total_seconds())))
        stage.clock.advance(waits[-1] + timedelta(seconds=1))
    assert waits == sorted(waits)
    assert waits[0] == timedelta(minutes=10)
    assert waits[-1] == DAY


async def test_an_accident_with_one_does_not_stop_the_others(stage: Stage) -> None:
    broken = await add_video(stage, "ada", stream_uid="no uid at all")
    fine = await add_video(stage, "ben")
    stage.clock.advance(91 * DAY)
    assert await sweep(stage) == (1, 1)
    assert await status(stage, fine) is VideoStatus.DELETED
    row = await stage.video(str(broken.id))
    assert (row.status, row.deletion_error) == (VideoStatus.DELETING, "internal.bug")


async def test_a_sweep_that_dies_after_the_deletion_is_finished_by_the_next(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = await stage.upload(stage.as_("ada"))
    stage.clock.advance(91 * DAY)

    class Died(BaseException):
        """The process is gone."""

    def die(_video: Video) -> None:
        raise Died

    monkeypatch.setattr(stage.parts.sweeper, "_certify", die)
    with pytest.raises(Died):
        await sweep(stage)
    monkeypatch.undo()
    assert stage.stored(shown["id"]) == []
    assert (await stage.video(shown["id"])).status is VideoStatus.DELETING
    assert await sweep(stage) == (0, 0), "somebody may still be at it"
    stage.clock.advance(LEASE + timedelta(seconds=1))
    assert await sweep(stage) == (1, 0)
    video = await stage.video(shown["id"])
    assert (video.status, video.deleted_reason) == (VideoStatus.DELETED, DeletedReason.RETENTION)
    assert len(await stage.events(Event.VIDEO_DELETED)) == 1


async def test_more_than_one_batch_is_deleted_in_one_sweep(stage: Stage) -> None:
    for _ in range(45):
        await add_video(stage, "ada", VideoStatus.CANCELLED)
    assert await sweep(stage) == (45, 0)


async def test_a_submitted_video_is_deleted_like_any_other(stage: Stage) -> None:
    video = await add_video(stage, "ada")
    await add_submission(stage, "ada", video)
    stage.clock.advance(91 * DAY)
    assert await sweep(stage) == (1, 0)
