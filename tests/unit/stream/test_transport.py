"""What is repeated, and what each refusal is called."""

from datetime import UTC, datetime

import httpx
import pytest

from fieldreel.errors import StreamError
from fieldreel.stream.errors import (
    StreamBusy,
    StreamNotFound,
    StreamQuotaExceeded,
    StreamRateLimited,
    StreamRejected,
    StreamTooLarge,
    StreamUnauthorized,
    StreamUnavailable,
    StreamUploadGone,
)
from fieldreel.stream.models import RateBudget, UploadOrder
from fieldreel.stream.transport import wait_before_repeating

STREAM = f"https://api.test/client/v4/accounts/{'a' * 32}/stream"
UID = "0123456789abcdef0123456789abcdef"
VIDEO = f"{STREAM}/{UID}"
UPLOAD_URL = "https://upload.cloudflarestream.com/tus/b7d1?tusv2=true"
ORDER = UploadOrder(
    size_bytes=1, max_duration_seconds=1, expires_at=datetime(2026, 11, 22, 16, tzinfo=UTC), creator="a", name="n"
)
CREATED = httpx.Response(201, headers={"location": UPLOAD_URL, "stream-media-id": UID})
BUDGET_LEFT = {"Ratelimit": '"default";r=900;t=30'}
BUDGET_SPENT = {"Ratelimit": '"default";r=0;t=280'}


def refusal(status, code=None, message="Foreign words", headers=None):
    errors = [] if code is None else [{"code": code, "message": message}]
    envelope = {"result": None, "success": False, "errors": errors, "messages": []}
    return httpx.Response(status, json=envelope, headers=headers)


def video():
    return httpx.Response(200, json={"result": {"uid": UID}, "success": True, "errors": [], "messages": []})


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (refusal(400, 10005), StreamRejected),
        (refusal(400, 10010), StreamRejected),
        (refusal(400), StreamRejected),
        (refusal(400, 10000), StreamUnauthorized),
        (refusal(400, 6003), StreamUnauthorized),
        (refusal(400, 7003), StreamRejected),
        (httpx.Response(400, text="decoding error"), StreamRejected),
        (refusal(401, 10000), StreamUnauthorized),
        (httpx.Response(401), StreamUnauthorized),
        (refusal(403, 10000), StreamUnauthorized),
        (refusal(403, 10003), StreamUnauthorized),
        (refusal(404, 10003), StreamNotFound),
        (refusal(404), StreamNotFound),
        (httpx.Response(404), StreamNotFound),
        (httpx.Response(404, text="404 page not found"), StreamUnavailable),
        (refusal(404, 7003), StreamRejected),
        (refusal(405, 10405), StreamRejected),
        (httpx.Response(408), StreamUnavailable),
        (refusal(409, 10005), StreamRejected),
        (refusal(413, 10011), StreamQuotaExceeded),
        (refusal(413, 10099), StreamTooLarge),
        (httpx.Response(413), StreamTooLarge),
        (refusal(422, 10005), StreamRejected),
        (refusal(429, 971), StreamRateLimited),
        (refusal(429, 971, headers={"Retry-After": "280", **BUDGET_SPENT}), StreamRateLimited),
        (httpx.Response(429, headers=BUDGET_SPENT), StreamRateLimited),
        (httpx.Response(429, headers={"Retry-After": "280", **BUDGET_LEFT}), StreamRateLimited),
        (refusal(429, 10099, headers=BUDGET_LEFT), StreamBusy),
        (refusal(429, 10099, "Too many videos are queued or encoding"), StreamBusy),
        (refusal(429, 10099, "120 videos in process", headers={"Retry-After": "60"}), StreamBusy),
        (refusal(500, 10000), StreamUnavailable),
        (httpx.Response(502, html="<h1>Bad gateway</h1>"), StreamUnavailable),
        (httpx.Response(503), StreamUnavailable),
        (httpx.Response(520), StreamUnavailable),
        (httpx.Response(301, headers={"Location": "https://elsewhere.test"}), StreamRejected),
        (refusal(200, 10003), StreamNotFound),
        (refusal(200, 10011), StreamQuotaExceeded),
        (refusal(200, 10000), StreamUnauthorized),
        (refusal(200), StreamRejected),
        (httpx.Response(200, json={"success": False, "errors": None}), StreamRejected),
        (httpx.Response(200, json={"success": False, "errors": ["x", {"code": "y"}]}), StreamRejected),
    ],
)
async def test_the_status_then_the_code_choose_the_error(client, cloudflare, answer, error):
    cloudflare.get(VIDEO).mock(return_value=answer)

    with pytest.raises(StreamError) as caught:
        await client.get_video(UID)

    assert type(caught.value) is error
    assert "oreign" not in str(caught.value)


async def test_status_and_codes_are_noted_for_the_log_and_words_are_not(client, cloudflare):
    cloudflare.get(VIDEO).mock(return_value=refusal(400, 10005, "the name of a student"))

    with pytest.raises(StreamRejected) as caught:
        await client.get_video(UID)

    assert caught.value.__notes__ == ["Cloudflare answered HTTP 400 with codes [10005]"]


async def test_a_long_block_is_raised_at_once_with_its_length(client, cloudflare):
    route = cloudflare.get(VIDEO).mock(return_value=refusal(429, 971, headers={"Retry-After": "280"}))

    with pytest.raises(StreamRateLimited) as caught:
        await client.get_video(UID)

    assert caught.value.retry_after_seconds == 280
    assert route.call_count == 1


async def test_a_block_until_a_date_is_counted_from_our_clock(client, cloudflare):
    headers = {"Retry-After": "Sun, 22 Nov 2026 10:04:40 GMT"}
    cloudflare.get(VIDEO).mock(return_value=refusal(429, 971, headers=headers))

    with pytest.raises(StreamRateLimited) as caught:
        await client.get_video(UID)

    assert caught.value.retry_after_seconds == 280


@pytest.mark.parametrize(
    "passing",
    [
        httpx.Response(500),
        httpx.Response(502),
        httpx.Response(408),
        httpx.Response(503, headers={"Retry-After": "2"}),
        refusal(429, 971, headers={"Retry-After": "10"}),
        httpx.ReadTimeout("slow"),
        httpx.ConnectError("refused"),
        httpx.RemoteProtocolError("cut"),
    ],
)
async def test_reading_is_tried_three_times(client, cloudflare, passing):
    route = cloudflare.get(VIDEO).mock(side_effect=[passing, passing, video()])

    assert (await client.get_video(UID)).uid == UID
    assert route.call_count == 3


@pytest.mark.parametrize("error", [httpx.ReadTimeout("slow"), httpx.ConnectError("no"), httpx.Response(503)])
async def test_the_third_failure_is_told(client, cloudflare, error):
    route = cloudflare.get(VIDEO).mock(side_effect=[error, error, error, video()])

    with pytest.raises(StreamUnavailable):
        await client.get_video(UID)

    assert route.call_count == 3


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413])
async def test_a_clear_refusal_is_not_repeated(client, cloudflare, status):
    route = cloudflare.get(VIDEO).mock(return_value=refusal(status, 10005))

    with pytest.raises(StreamError):
        await client.get_video(UID)

    assert route.call_count == 1


async def test_a_deletion_whose_answer_was_lost_is_repeated_and_found_done(client, cloudflare):
    cloudflare.delete(VIDEO).mock(side_effect=[httpx.ReadTimeout("slow"), refusal(404, 10003)])

    assert await client.delete_video(UID) is False


@pytest.mark.parametrize(
    "lost", [httpx.ReadTimeout("slow"), httpx.WriteError("cut"), httpx.RemoteProtocolError("cut"), httpx.Response(502)]
)
async def test_a_creation_whose_answer_was_lost_is_not_repeated(client, cloudflare, lost):
    route = cloudflare.post(STREAM).mock(side_effect=[lost, CREATED])

    with pytest.raises(StreamUnavailable) as caught:
        await client.create_upload(ORDER)

    assert caught.value.may_have_happened
    assert route.call_count == 1


@pytest.mark.parametrize(
    "harmless",
    [
        httpx.ConnectError("refused"),
        httpx.ConnectTimeout("slow"),
        httpx.PoolTimeout("full"),
        refusal(429, 971, headers={"Retry-After": "1"}),
    ],
)
async def test_a_creation_that_surely_did_not_happen_is_repeated(client, cloudflare, harmless):
    route = cloudflare.post(STREAM).mock(side_effect=[harmless, CREATED])

    assert (await client.create_upload(ORDER)).uid == UID
    assert route.call_count == 2


async def test_a_creation_that_never_left_us_surely_left_nothing(client, cloudflare):
    cloudflare.post(STREAM).mock(side_effect=httpx.ConnectError("refused"))

    with pytest.raises(StreamUnavailable) as caught:
        await client.create_upload(ORDER)

    assert not caught.value.may_have_happened


async def test_a_signing_key_is_not_made_twice(client, cloudflare):
    route = cloudflare.post(f"{STREAM}/keys").mock(side_effect=httpx.ReadTimeout("slow"))

    with pytest.raises(StreamUnavailable):
        await client.create_signing_key()

    assert route.call_count == 1


@pytest.mark.parametrize(
    ("answer", "error", "calls"),
    [
        (httpx.Response(403), StreamUploadGone, 1),
        (httpx.Response(404), StreamUploadGone, 1),
        (httpx.Response(410), StreamUploadGone, 1),
        (httpx.Response(400), StreamRejected, 1),
        (httpx.Response(412), StreamRejected, 1),
        (httpx.Response(429, headers={"Retry-After": "60"}), StreamRateLimited, 1),
        (httpx.Response(423), StreamUnavailable, 3),
        (httpx.Response(502), StreamUnavailable, 3),
        (httpx.Response(520), StreamUnavailable, 3),
        (httpx.ReadTimeout("slow"), StreamUnavailable, 3),
    ],
)
async def test_the_upload_host_ends_an_upload_or_has_a_bad_moment(client, cloudflare, answer, error, calls):
    route = cloudflare.head(UPLOAD_URL).mock(side_effect=[answer] * 3)

    with pytest.raises(StreamError) as caught:
        await client.upload_offset(UPLOAD_URL)

    assert type(caught.value) is error
    assert route.call_count == calls


async def test_the_upload_host_does_not_change_what_we_know_of_the_api_budget(client, cloudflare):
    cloudflare.get(VIDEO).mock(return_value=httpx.Response(404, headers=BUDGET_LEFT))
    cloudflare.head(UPLOAD_URL).mock(return_value=httpx.Response(404, headers=BUDGET_SPENT))
    with pytest.raises(StreamNotFound):
        await client.get_video(UID)

    with pytest.raises(StreamUploadGone):
        await client.upload_offset(UPLOAD_URL)

    assert client.last_budget == RateBudget(remaining=900, reset_seconds=30)


@pytest.mark.parametrize(
    ("error", "repeatable", "least", "most"),
    [
        (StreamRateLimited(retry_after_seconds=0), False, 0.0, 0.5),
        (StreamRateLimited(retry_after_seconds=10), False, 10.0, 10.5),
        (StreamUnavailable(retry_after_seconds=3), True, 3.0, 3.5),
        (StreamUnavailable(may_have_happened=False, retry_after_seconds=3), False, 3.0, 3.5),
    ],
)
def test_a_short_wait_that_was_asked_for_is_kept_with_a_little_jitter(error, repeatable, least, most):
    waits = [wait_before_repeating(error, repeatable=repeatable) for _ in range(50)]

    assert all(type(wait) is float and least <= wait <= most for wait in waits)
    assert len(set(waits)) > 1


@pytest.mark.parametrize(
    ("error", "repeatable", "again"),
    [
        (StreamUnavailable(), True, True),
        (StreamUnavailable(may_have_happened=False), False, True),
        (StreamUnavailable(), False, False),
        (StreamUnavailable(retry_after_seconds=11), True, False),
        (StreamRateLimited(), True, False),
        (StreamRateLimited(retry_after_seconds=11), True, False),
        (StreamBusy(retry_after_seconds=1), True, False),
        (StreamRejected(), True, False),
        (ValueError(), True, False),
    ],
)
def test_only_what_can_pass_soon_is_tried_again(error, repeatable, again):
    assert wait_before_repeating(error, repeatable=repeatable) is again
