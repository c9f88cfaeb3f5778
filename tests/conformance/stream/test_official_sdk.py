"""The emulator's answers against Cloudflare's own generated models, which in strict mode refuse any wrong type."""

from collections.abc import AsyncIterator

import httpx
import pytest
from cloudflare import AsyncCloudflare, BadRequestError, NotFoundError, PermissionDeniedError
from tests.conformance.stream.conftest import ACCOUNT, API, TOKEN, Stream, metadata


@pytest.fixture
async def sdk(stream: Stream) -> AsyncIterator[AsyncCloudflare]:
    http = httpx.AsyncClient(transport=stream.emulator.transport())
    async with AsyncCloudflare(
        api_token=TOKEN, base_url=f"{API}/client/v4", max_retries=0, http_client=http, _strict_response_validation=True
    ) as client:
        yield client


async def test_the_sdk_creates_a_tus_upload_and_reads_it_back(sdk):
    made = await sdk.stream.with_raw_response.create(
        account_id=ACCOUNT,
        tus_resumable="1.0.0",
        upload_length=1000,
        direct_user=True,
        upload_creator="assignment-17",
        upload_metadata=metadata(maxDurationSeconds="90", requiresignedurls=None, name="a.mov"),
    )
    assert made.status_code == 201
    assert not await made.read()
    video = await sdk.stream.get(made.headers["stream-media-id"], account_id=ACCOUNT)
    assert (video.status.state, video.duration, video.input.width) == ("pendingupload", -1, -1)
    assert (video.creator, video.meta, video.require_signed_urls) == ("assignment-17", {"name": "a.mov"}, True)
    assert video.max_duration_seconds == 90
    assert video.uploaded is None


async def test_the_sdk_reads_ready_and_failed_videos(sdk, stream, sample):
    ready, failed = await stream.upload(sample), await stream.upload(b"no film" * 100)
    await stream.settled(ready)
    await stream.settled(failed)
    listed = {video.uid: video for video in (await sdk.stream.list(account_id=ACCOUNT, include_counts=True)).result}
    assert listed[ready].ready_to_stream
    assert listed[ready].status.pct_complete == "100.000000"
    assert listed[ready].duration == pytest.approx(5, abs=0.1)
    assert listed[failed].status.error_reason_code == "ERR_NON_VIDEO"


async def test_the_sdk_makes_a_basic_upload_url(sdk):
    made = await sdk.stream.direct_upload.create(account_id=ACCOUNT, max_duration_seconds=60, creator="c")
    assert made.upload_url.endswith(made.uid)


async def test_the_sdk_edits_and_deletes(sdk, stream):
    uid = (await stream.create(1000)).headers["stream-media-id"]
    edited = await sdk.stream.edit(uid, account_id=ACCOUNT, meta={"a": 1}, allowed_origins=["tool.example.edu"])
    assert (edited.meta, edited.allowed_origins) == ({"a": 1}, ["tool.example.edu"])
    await sdk.stream.delete(uid, account_id=ACCOUNT)
    with pytest.raises(NotFoundError) as gone:
        await sdk.stream.get(uid, account_id=ACCOUNT)
    assert gone.value.errors[0].code == 10003


async def test_the_sdk_manages_signing_keys_and_tokens(sdk, stream):
    uid = (await stream.create(1000)).headers["stream-media-id"]
    key = await sdk.stream.keys.create(account_id=ACCOUNT)
    assert [k.id async for k in sdk.stream.keys.get(account_id=ACCOUNT)] == [key.id]
    assert (await sdk.stream.token.create(uid, account_id=ACCOUNT, id=key.id, pem=key.pem)).token.count(".") == 2
    assert (await sdk.stream.token.create(uid, account_id=ACCOUNT)).token.count(".") == 2
    assert await sdk.stream.keys.delete(key.id, account_id=ACCOUNT) == "Revoked"
    assert [k.id async for k in sdk.stream.keys.get(account_id=ACCOUNT)] == []


async def test_the_sdk_manages_the_webhook(sdk):
    made = await sdk.stream.webhooks.update(account_id=ACCOUNT, body_notification_url_1="https://tool.example.edu/hook")
    assert made.notification_url == "https://tool.example.edu/hook"
    assert (await sdk.stream.webhooks.get(account_id=ACCOUNT)).secret == made.secret
    await sdk.stream.webhooks.delete(account_id=ACCOUNT)
    with pytest.raises(NotFoundError):
        await sdk.stream.webhooks.get(account_id=ACCOUNT)


async def test_the_sdk_reads_storage_usage(sdk, stream, sample):
    await stream.settled(await stream.upload(sample))
    usage = await sdk.stream.videos.storage_usage(account_id=ACCOUNT)
    assert (usage.total_storage_minutes_limit, usage.video_count) == (1000, 1)
    assert usage.total_storage_minutes == pytest.approx(5 / 60)


async def test_the_sdk_manages_captions_and_downloads(sdk, stream, sample):
    stream.emulator.switches.stuck_in_queue = True
    uid = await stream.upload(sample)
    with pytest.raises(BadRequestError):
        await sdk.stream.downloads.create(uid, account_id=ACCOUNT)
    stream.emulator.switches.stuck_in_queue = False
    await stream.settled(uid)
    text = "WEBVTT\n\n00:00.000 --> 00:01.000\nGoedemorgen\n"
    put = await sdk.stream.captions.language.update("nl", account_id=ACCOUNT, identifier=uid, file=text)
    assert (put.language, put.status) == ("nl", "ready")
    assert [c.language async for c in sdk.stream.captions.get(uid, account_id=ACCOUNT)] == ["nl"]
    assert await sdk.stream.captions.language.vtt.get("nl", account_id=ACCOUNT, identifier=uid) == text
    await sdk.stream.captions.language.delete("nl", account_id=ACCOUNT, identifier=uid)
    made = await sdk.stream.downloads.create(uid, account_id=ACCOUNT)
    assert made.default.url.endswith("/downloads/default.mp4")
    assert (await sdk.stream.downloads.get(uid, account_id=ACCOUNT)).default.status == "ready"
    await sdk.stream.downloads.delete(uid, account_id=ACCOUNT)


async def test_the_sdk_is_told_apart_from_strangers(stream):
    http = httpx.AsyncClient(transport=stream.emulator.transport())
    async with AsyncCloudflare(
        api_token="wrong", base_url=f"{API}/client/v4", max_retries=0, http_client=http
    ) as client:
        with pytest.raises(PermissionDeniedError) as refused:
            await client.stream.videos.storage_usage(account_id=ACCOUNT)
    assert refused.value.errors[0].code == 10000


async def test_embed_code_is_html_and_points_at_the_player(sdk, stream):
    uid = (await stream.create(1000)).headers["stream-media-id"]
    assert f"/{uid}/iframe" in await sdk.stream.embed.get(uid, account_id=ACCOUNT)
