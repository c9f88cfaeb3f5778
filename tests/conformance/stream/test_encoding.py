"""From the last byte to ready or error, with real files, whole and broken."""

from pathlib import Path

import av
import pytest
from tests.conformance.stream.conftest import MEDIA, Stream, client_of, config_in

from fieldreel.emulators.stream import StreamEmulator, make_sample_video
from fieldreel.emulators.stream.media import probe


async def reason(stream: Stream, data: bytes, **wishes: str) -> str:
    video = await stream.settled(await stream.upload(data, **wishes))
    assert video["readyToStream"] is (video["status"]["state"] == "ready")
    assert bool(video["status"]["errorReasonText"]) is (video["status"]["state"] == "error")
    return video["status"]["errorReasonCode"]


def webm_in(folder: Path) -> bytes:
    make_sample_video(folder / "in.mp4", seconds=1, width=320, height=180)
    options = {"deadline": "realtime", "cpu-used": "8"}
    with av.open(str(folder / "in.mp4")) as given, av.open(str(folder / "out.webm"), "w") as made:
        video = made.add_stream("libvpx", rate=24, options=options)
        video.width, video.height, video.pix_fmt = 320, 180, "yuv420p"
        for frame in given.decode(video=0):
            made.mux(video.encode(frame))
        made.mux(video.encode(None))
    return (folder / "out.webm").read_bytes()


async def test_a_whole_film_turns_ready(stream, sample):
    video = await stream.settled(await stream.upload(sample))
    assert video["status"] == {
        "state": "ready",
        "pctComplete": "100.000000",
        "errorReasonCode": "",
        "errorReasonText": "",
    }
    assert (video["input"], video["size"]) == ({"width": 320, "height": 180}, len(sample))
    assert video["duration"] == pytest.approx(5, abs=0.1)


@pytest.mark.parametrize("share", [0.5, 0.9])
async def test_a_film_cut_off_behind_its_header_is_malformed(stream, sample, share):
    assert await reason(stream, sample[: int(len(sample) * share)]) == "ERR_MALFORMED_VIDEO"


async def test_a_film_that_is_only_its_beginning_is_malformed(stream, sample):
    assert await reason(stream, sample[:200]) == "ERR_MALFORMED_VIDEO"


@pytest.mark.parametrize("data", [b"Dear teacher, my film did not upload. " * 50, b"\0" * 5000, b"%PDF-1.7 " * 500])
async def test_other_files_are_no_video(stream, data):
    assert await reason(stream, data) == "ERR_NON_VIDEO"


async def test_a_picture_is_no_video(stream, sample):
    uid = await stream.upload(sample)
    await stream.settled(uid)
    jpeg = (await stream.http.get(f"{MEDIA}/{uid}/thumbnails/thumbnail.jpg")).content
    assert await reason(stream, jpeg) == "ERR_NON_VIDEO"


async def test_a_film_longer_than_asked_for_fails_after_the_upload(stream, sample):
    assert await reason(stream, sample, maxDurationSeconds="4") == "ERR_DURATION_EXCEED_CONSTRAINT"
    assert not await reason(stream, sample, maxDurationSeconds="6")


async def test_a_film_of_one_frame_is_too_short(stream, tmp_path):
    data = make_sample_video(tmp_path / "short.mp4", seconds=0.04, width=64, height=64).read_bytes()
    assert await reason(stream, data) == "ERR_DURATION_TOO_SHORT"


async def test_another_codec_is_made_playable(stream, tmp_path):
    uid = await stream.upload(webm_in(tmp_path))
    video = await stream.settled(uid)
    assert video["status"]["state"] == "ready"
    made = stream.emulator.core.library.folder(stream.emulator.core.library.require(uid)) / "hls" / "video.m3u8"
    with av.open(str(made)) as film:
        assert film.streams.video[0].codec_context.name == "h264"
        assert sum(1 for _ in film.decode(video=0)) == 24


async def test_the_sample_is_the_same_film_every_time(tmp_path):
    first, second = (
        make_sample_video(tmp_path / name, seconds=1, width=64, height=64).read_bytes() for name in ("a.mp4", "b.mp4")
    )
    assert first == second
    with av.open(str(tmp_path / "a.mp4")) as film:
        pictures = {bytes(frame.planes[0]) for frame in film.decode(video=0)}
    assert len(pictures) == 24
    assert probe(tmp_path / "a.mp4").audio_codec == "aac"


async def test_progress_is_a_rising_string_until_ready(stream, sample):
    stream.emulator.switches.encode_seconds = 100
    uid = await stream.upload(sample)
    await stream.until(uid, lambda v: v["status"]["state"] == "inprogress")
    stream.advance(seconds=39)
    video = await stream.until(uid, lambda v: float(v["status"]["pctComplete"]) >= 39)
    assert video["status"]["state"] == "inprogress"
    assert video["status"]["step"] == "encoding"
    assert video["status"]["pctComplete"].split(".")[0] == "39"
    assert (video["readyToStream"], video["duration"]) == (False, -1)
    stream.advance(seconds=100)
    assert (await stream.settled(uid))["readyToStream"] is True


async def test_a_video_can_be_ready_before_all_its_qualities_are(stream, sample):
    stream.emulator.switches.ready_pct = 39
    status = (await stream.settled(await stream.upload(sample)))["status"]
    assert (status["state"], status["pctComplete"]) == ("ready", "39.000000")


async def test_a_video_can_be_stuck_in_the_queue(stream, sample):
    stream.emulator.switches.stuck_in_queue = True
    uid = await stream.upload(sample)
    assert (await stream.result("GET", f"stream/{uid}"))["status"]["state"] == "queued"
    assert (await stream.http.get(f"{MEDIA}/{uid}/manifest/video.m3u8")).status_code == 404
    stream.emulator.switches.stuck_in_queue = False
    assert (await stream.settled(uid))["status"]["state"] == "ready"


@pytest.mark.parametrize("code", ["ERR_UNKNOWN", "ERR_FETCH_ORIGIN_ERROR"])
async def test_an_encode_can_be_ordered_to_fail(stream, sample, code):
    stream.emulator.switches.fail_with = code
    assert await reason(stream, sample) == code


async def test_a_restart_keeps_videos_and_takes_up_unfinished_ones(stream, sample, tmp_path):
    config = config_in(tmp_path / "kept")
    first = StreamEmulator(config)
    async with client_of(first) as http:
        before = Stream(first, http)
        done, open_ = await before.upload(sample), (await before.create(len(sample))).headers
        await before.settled(done)
        key = await before.result("POST", "stream/keys")
        first.switches.stuck_in_queue = True
        waiting = await before.upload(sample)
    await first.aclose()
    second = StreamEmulator(config)
    async with client_of(second) as http:
        after = Stream(second, http)
        assert (await after.result("GET", f"stream/{done}"))["readyToStream"] is True
        assert (await after.http.get(f"{MEDIA}/{done}/manifest/video.m3u8")).status_code == 200
        assert (await after.settled(waiting))["readyToStream"] is True
        assert (await after.http.head(open_["Location"], headers={"Tus-Resumable": "1.0.0"})).headers[
            "Upload-Offset"
        ] == "0"
        assert [shown["id"] for shown in await after.result("GET", "stream/keys")] == [key["id"]]
    await second.aclose()
