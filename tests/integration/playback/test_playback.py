"""Watching: who gets a token, what it opens, how long, and what the log says."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import update
from tests.factories import STREAM_MEDIA, Stage
from tests.rows import add_submission, add_video

from fieldreel.audit.service import Event
from fieldreel.kit.ids import uuid7
from fieldreel.launches.models import Launch
from fieldreel.lti.roles import Role
from fieldreel.platforms.models import Deployment, DeploymentStatus, Registration, RegistrationStatus
from fieldreel.settings import Settings
from fieldreel.submissions.models import SubmissionStatus
from fieldreel.videos.models import Video, VideoStatus


async def watch(who: httpx.AsyncClient, video: Video | UUID) -> httpx.Response:
    return await who.post(f"videos/{video.id if isinstance(video, Video) else video}/playback")


def refused(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    problem: dict[str, Any] = answer.json()
    assert (answer.status_code, problem["code"]) == (status, code), answer.text
    return problem


# Who


async def test_the_owner_watches_a_draft(stage: Stage, ada: httpx.AsyncClient) -> None:
    video = await add_video(stage, "ada")
    answer = await watch(ada, video)
    assert answer.status_code == 200
    shown = answer.json()
    assert shown["hls_url"] == f"{STREAM_MEDIA}/{shown['token']}/manifest/video.m3u8"
    assert shown["poster_url"].startswith(f"{STREAM_MEDIA}/{shown['token']}/thumbnails/")
    assert shown["duration_seconds"] == 12.5
    assert video.stream_uid is not None
    assert video.stream_uid not in answer.text


async def test_a_teacher_does_not_see_a_draft(stage: Stage, tess: httpx.AsyncClient) -> None:
    refused(await watch(tess, await add_video(stage, "ada")), 404, "access.not_found")


@pytest.mark.parametrize("name", ["tess", "cleo"])
async def test_those_who_grade_watch_what_was_handed_in(stage: Stage, name: str) -> None:
    video = await add_video(stage, "ada")
    await add_submission(stage, "ada", video)
    assert (await watch(stage.as_(name), video)).status_code == 200


async def test_an_attempt_that_was_replaced_stays_visible_to_the_teacher(stage: Stage, tess: httpx.AsyncClient) -> None:
    video = await add_video(stage, "ada")
    await add_submission(stage, "ada", video, status=SubmissionStatus.REPLACED)
    assert (await watch(tess, video)).status_code == 200


async def test_what_was_withdrawn_is_the_owners_alone_again(
    stage: Stage, ada: httpx.AsyncClient, tess: httpx.AsyncClient
) -> None:
    video = await add_video(stage, "ada")
    await add_submission(stage, "ada", video, status=SubmissionStatus.WITHDRAWN)
    refused(await watch(tess, video), 404, "access.not_found")
    assert (await watch(ada, video)).status_code == 200


async def test_another_learner_and_another_deployment_see_nothing_at_all(
    stage: Stage, ben: httpx.AsyncClient, otto: httpx.AsyncClient
) -> None:
    video = await add_video(stage, "ada")
    await add_submission(stage, "ada", video)
    hidden = refused(await watch(ben, video), 404, "access.not_found")
    absent = refused(await watch(ben, uuid4()), 404, "access.not_found")
    refused(await watch(otto, video), 404, "access.not_found")
    assert hidden.keys() == absent.keys()
    assert hidden["detail"] == absent["detail"], "an id that exists looks like one that does not"


async def test_another_link_of_the_same_course_is_another_door(stage: Stage, tess: httpx.AsyncClient) -> None:
    video = await add_video(stage, "ada")
    await add_submission(stage, "ada", video)
    async with await stage.enter("tess", Role.INSTRUCTOR, assignment_id=await stage.assignment()) as elsewhere:
        refused(await watch(elsewhere, video), 404, "access.not_found")
    assert (await watch(tess, video)).status_code == 200


@pytest.mark.parametrize("role", [Role.DESIGNER, Role.ADMINISTRATOR, Role.OBSERVER])
async def test_a_role_that_does_not_grade_does_not_watch(stage: Stage, role: Role) -> None:
    video = await add_video(stage, "ada")
    await add_submission(stage, "ada", video)
    refused(await watch(await stage.enter("dora", role), video), 404, "access.not_found")


async def test_without_a_session_there_is_nothing(stage: Stage) -> None:
    async with stage.client() as nobody:
        refused(await watch(nobody, uuid7()), 401, "session.ended")


# Launches that no longer hold


async def test_a_revoked_launch_watches_nothing_more(stage: Stage, ada: httpx.AsyncClient) -> None:
    video = await add_video(stage, "ada")
    launch_id = stage.principals["ada"].launch_id
    async with stage.parts.database.begin() as session:
        await session.execute(update(Launch).where(Launch.id == launch_id).values(revoked_at=stage.clock.now()))
    refused(await watch(ada, video), 401, "session.ended")


async def test_a_launch_that_ran_out_watches_nothing_more(stage: Stage, ada: httpx.AsyncClient) -> None:
    video = await add_video(stage, "ada")
    stage.clock.advance(timedelta(days=401))
    refused(await watch(ada, video), 401, "session.ended")


async def test_a_blocked_deployment_watches_nothing_more(stage: Stage, ada: httpx.AsyncClient) -> None:
    video = await add_video(stage, "ada")
    blocked = update(Deployment).where(Deployment.id == stage.course.deployment_id)
    async with stage.parts.database.begin() as session:
        await session.execute(blocked.values(status=DeploymentStatus.BLOCKED))
    refused(await watch(ada, video), 401, "session.ended")


async def test_a_platform_that_was_switched_off_watches_nothing_more(stage: Stage, ada: httpx.AsyncClient) -> None:
    video = await add_video(stage, "ada")
    async with stage.parts.database.begin() as session:
        await session.execute(update(Registration).values(status=RegistrationStatus.DISABLED))
    refused(await watch(ada, video), 401, "session.ended")


# What


@pytest.mark.parametrize(
    ("status", "answer", "code", "retryable"),
    [
        (VideoStatus.REQUESTED, 409, "playback.not_ready", True),
        (VideoStatus.UPLOADING, 409, "playback.not_ready", True),
        (VideoStatus.PROCESSING, 409, "playback.not_ready", True),
        (VideoStatus.FAILED, 409, "playback.video_failed", False),
        (VideoStatus.DELETING, 410, "playback.video_deleted", False),
        (VideoStatus.DELETED, 410, "playback.video_deleted", False),
    ],
)
async def test_a_video_that_cannot_be_watched_says_why(
    stage: Stage, ada: httpx.AsyncClient, status: VideoStatus, answer: int, code: str, retryable: bool
) -> None:
    video = await add_video(stage, "ada", status)
    problem = refused(await watch(ada, video), answer, code)
    assert problem["retryable"] is retryable
    assert await stage.events(Event.VIDEO_PLAYED) == [], "what was not played is not logged as played"


async def test_each_issue_is_one_row_of_the_log(stage: Stage, ada: httpx.AsyncClient, tess: httpx.AsyncClient) -> None:
    video = await add_video(stage, "ada")
    await add_submission(stage, "ada", video)
    for who in (ada, tess, tess):
        await watch(who, video)
    rows = await stage.events(Event.VIDEO_PLAYED)
    ada_id, tess_id = (stage.principals[name].person_id for name in ("ada", "tess"))
    assert [(row.actor_id, row.data["own"]) for row in rows] == [(ada_id, True), (tess_id, False), (tess_id, False)]
    assert {(row.video_id, row.assignment_id, row.deployment_id) for row in rows} == {
        (video.id, stage.course.assignment_id, stage.course.deployment_id)
    }


# What the token opens


async def fetch(stage: Stage, path: str) -> httpx.Response:
    return await stage.browser.get(path, headers={"Origin": "https://video.example.edu"})


async def test_the_token_plays_the_video_until_it_ends_and_nothing_else_does(
    stage: Stage, ada: httpx.AsyncClient
) -> None:
    video = await stage.upload(ada)
    shown = (await ada.post(f"videos/{video['id']}/playback")).json()
    (stored,) = stage.stored(video["id"])

    manifest = await fetch(stage, shown["hls_url"])
    assert manifest.status_code == 200
    assert manifest.text.startswith("#EXTM3U")
    stream_url = f"{STREAM_MEDIA}/{shown['token']}/manifest/stream"
    playlist = await fetch(stage, f"{stream_url}/video.m3u8")
    segment = next(line for line in playlist.text.splitlines() if line.endswith(".m4s"))
    assert len((await fetch(stage, f"{stream_url}/{segment}")).content) > 100
    assert (await fetch(stage, shown["poster_url"])).headers["Content-Type"] == "image/jpeg"

    assert (await fetch(stage, f"{STREAM_MEDIA}/{stored.uid}/manifest/video.m3u8")).status_code == 401
    assert (
        await fetch(stage, shown["hls_url"].replace(shown["token"], shown["token"][:-6] + "AAAAAA"))
    ).status_code == 401

    stage.clock.advance(datetime.fromisoformat(shown["expires_at"]) - stage.clock.now() + timedelta(seconds=1))
    assert (await fetch(stage, shown["hls_url"])).status_code == 401
    assert (await fetch(stage, f"{stream_url}/{segment}")).status_code == 401

    fresh = (await ada.post(f"videos/{video['id']}/playback")).json()
    assert (await fetch(stage, fresh["hls_url"])).status_code == 200


async def test_a_token_lives_an_hour_and_is_renewed_before_its_last_fifth(stage: Stage, ada: httpx.AsyncClient) -> None:
    now = stage.clock.now()
    shown = (await watch(ada, await add_video(stage, "ada"))).json()
    expires, renew = (datetime.fromisoformat(shown[name]) for name in ("expires_at", "renew_at"))
    assert timedelta(minutes=59) < expires - now <= timedelta(minutes=61)
    assert abs((renew - now) / (expires - now) - 0.8) < 0.01


async def test_a_token_is_used_again_while_more_than_half_of_its_life_is_left(
    stage: Stage, ada: httpx.AsyncClient
) -> None:
    video, other = await add_video(stage, "ada"), await add_video(stage, "ada")
    first = (await watch(ada, video)).json()
    stage.clock.advance(timedelta(minutes=29))
    again = (await watch(ada, video)).json()
    assert (again["token"], again["expires_at"]) == (first["token"], first["expires_at"])
    assert first["renew_at"] < again["renew_at"] < first["expires_at"]
    assert (await watch(ada, other)).json()["token"] != first["token"]
    stage.clock.advance(timedelta(minutes=2))
    fresh = (await watch(ada, video)).json()
    assert fresh["token"] != first["token"]
    assert fresh["expires_at"] > first["expires_at"]


async def test_watching_costs_one_statement_and_no_call_to_stream(stage: Stage, ada: httpx.AsyncClient) -> None:
    video = await add_video(stage, "ada")
    database = stage.parts.database
    counted: list[str] = []
    one = database.fetchrow

    async def fetchrow(statement: str, *arguments: object) -> Any:
        counted.append(statement)
        return await one(statement, *arguments)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "fetchrow", fetchrow)
        patch.setattr(database, "begin", None)
        calls = stage.stream.core.limiter.calls
        assert (await watch(ada, video)).status_code == 200
    assert len(counted) == 1
    assert stage.stream.core.limiter.calls == calls


class TestWithoutASigningKey:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        stream = settings.stream.model_copy(update={"signing_key_id": ""})
        return settings.model_copy(update={"stream": stream})

    async def test_stream_itself_signs(self, stage: Stage, ada: httpx.AsyncClient) -> None:
        video = await stage.upload(ada)
        before = stage.stream.core.limiter.calls
        shown = (await ada.post(f"videos/{video['id']}/playback")).json()
        assert stage.stream.core.limiter.calls == before + 1
        assert (await fetch(stage, shown["hls_url"])).status_code == 200
        await ada.post(f"videos/{video['id']}/playback")
        assert stage.stream.core.limiter.calls == before + 1, "one call answers for all who watch in the next half hour"

    async def test_a_stream_that_is_away_is_said_as_such(self, stage: Stage, ada: httpx.AsyncClient) -> None:
        video = await stage.upload(ada)
        stage.stream.faults.add("any", status=503, times=20)
        problem = refused(await ada.post(f"videos/{video['id']}/playback"), 503, "stream.unavailable")
        assert problem["retryable"] is True


class TestWithoutACustomerAddress:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(update={"stream": settings.stream.model_copy(update={"customer_url": ""})})

    async def test_nothing_is_played_and_the_reason_is_said(self, stage: Stage, ada: httpx.AsyncClient) -> None:
        problem = refused(await watch(ada, await add_video(stage, "ada")), 503, "service.unavailable")
        assert "not configured" in problem["detail"]
