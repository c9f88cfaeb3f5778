"""Uploads: how one is ordered, where its bytes may go, and how far it has come."""

from datetime import UTC, datetime

import httpx
import pytest

from fieldreel.stream.errors import StreamRejected, StreamUnavailable, StreamUploadGone
from fieldreel.stream.models import UploadOrder

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


def failure(status, code=10003):
    errors = [{"code": code, "message": "Foreign words"}]
    return httpx.Response(status, json={"result": None, "success": False, "errors": errors, "messages": []})


def created(location=UPLOAD_URL, uid=UID):
    return httpx.Response(201, headers={"location": location, "stream-media-id": uid, "tus-resumable": "1.0.0"})


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
