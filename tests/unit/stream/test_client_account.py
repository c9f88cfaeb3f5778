"""Playback tokens of Cloudflare's making, signing keys, storage, the webhook, and how a client is made."""

import base64
import json
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from fieldreel.kit.http import new_client
from fieldreel.stream.client import StreamClient
from fieldreel.stream.errors import StreamUnavailable
from fieldreel.stream.models import RateBudget

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
