"""Ordered failures, the switches and the controls."""

import httpx
import pytest
from tests.conformance.stream.conftest import API, BYTES, CHUNK, MEDIA, TUS

from fieldreel.emulators.stream import StreamEmulator


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 520])
async def test_a_status_is_answered_as_often_as_ordered(stream, status):
    await stream.emu("faults", call="list", status=status, times=2, error_code=10099, message="as ordered")
    for _ in range(2):
        answer = await stream.http.get("stream")
        assert answer.status_code == status
        assert answer.json()["errors"] == [{"code": 10099, "message": "as ordered"}]
    assert (await stream.http.get("stream")).status_code == 200


@pytest.mark.parametrize(
    ("call", "method", "path"),
    [
        ("create", "POST", "stream?direct_user=true"),
        ("get", "GET", "stream/x"),
        ("edit", "POST", "stream/x"),
        ("delete", "DELETE", "stream/x"),
        ("token", "POST", "stream/x/token"),
        ("keys_create", "POST", "stream/keys"),
        ("storage_usage", "GET", "stream/storage-usage"),
        ("webhook_set", "PUT", "stream/webhook"),
        ("direct_upload", "POST", "stream/direct_upload"),
        ("any", "GET", "stream"),
    ],
)
async def test_every_call_can_be_made_to_fail(stream, call, method, path):
    stream.emulator.faults.add(call, status=503, retry_after=7)
    answer = await stream.http.request(method, path, headers=TUS)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "7")


async def test_a_lost_answer_leaves_its_effect(stream):
    stream.emulator.faults.add("create", lose_answer=True, timeout=30)
    with pytest.raises(httpx.ReadTimeout):
        await stream.create(1000)
    assert len(await stream.result("GET", "stream")) == 1


async def test_a_timeout_without_a_lost_answer_has_no_effect(stream):
    stream.emulator.faults.add("create", timeout=30)
    with pytest.raises(httpx.ReadTimeout):
        await stream.create(1000)
    assert await stream.result("GET", "stream") == []


@pytest.mark.parametrize(("mode", "kept"), [("keep", 3_000_000), ("floor256k", 2_883_584), ("drop", 0)])
async def test_a_patch_can_be_cut_in_process_too(stream, mode, kept):
    stream.emulator.switches.partial_patch = mode
    url = (await stream.create(2 * CHUNK)).headers["Location"]
    stream.emulator.faults.add("patch", cut_after_bytes=3_000_000, status=408)
    cut = await stream.http.patch(url, content=bytes(CHUNK), headers={**BYTES, "Upload-Offset": "0"})
    assert cut.status_code == 408
    stream.emulator.faults.add("patch", cut_after_bytes=1000)
    with pytest.raises(httpx.ReadError):
        await stream.http.patch(url, content=bytes(CHUNK), headers={**BYTES, "Upload-Offset": str(kept)})
    offset = int((await stream.http.head(url, headers=TUS)).headers["Upload-Offset"])
    assert offset == {"keep": kept + 1000, "floor256k": kept, "drop": 0}[mode]


async def test_the_last_patch_can_arrive_and_still_look_failed(stream, sample):
    made = await stream.create(len(sample))
    stream.emulator.faults.add("patch", lose_answer=True, status=502)
    answer = await stream.http.patch(made.headers["Location"], content=sample, headers={**BYTES, "Upload-Offset": "0"})
    assert answer.status_code == 502
    assert (await stream.settled(made.headers["stream-media-id"]))["readyToStream"] is True


async def test_a_failing_edge_can_leave_the_cors_headers_off(stream):
    url = (await stream.create(1000)).headers["Location"]
    for cors in (True, False):
        stream.emulator.faults.add("head", status=502, cors=cors)
        answer = await stream.http.head(url, headers=TUS)
        assert answer.status_code == 502
        assert ("access-control-allow-origin" in answer.headers) is cors


async def test_a_video_can_vanish_and_come_back(stream):
    uid = (await stream.create(1000)).headers["stream-media-id"]
    await stream.emu("settings", vanish=[uid])
    assert (await stream.http.get(f"stream/{uid}")).status_code == 404
    assert await stream.result("GET", "stream") == []
    await stream.emu("settings", vanish=[])
    assert (await stream.http.get(f"stream/{uid}")).status_code == 200


async def test_a_skewed_clock_ends_a_token_early(stream, sample):
    uid = await stream.upload(sample, requiresignedurls=None)
    await stream.settled(uid)
    token = (await stream.result("POST", f"stream/{uid}/token"))["token"]
    await stream.emu("settings", token_clock_skew_seconds=4000)
    assert (await stream.http.get(f"{MEDIA}/{token}/manifest/video.m3u8")).status_code == 401


async def test_the_clock_can_be_moved(stream):
    before = await stream.emu("clock")
    after = await stream.emu("clock", advance_seconds=3600)
    assert after["now"] > before["now"]
    assert after["offset_seconds"] == 3600


async def test_reset_forgets_everything(stream):
    await stream.create(1000)
    stream.emulator.faults.add("list", status=500)
    stream.emulator.switches.stuck_in_queue = True
    stream.advance(days=1)
    await stream.emu("reset")
    assert await stream.result("GET", "stream") == []
    assert stream.emulator.switches.stuck_in_queue is False
    assert (await stream.emu("clock"))["offset_seconds"] == 0
    assert (await stream.emu("state"))["api_calls"] == 1


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("settings", {"partial_patch": "some"}),
        ("settings", {"unknown": 1}),
        ("faults", {"call": "list", "statsu": 1}),
        ("clock", {}),
    ],
)
async def test_a_misspelt_control_is_refused(stream, path, body):
    assert (await stream.http.post(f"{API}/__emu/{path}", json=body)).status_code == 422


async def test_the_controls_are_closed_to_other_machines_and_to_forms(stream):
    far = httpx.ASGITransport(stream.emulator.api_app, client=("192.0.2.1", 1234))
    async with httpx.AsyncClient(transport=far) as http:
        assert (await http.get(f"{API}/__emu/state")).status_code == 403
    assert (await stream.http.post(f"{API}/__emu/reset", data={"a": "b"})).status_code == 415


async def test_it_says_aloud_that_it_is_an_emulator(stream, caplog):
    StreamEmulator(stream.emulator.config)
    assert "THIS IS AN EMULATOR" in caplog.text
    assert "not Cloudflare" in (await stream.http.get("stream")).headers["Server"]
