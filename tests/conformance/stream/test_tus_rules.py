"""tus 1.0.0 and Cloudflare's limits on it, fact by fact.

Sources: [tus] the protocol text; [docs] Cloudflare's "Resumable and large files"; [seen] reports of the live service.
"""

import httpx
import pytest
from tests.conformance.stream.conftest import API, BYTES, CHUNK, MEDIA, TOKEN, TUS, Stream, metadata

STEP = 262_144


async def started(stream: Stream, size: int, **wishes: str | None) -> str:
    made = await stream.create(size, **wishes)
    assert made.status_code == 201, made.text
    return made.headers["Location"]


async def patch(stream: Stream, url: str, data: bytes, offset: int = 0, **headers: str) -> httpx.Response:
    return await stream.http.patch(url, content=data, headers={**BYTES, "Upload-Offset": str(offset), **headers})


async def head(stream: Stream, url: str) -> httpx.Response:
    return await stream.http.head(url, headers=TUS)


async def test_creation_gives_location_and_media_id_and_no_body(stream):  # [docs] [seen]
    made = await stream.create(1000)
    assert made.status_code == 201
    assert made.content == b""
    assert made.headers["Tus-Resumable"] == "1.0.0"
    uid = made.headers["stream-media-id"]
    assert made.headers["Location"].startswith(f"{MEDIA}/tus/")
    assert made.headers["Location"].endswith("?tusv2=true")
    assert uid not in made.headers["Location"]  # [docs] the uid is read from the header, never from the URL


async def test_without_direct_user_the_url_is_useless_to_a_browser(stream):  # [seen] by two independent reporters
    made = await stream.create(1000, direct=False)
    assert made.status_code == 201
    url = made.headers["Location"]
    assert url.startswith(f"{API}/client/v4/accounts/")
    async with httpx.AsyncClient(transport=stream.emulator.transport()) as browser:
        answer = await browser.head(url, headers={**TUS, "Origin": "https://tool.example.edu"})
        assert answer.status_code == 400
        assert "access-control-allow-origin" not in answer.headers
        preflight = await browser.options(
            url, headers={"Origin": "https://t.example", "Access-Control-Request-Method": "PATCH"}
        )
        assert preflight.status_code >= 400
    with_token = await stream.http.head(url, headers={**TUS, "Authorization": f"Bearer {TOKEN}"})
    assert with_token.headers["Upload-Offset"] == "0"
    assert any("direct_user" in text for text in stream.emulator.warnings)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Tus-Resumable": "0.2.2"}, 412),  # [tus] with Tus-Version
        ({"Upload-Length": "many"}, 400),
        ({"Upload-Length": "-1"}, 400),
        ({"Upload-Length": "0"}, 400),
        ({"Upload-Length": "30000000001"}, 413),  # [docs] 30 GB
        ({"Upload-Creator": "c" * 65}, 400),  # [docs] 64 characters
        ({"Upload-Metadata": "name  YQ=="}, 400),  # one space between key and value
        ({"Upload-Metadata": "name YQ==,name Yg=="}, 400),  # [tus] keys must be unique
        ({"Upload-Metadata": "name no-base64!"}, 400),
        ({"Upload-Metadata": ",name YQ=="}, 400),
        ({"Upload-Metadata": metadata(maxDurationSeconds="0")}, 400),
        ({"Upload-Metadata": metadata(maxDurationSeconds="36001")}, 400),
        ({"Upload-Metadata": metadata(maxDurationSeconds="ten")}, 400),
        ({"Upload-Metadata": metadata(maxDurationSeconds="36000")}, 201),
        ({"Upload-Metadata": metadata(expiry="soon")}, 400),
        ({"Upload-Metadata": metadata(thumbnailtimestamppct="1.5")}, 400),
        (
            {"Upload-Metadata": metadata(allowedorigins="https://tool.example.edu")},
            400,
        ),  # [seen] must not specify protocol
        ({"Upload-Metadata": metadata(watermark="0" * 32)}, 404),
        ({"Upload-Metadata": metadata(requiresignedurls=None, filetype="video/mp4")}, 201),
    ],
)
async def test_creation_judges_its_headers(stream, headers, status):
    answer = await stream.http.post("stream?direct_user=true", headers={**TUS, "Upload-Length": "1000", **headers})
    assert answer.status_code == status, answer.text
    if status == 412:
        assert answer.headers["Tus-Version"] == "1.0.0"
    elif status != 201:
        assert answer.json()["success"] is False


async def test_metadata_is_read_as_cloudflare_reads_it(stream):  # Appendix of the facts: the vector was made by hand
    header = (
        "maxDurationSeconds OTAw,requiresignedurls,expiry {expiry},name c3ViLTdmM2EubW92,"
        "allowedorigins dG9vbC5leGFtcGxlLmVkdSxsbXMuZXhhbXBsZS5lZHU="
    )
    expiry = stream.emulator.core.library.later(3600).isoformat()
    header = header.format(expiry=metadata(x=expiry).split()[1])
    made = await stream.http.post(
        "stream?direct_user=true",
        headers={**TUS, "Upload-Length": "1000", "Upload-Metadata": header, "Upload-Creator": "c-1"},
    )
    video = await stream.result("GET", f"stream/{made.headers['stream-media-id']}")
    assert video["maxDurationSeconds"] == 900
    assert video["requireSignedURLs"] is True
    assert video["meta"] == {"name": "sub-7f3a.mov"}
    assert video["allowedOrigins"] == ["tool.example.edu", "lms.example.edu"]
    assert video["creator"] == "c-1"
    assert video["status"]["state"] == "pendingupload"
    assert "pctComplete" not in video["status"]


async def test_presence_alone_turns_signing_on(stream):  # [docs]
    made = await stream.create(1000, requiresignedurls="false")
    assert (await stream.result("GET", f"stream/{made.headers['stream-media-id']}"))["requireSignedURLs"] is True


@pytest.mark.parametrize(
    ("total", "length", "status"),
    [
        (3 * CHUNK, 5_242_880, 204),  # [docs] at least 5 MiB
        (3 * CHUNK, 5_505_024, 204),
        (3 * CHUNK, 5_242_879, 400),
        (3 * CHUNK, 5_000_000, 400),
        (3 * CHUNK, 6_000_000, 400),  # [docs] a multiple of 256 KiB
        (6_000_000, 6_000_000, 204),  # [docs] the only chunk may have any size
        (1000, 1000, 204),
        (1000, 1001, 400),  # more than announced
    ],
)
async def test_chunk_sizes(stream, total, length, status):
    url = await started(stream, total)
    answer = await patch(stream, url, bytes(length))
    assert answer.status_code == status, answer.text
    assert (await head(stream, url)).headers["Upload-Offset"] == (str(length) if status == 204 else "0")


@pytest.mark.parametrize(("length", "status"), [(209_715_200, 409), (209_977_344, 400)])
async def test_no_chunk_is_larger_than_200_mib(
    stream, length, status
):  # [docs] judged by Content-Length, before the bytes
    url = await started(stream, 1_000_000_000)
    stream.emulator.core.writing.add((await stream.result("GET", "stream"))[0]["uid"])
    if status == 400:
        stream.emulator.core.writing.clear()
    answer = await patch(stream, url, b"", **{"Content-Length": str(length)})
    assert answer.status_code == status


async def test_the_last_chunk_may_be_short(stream):
    url = await started(stream, CHUNK + 7)
    assert (await patch(stream, url, bytes(CHUNK))).headers["Upload-Offset"] == str(CHUNK)
    assert (await patch(stream, url, bytes(7), CHUNK)).headers["Upload-Offset"] == str(CHUNK + 7)
    assert (await head(stream, url)).headers["Upload-Offset"] == str(CHUNK + 7)


async def test_a_chunk_without_content_length_is_judged_when_it_ends(stream):
    async def pieces():
        yield bytes(1_000_000)

    url = await started(stream, 3 * CHUNK)
    answer = await stream.http.patch(url, content=pieces(), headers={**BYTES, "Upload-Offset": "0"})
    assert answer.status_code == 400
    assert (await head(stream, url)).headers["Upload-Offset"] == "0"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Upload-Offset": "5"}, 409),  # [tus]
        ({"Upload-Offset": "x"}, 400),
        ({"Content-Type": "application/octet-stream"}, 415),  # [tus]
        ({"Tus-Resumable": "0.2.2"}, 412),  # [tus]
    ],
)
async def test_patch_judges_its_headers(stream, headers, status):
    answer = await patch(stream, await started(stream, 1000), bytes(1000), **headers)
    assert answer.status_code == status
    assert answer.headers["Tus-Resumable"] == "1.0.0"
    if status == 412:
        assert answer.headers["Tus-Version"] == "1.0.0"


async def test_head_tells_offset_and_length_and_is_not_stored(stream):  # [tus]
    answer = await head(stream, await started(stream, 1000))
    assert answer.status_code == 200
    assert answer.headers["Upload-Offset"] == "0"
    assert answer.headers["Upload-Length"] == "1000"
    assert answer.headers["Cache-Control"] == "no-store"


async def test_unknown_expired_and_deleted_uploads(stream):  # [tus] 404 or 410
    assert (await head(stream, f"{MEDIA}/tus/{'0' * 32}?tusv2=true")).status_code == 404
    url = await started(stream, 1000)
    stream.advance(minutes=29)
    assert (await head(stream, url)).status_code == 200  # [docs] 30 minutes unless told otherwise
    stream.advance(minutes=2)
    assert (await head(stream, url)).status_code == 410
    uid = (await stream.result("GET", "stream"))[0]["uid"]
    await stream.http.delete(f"stream/{uid}")
    assert (await head(stream, url)).status_code == 404


async def test_upload_expiry_can_be_moved(stream):
    made = await stream.create(1000)
    later = stream.emulator.core.library.later(3 * 3600).isoformat()
    await stream.result("POST", f"stream/{made.headers['stream-media-id']}", json={"uploadExpiry": later})
    stream.advance(hours=2)
    assert (await head(stream, made.headers["Location"])).status_code == 200


@pytest.mark.parametrize(("seconds", "status"), [(119, 400), (125, 201), (21_595, 201), (21_605, 400)])
async def test_expiry_window_is_two_minutes_to_six_hours(stream, seconds, status):  # [docs]
    at = stream.emulator.core.library.later(seconds).isoformat()
    assert (await stream.create(1000, expiry=at)).status_code == status


@pytest.mark.parametrize(("days", "status"), [(29, 400), (31, 201), (1095, 201), (1097, 400)])
async def test_scheduled_deletion_window(stream, days, status):  # [docs]
    at = stream.emulator.core.library.later(days * 86_400).isoformat()
    assert (await stream.create(1000, scheduleddeletion=at)).status_code == status


PREFLIGHT = {"Origin": "https://tool.example.edu", "Access-Control-Request-Method": "PATCH"}


async def test_browsers_may_send_the_tus_headers_and_read_the_answers(stream):
    url = await started(stream, 1000)
    asked = "content-type, tus-resumable, upload-offset"
    answer = await stream.http.options(url, headers={**PREFLIGHT, "Access-Control-Request-Headers": asked})
    assert answer.status_code == 204
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    allowed = {name.strip().lower() for name in answer.headers["Access-Control-Allow-Headers"].split(",")}
    assert {"tus-resumable", "upload-offset", "content-type", "upload-metadata", "x-http-method-override"} <= allowed
    sent = await patch(stream, url, bytes(1000), Origin="https://tool.example.edu")
    assert {"Upload-Offset", "Location", "stream-media-id"} <= set(
        sent.headers["Access-Control-Expose-Headers"].split(", ")
    )


@pytest.mark.parametrize(
    "headers", [{"Access-Control-Request-Headers": "authorization"}, {"Access-Control-Request-Method": "DELETE"}]
)
async def test_a_preflight_with_anything_else_is_refused(stream, headers):
    answer = await stream.http.options(await started(stream, 1000), headers={**PREFLIGHT, **headers})
    assert answer.status_code == 403
    assert "access-control-allow-origin" not in answer.headers


async def test_plain_options_tells_version_and_size(stream):  # [tus]
    answer = await stream.http.options(await started(stream, 1000))
    assert (answer.headers["Tus-Version"], answer.headers["Tus-Max-Size"]) == ("1.0.0", "30000000000")


async def test_head_can_be_made_unreadable_to_browsers(stream):  # [seen] disputed, so it is a switch
    url = await started(stream, 1000)
    assert "access-control-allow-origin" in (await head(stream, url)).headers
    stream.emulator.switches.head_without_cors = True
    assert "access-control-allow-origin" not in (await head(stream, url)).headers


async def test_a_finished_upload_takes_no_more_bytes(stream, sample):
    made = await stream.create(len(sample))
    await patch(stream, made.headers["Location"], sample)
    assert (await patch(stream, made.headers["Location"], sample)).status_code == 409
    assert (await patch(stream, made.headers["Location"], b"more", len(sample))).status_code == 400
