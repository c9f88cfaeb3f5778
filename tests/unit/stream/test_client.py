"""Every call: what goes over the wire, and what is made of the answer."""

import base64
import json
import operator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from fieldreel.kit.http import new_client
from fieldreel.stream.client import StreamClient
from fieldreel.stream.errors import (
    StreamNotFound,
    StreamRejected,
    StreamUnavailable,
    StreamUploadGone,
)
from fieldreel.stream.models import RateBudget, StreamState, UploadOrder

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
STREAM = f"https://api.test/client/v4/accounts/{'a' * 32}/stream"
UID = "0123456789abcdef0123456789abcdef"
VIDEO = f"{STREAM}/{UID}"
UPLOAD_URL = "https://upload.cloudflarestream.com/tus/b7d1?tusv2=true"
GATEWAY_URL = "https://edge-production.gateway.api.cloudflare.com/client/v4/accounts/a/media/1?tusv2=true"
ORDER = UploadOrder(
    size_bytes=734_003_200,
    max_duration_seconds=900,
    expires_at=datetime(2026, 11, 22, 16, tzinfo=UTC),
    creator="a-17",
    name="sub-7f3a.mov",
    allowed_origins=("tool.example.edu", "lms.example.edu"),
)


def success(result, **more):
    return httpx.Response(200, json={"result": result, "success": True, "errors": [], "messages": [], **more})


def failure(status, code=10003):
    errors = [{"code": code, "message": "Foreign words"}]
    return httpx.Response(status, json={"result": None, "success": False, "errors": errors, "messages": []})


def created(location=UPLOAD_URL, uid=UID):
    return httpx.Response(201, headers={"location": location, "stream-media-id": uid, "tus-resumable": "1.0.0"})


def body_of(route) -> dict:
    return json.loads(route.calls.last.request.content)


# Uploads


async def test_an_upload_is_ordered_by_the_query_parameter_and_tus_headers(client, cloudflare):
    route = cloudflare.post(STREAM).mock(return_value=created())

    upload = await client.create_upload(ORDER)

    request = route.calls.last.request
    assert dict(request.url.params) == {"direct_user": "true"}
    assert request.content == b""
    assert request.headers["Authorization"] == "Bearer token-of-the-tests"
    assert request.headers["Tus-Resumable"] == "1.0.0"
    assert request.headers["Upload-Length"] == "734003200"
    assert request.headers["Upload-Creator"] == "a-17"
    assert request.headers["Upload-Metadata"] == (
        "maxDurationSeconds OTAw,requiresignedurls,expiry MjAyNi0xMS0yMlQxNjowMDowMFo=,name c3ViLTdmM2EubW92,"
        "allowedorigins dG9vbC5leGFtcGxlLmVkdSxsbXMuZXhhbXBsZS5lZHU="
    )
    assert (upload.uid, upload.upload_url) == (UID, UPLOAD_URL)
    assert "tus/b7d1" not in repr(upload)


@pytest.mark.parametrize(
    "location", [UPLOAD_URL, "https://upload.videodelivery.net/tus/1", "http://127.0.0.1:8788/t/1"]
)
async def test_each_configured_upload_host_is_accepted(client, cloudflare, location):
    cloudflare.post(STREAM).mock(return_value=created(location))

    assert (await client.create_upload(ORDER)).upload_url == location


@pytest.mark.parametrize(
    "location",
    [
        GATEWAY_URL,
        "http://upload.cloudflarestream.com/tus/1",
        "/tus/1",
        "https://upload.cloudflarestream.com.evil.test/1",
    ],
)
async def test_another_upload_host_is_refused_and_its_video_deleted(client, cloudflare, location):
    cloudflare.post(STREAM).mock(return_value=created(location))
    deletion = cloudflare.delete(VIDEO).mock(return_value=httpx.Response(200))

    with pytest.raises(StreamRejected) as caught:
        await client.create_upload(ORDER)

    assert deletion.called
    assert location not in str(caught.value)


async def test_a_refused_host_is_still_what_is_told_when_deleting_fails_too(client, cloudflare):
    cloudflare.post(STREAM).mock(return_value=created(GATEWAY_URL))
    cloudflare.delete(VIDEO).mock(return_value=failure(401, 10000))

    with pytest.raises(StreamRejected):
        await client.create_upload(ORDER)


@pytest.mark.parametrize("missing", ["location", "stream-media-id"])
async def test_a_creation_without_address_or_uid_may_have_left_a_video(client, cloudflare, missing):
    headers = {"location": UPLOAD_URL, "stream-media-id": UID}
    del headers[missing]
    route = cloudflare.post(STREAM).mock(return_value=httpx.Response(201, headers=headers))

    with pytest.raises(StreamUnavailable) as caught:
        await client.create_upload(ORDER)

    assert caught.value.may_have_happened
    assert route.call_count == 1


async def test_the_offset_is_asked_without_our_api_token(client, cloudflare):
    route = cloudflare.head(UPLOAD_URL).mock(
        return_value=httpx.Response(200, headers={"upload-offset": "5242880", "upload-length": "734003200"})
    )

    offset = await client.upload_offset(UPLOAD_URL)

    assert (offset.offset_bytes, offset.length_bytes) == (5_242_880, 734_003_200)
    assert route.calls.last.request.headers["Tus-Resumable"] == "1.0.0"
    assert "Authorization" not in route.calls.last.request.headers


@pytest.mark.parametrize("headers", [{}, {"upload-offset": "5"}, {"upload-offset": "x", "upload-length": "9"}])
async def test_an_answer_without_a_usable_offset_is_no_answer(client, cloudflare, headers):
    cloudflare.head(UPLOAD_URL).mock(return_value=httpx.Response(200, headers=headers))

    with pytest.raises(StreamUnavailable):
        await client.upload_offset(UPLOAD_URL)


async def test_our_server_does_not_ask_addresses_outside_the_upload_hosts(client, cloudflare):
    with pytest.raises(StreamRejected):
        await client.upload_offset("http://169.254.169.254/latest/meta-data")

    assert not cloudflare.calls


async def test_an_upload_address_is_in_no_error(client, cloudflare):
    cloudflare.head(UPLOAD_URL).mock(return_value=httpx.Response(404))

    with pytest.raises(StreamUploadGone) as caught:
        await client.upload_offset(UPLOAD_URL)

    assert "tus/b7d1" not in str(caught.value) + repr(caught.value.__dict__)


# Videos


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


# Playback tokens and signing keys


async def test_a_token_is_made_by_cloudflare(client, cloudflare):
    route = cloudflare.post(f"{VIDEO}/token").mock(return_value=success({"token": "eyJ.a.b"}))

    assert await client.create_token(UID, expires_at=NOW + timedelta(hours=1), downloadable=True) == "eyJ.a.b"
    assert body_of(route) == {"exp": 1_795_345_200, "downloadable": True}


@pytest.mark.parametrize("expires_at", [NOW, NOW + timedelta(hours=24, seconds=1)])
async def test_a_token_that_stream_would_refuse_is_not_ordered(client, cloudflare, expires_at):
    with pytest.raises(ValueError, match="playback token"):
        await client.create_token(UID, expires_at=expires_at)

    assert not cloudflare.calls


@pytest.mark.parametrize("result", [None, {}, {"token": ""}, {"token": 5}, "eyJ.a.b"])
async def test_an_answer_without_a_token_is_no_answer(client, cloudflare, result):
    cloudflare.post(f"{VIDEO}/token").mock(return_value=success(result))

    with pytest.raises(StreamUnavailable):
        await client.create_token(UID, expires_at=NOW + timedelta(hours=1))


async def test_a_new_signing_key_comes_decoded_and_stays_out_of_its_repr(client, cloudflare, pem):
    wire = {"id": "f" * 32, "pem": base64.b64encode(pem.encode()).decode(), "jwk": "e30=", "created": "2026-11-22"}
    cloudflare.post(f"{STREAM}/keys").mock(return_value=success(wire))

    key = await client.create_signing_key()

    assert (key.id, key.pem, key.created) == ("f" * 32, pem, datetime(2026, 11, 22, tzinfo=UTC))
    assert "PRIVATE" not in repr(key)


async def test_an_unreadable_signing_key_is_not_quoted(client, cloudflare):
    wire = {"id": "f" * 32, "pem": "c2VjcmV0LW1hdGVyaWFs"}
    cloudflare.post(f"{STREAM}/keys").mock(return_value=success(wire))

    with pytest.raises(StreamUnavailable) as caught:
        await client.create_signing_key()

    assert "c2VjcmV0" not in str(caught.value.__cause__)
    assert "secret-material" not in str(caught.value.__cause__)


async def test_signing_keys_are_listed(client, cloudflare):
    wire = [{"id": "f" * 32, "created": "2026-11-22T10:00:00Z", "key_id": "f" * 32}, {"id": "e" * 32}]
    cloudflare.get(f"{STREAM}/keys").mock(return_value=success(wire))

    assert [(key.id, key.created) for key in await client.list_signing_keys()] == [("f" * 32, NOW), ("e" * 32, None)]


@pytest.mark.parametrize(
    ("answer", "deleted"), [(success("Revoked"), True), (success("ok"), True), (failure(404), False)]
)
async def test_a_signing_key_is_ended(client, cloudflare, answer, deleted):
    cloudflare.delete(f"{STREAM}/keys/{'f' * 32}").mock(return_value=answer)

    assert await client.delete_signing_key("f" * 32) is deleted


# The account


async def test_storage_is_told_in_minutes(client, cloudflare):
    wire = {"totalStorageMinutes": 812.35, "totalStorageMinutesLimit": 3000, "videoCount": 71, "creator": ""}
    cloudflare.get(f"{STREAM}/storage-usage").mock(return_value=success(wire))

    usage = await client.storage_usage()

    assert (usage.used_minutes, usage.limit_minutes, usage.video_count) == (812.35, 3000, 71)


@pytest.mark.parametrize("spelling", ["notificationUrl", "notification_url"])
async def test_the_webhook_is_read_in_both_spellings(client, cloudflare, spelling):
    wire = {spelling: "https://tool.example.edu/hook", "modified": "2026-11-22T10:00:00Z", "secret": "s3cret"}
    cloudflare.get(f"{STREAM}/webhook").mock(return_value=success(wire))

    webhook = await client.get_webhook()

    assert (webhook.url, webhook.secret, webhook.modified) == ("https://tool.example.edu/hook", "s3cret", NOW)
    assert "s3cret" not in repr(webhook)


@pytest.mark.parametrize("answer", [failure(404), success(None), success({}), success({"notificationUrl": ""})])
async def test_an_account_without_a_webhook_has_none(client, cloudflare, answer):
    cloudflare.get(f"{STREAM}/webhook").mock(return_value=answer)

    assert await client.get_webhook() is None


async def test_a_webhook_is_set(client, cloudflare):
    wire = {"notificationUrl": "https://tool.example.edu/hook", "modified": "2026-11-22T10:00:00Z", "secret": "s3cret"}
    route = cloudflare.put(f"{STREAM}/webhook").mock(return_value=success(wire))

    assert (await client.set_webhook("https://tool.example.edu/hook")).secret == "s3cret"
    assert body_of(route) == {"notificationUrl": "https://tool.example.edu/hook"}


@pytest.mark.parametrize(("answer", "deleted"), [(httpx.Response(200), True), (failure(404), False)])
async def test_a_webhook_is_ended(client, cloudflare, answer, deleted):
    cloudflare.delete(f"{STREAM}/webhook").mock(return_value=answer)

    assert await client.delete_webhook() is deleted


async def test_the_newest_rate_budget_is_kept(client, cloudflare):
    assert client.last_budget is None
    headers = {"Ratelimit": '"default";r=50;t=30', "Ratelimit-Policy": '"burst";q=100;w=60'}
    answer = success({"uid": UID})
    answer.headers.update(headers)
    cloudflare.get(VIDEO).mock(side_effect=[answer, success({"uid": UID})])

    await client.get_video(UID)
    await client.get_video(UID)  # an answer that tells nothing does not make us forget

    assert client.last_budget == RateBudget(remaining=50, reset_seconds=30, quota=100, window_seconds=60)


@pytest.mark.parametrize("api_token", ["", "two words", "line\nbreak", "tokén"])
async def test_a_token_that_no_header_can_carry_is_refused_at_the_start_and_not_quoted(api_token, clock):
    async with new_client() as http:
        with pytest.raises(ValueError, match="API token") as caught:
            StreamClient(
                http, account_id="a", api_token=api_token, base_url="https://api.test", upload_hosts=[], clock=clock
            )

    assert not api_token or api_token not in str(caught.value)


@pytest.mark.parametrize("base_url", ["", "api.cloudflare.com/client/v4", "ftp://api.cloudflare.com"])
async def test_an_address_of_the_api_that_is_none_is_refused_at_the_start(base_url, clock):
    async with new_client() as http:
        with pytest.raises(ValueError, match="https://"):
            StreamClient(http, account_id="a", api_token="t", base_url=base_url, upload_hosts=[], clock=clock)
