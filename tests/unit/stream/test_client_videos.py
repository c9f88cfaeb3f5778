"""Videos: how they are asked for, changed and deleted."""

import json
import operator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from fieldreel.stream.errors import StreamNotFound, StreamRejected, StreamUnavailable
from fieldreel.stream.models import StreamState

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
STREAM = f"https://api.test/client/v4/accounts/{'a' * 32}/stream"
UID = "0123456789abcdef0123456789abcdef"
VIDEO = f"{STREAM}/{UID}"


def success(result, **more):
    return httpx.Response(200, json={"result": result, "success": True, "errors": [], "messages": [], **more})


def failure(status, code=10003):
    errors = [{"code": code, "message": "Foreign words"}]
    return httpx.Response(status, json={"result": None, "success": False, "errors": errors, "messages": []})


def body_of(route) -> dict:
    return json.loads(route.calls.last.request.content)


async def test_a_video_is_read(client, cloudflare, encoding_video):
    route = cloudflare.get(VIDEO).mock(return_value=success(encoding_video))

    video = await client.get_video(UID)

    assert video.uid == UID
    assert video.state is StreamState.IN_PROGRESS
    assert route.calls.last.request.headers["Authorization"] == "Bearer token-of-the-tests"


async def test_a_video_that_stream_does_not_have_is_not_found(client, cloudflare):
    cloudflare.get(VIDEO).mock(return_value=failure(404))

    with pytest.raises(StreamNotFound):
        await client.get_video(UID)


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200),
        httpx.Response(200, html="<h1>Maintenance</h1>"),
        httpx.Response(200, json=["not", "an", "envelope"]),
        httpx.Response(200, json={"success": True}),
        success(None),
        success({"readyToStream": True}),
    ],
)
async def test_an_answer_that_holds_no_video_is_no_answer(client, cloudflare, answer):
    cloudflare.get(VIDEO).mock(return_value=answer)

    with pytest.raises(StreamUnavailable):
        await client.get_video(UID)


@pytest.mark.parametrize("uid", ["", "../keys", "a/b", "a" * 33])
async def test_a_uid_that_would_change_the_path_is_not_sent(client, cloudflare, uid):
    for call in (client.get_video(uid), client.delete_video(uid), client.list_videos(uids=[uid])):
        with pytest.raises(ValueError, match="not the uid"):
            await call

    assert not cloudflare.calls


async def test_filters_of_a_list_are_spelt_as_cloudflare_does(client, cloudflare, encoding_video):
    route = cloudflare.get(STREAM).mock(return_value=success([encoding_video], total="1", range=1))

    videos = await client.list_videos(
        uids=[UID, "b" * 32],
        creator="a-17",
        status=[StreamState.QUEUED, StreamState.IN_PROGRESS],
        after=NOW,
        before=datetime(2026, 11, 22, 12, 0, 0, 5, tzinfo=UTC),
        limit=50,
    )

    assert [video.uid for video in videos] == [UID]
    assert dict(route.calls.last.request.url.params) == {
        "id": f"{UID},{'b' * 32}",
        "creator": "a-17",
        "status": "queued,inprogress",
        "start": "2026-11-22T10:00:00Z",
        "end": "2026-11-22T12:00:00.000005Z",
        "limit": "50",
    }


async def test_a_list_without_filters_asks_for_the_most(client, cloudflare):
    route = cloudflare.get(STREAM).mock(return_value=success([]))

    assert await client.list_videos() == []
    assert dict(route.calls.last.request.url.params) == {"limit": "1000"}


async def test_no_uids_ask_nothing_rather_than_everything(client, cloudflare):
    assert await client.list_videos(uids=[]) == []
    assert not cloudflare.calls


async def test_many_uids_are_asked_in_batches_of_fifty(client, cloudflare):
    def answer(request):
        return success([{"uid": uid} for uid in request.url.params["id"].split(",")])

    route = cloudflare.get(STREAM).mock(side_effect=answer)
    uids = [f"{number:032x}" for number in range(120)]

    videos = await client.list_videos(uids=uids)

    assert [video.uid for video in videos] == uids
    assert [call.request.url.params["id"].count(",") + 1 for call in route.calls] == [50, 50, 20]


@pytest.mark.parametrize("result", [None, {}, [None], [{"uid": UID}, {}]])
async def test_a_list_that_is_none_is_no_answer(client, cloudflare, result):
    cloudflare.get(STREAM).mock(return_value=success(result))

    with pytest.raises(StreamUnavailable):
        await client.list_videos()


@pytest.mark.parametrize("is_before", [operator.lt, operator.le])
async def test_every_video_is_given_once_whether_or_not_pages_overlap(client, cloudflare, is_before):
    # 2,500 videos, three to a moment, newest first: the edges of the pages fall between twins.
    moments = [NOW - timedelta(seconds=number // 3) for number in range(2_500)]
    library = [{"uid": f"{number:032x}", "created": moment.isoformat()} for number, moment in enumerate(moments)]

    def answer(request):
        end = datetime.fromisoformat(request.url.params.get("end", "2027-01-01T00:00:00Z"))
        return success([video for video, at in zip(library, moments, strict=True) if is_before(at, end)][:1000])

    route = cloudflare.get(STREAM).mock(side_effect=answer)

    uids = [video.uid async for video in client.every_video(creator="a-17")]

    assert uids == [video["uid"] for video in library]
    assert route.call_count == 3
    assert {call.request.url.params["creator"] for call in route.calls} == {"a-17"}


async def test_a_library_that_repeats_itself_comes_to_an_end(client, cloudflare):
    page = [{"uid": f"{number:032x}", "created": NOW.isoformat()} for number in range(1_000)]
    route = cloudflare.get(STREAM).mock(return_value=success(page))

    assert len([video async for video in client.every_video()]) == 1_000
    assert route.call_count == 2


async def test_changes_are_spelt_as_cloudflare_does(client, cloudflare, encoding_video):
    route = cloudflare.post(VIDEO).mock(return_value=success(encoding_video))

    await client.edit_video(
        UID,
        creator="a-18",
        meta={"name": "x"},
        require_signed_urls=True,
        allowed_origins=["tool.example.edu"],
        max_duration_seconds=700,
        upload_expires_at=datetime(2026, 11, 22, 16, tzinfo=UTC),
        scheduled_deletion=None,
    )

    assert body_of(route) == {
        "creator": "a-18",
        "meta": {"name": "x"},
        "requireSignedURLs": True,
        "allowedOrigins": ["tool.example.edu"],
        "maxDurationSeconds": 700,
        "uploadExpiry": "2026-11-22T16:00:00Z",
        "scheduledDeletion": None,
    }


async def test_a_change_gives_the_video_as_it_is_now(client, cloudflare, encoding_video):
    cloudflare.post(VIDEO).mock(return_value=success({**encoding_video, "creator": "a-18"}))

    assert (await client.edit_video(UID, creator="a-18")).creator == "a-18"


async def test_a_video_that_stays_public_though_we_asked_for_signed_urls_is_a_bug(client, cloudflare, encoding_video):
    cloudflare.post(VIDEO).mock(return_value=success({**encoding_video, "requireSignedURLs": False}))

    with pytest.raises(StreamRejected):
        await client.edit_video(UID, require_signed_urls=True)


async def test_an_edit_without_changes_is_not_sent(client, cloudflare):
    with pytest.raises(ValueError, match="without changes"):
        await client.edit_video(UID)

    assert not cloudflare.calls


@pytest.mark.parametrize(
    "answer", [httpx.Response(200), httpx.Response(204), success("ok"), httpx.Response(200, text="")]
)
async def test_a_deletion_with_an_empty_body_is_a_deletion(client, cloudflare, answer):
    cloudflare.delete(VIDEO).mock(return_value=answer)

    assert await client.delete_video(UID) is True


@pytest.mark.parametrize("answer", [failure(404), failure(404, 10000 + 999), httpx.Response(404)])
async def test_deleting_what_is_gone_says_so_and_is_no_error(client, cloudflare, answer):
    cloudflare.delete(VIDEO).mock(return_value=answer)

    assert await client.delete_video(UID) is False


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (failure(404, 7003), StreamRejected),
        (failure(404, 7000), StreamRejected),
        (httpx.Response(404, html="<h1>Not found</h1>"), StreamUnavailable),
    ],
)
async def test_a_404_that_is_not_about_the_video_does_not_count_as_gone(client, cloudflare, answer, error):
    cloudflare.delete(VIDEO).mock(return_value=answer)

    with pytest.raises(error):
        await client.delete_video(UID)
