"""What an encoder does with an uploaded file: probe it, cut it into HLS, take a picture; and a sample to upload."""

import array
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import av.filter
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

SEGMENT_SECONDS = 4
_PLAYABLE = {"h264"}
_LARGEST_SIDE = 1280  # a transcode is for the demo's eyes; Cloudflare's own ladder ends at 1080p
_SHORTEST_SECONDS = 0.1
_WHOLE = 0.98  # of the samples the header promises; a last half-written audio packet is no reason to refuse a film
# The containers that Cloudflare names as accepted; Ogg and ASF are not among them.
_CONTAINERS = {"mov", "mp4", "m4a", "3gp", "matroska", "webm", "avi", "flv", "mpegts", "mpeg", "mxf", "lxf", "gxf"}
_MAGIC = (b"\x1aE\xdf\xa3", b"FLV", b"\x00\x00\x01\xba", b"G@")

REASONS = {
    "ERR_NON_VIDEO": "The file was not recognized as a valid video file.",
    "ERR_DURATION_EXCEED_CONSTRAINT": "The video's duration exceeds the constraints defined in the direct upload.",
    "ERR_FETCH_ORIGIN_ERROR": "The video failed to download from the URL.",
    "ERR_MALFORMED_VIDEO": "The video is a valid file but contains corrupt data that cannot be recovered.",
    "ERR_DURATION_TOO_SHORT": "The video's duration is shorter than 0.1 seconds.",
    "ERR_UNKNOWN": "The specific error could not be determined.",
}

Progress = Callable[[float], None]


class Unplayable(Exception):
    """A file that Stream would refuse; `code` is an `errorReasonCode`."""

    def __init__(self, code: str) -> None:
        super().__init__(REASONS[code])
        self.code = code


@dataclass(frozen=True)
class Probe:
    """What a file holds: seconds, pixels as displayed (rotation applied), and whether it must be re-encoded."""

    duration: float
    width: int
    height: int
    rotation: int
    must_transcode: bool
    audio_codec: str | None


def probe(path: Path, max_duration_seconds: float | None = None) -> Probe:
    """Read a whole file and say what it holds.

    Every packet is read and every key frame decoded: a file cut off behind its header still announces its full length.

    Raises:
        Unplayable: with the reason code that Stream gives for such a file.
    """
    try:
        with av.open(str(path)) as container:
            return _probe(container, max_duration_seconds)
    except (av.error.FFmpegError, IndexError) as broken:
        raise Unplayable("ERR_MALFORMED_VIDEO" if _looks_like_video(path) else "ERR_NON_VIDEO") from broken


def _looks_like_video(path: Path) -> bool:
    with path.open("rb") as file:
        head = file.read(12)
    return (
        head[4:8] in {b"ftyp", b"moov", b"mdat"}
        or (head[:4] == b"RIFF" and head[8:] == b"AVI ")
        or head.startswith(_MAGIC)
    )


def _probe(container: InputContainer, max_duration_seconds: float | None) -> Probe:
    if not _CONTAINERS & set(container.format.name.split(",")):
        raise Unplayable("ERR_NON_VIDEO")
    if not container.streams.video:
        raise Unplayable("ERR_NON_VIDEO" if container.streams.audio else "ERR_MALFORMED_VIDEO")
    video = container.streams.video[0]
    first, end, whole = _walk(container, video)
    if first is None or not whole:
        raise Unplayable("ERR_MALFORMED_VIDEO")
    duration = end or (container.duration or 0) / av.time_base
    if duration < _SHORTEST_SECONDS:
        raise Unplayable("ERR_DURATION_TOO_SHORT")
    if max_duration_seconds is not None and duration > max_duration_seconds:
        raise Unplayable("ERR_DURATION_EXCEED_CONSTRAINT")
    rotation = first.rotation % 360
    sideways = rotation in {90, 270}
    return Probe(
        duration=round(duration, 3),
        width=first.height if sideways else first.width,
        height=first.width if sideways else first.height,
        rotation=rotation,
        must_transcode=video.codec_context.name not in _PLAYABLE or first.format.name != "yuv420p" or rotation != 0,
        audio_codec=container.streams.audio[0].codec_context.name if container.streams.audio else None,
    )


def _walk(container: InputContainer, video: VideoStream) -> tuple[VideoFrame | None, float, bool]:
    """Read all packets: the first picture, where the last one ends (seconds), whether what was promised is there."""
    video.codec_context.skip_frame = "NONKEY"
    packets = corrupt = bad_frames = 0
    end, first = 0.0, None
    for packet in container.demux(video):
        if packet.size:
            packets += 1
            corrupt += packet.is_corrupt
        if packet.pts is not None and packet.time_base is not None:
            end = max(end, float((packet.pts - (video.start_time or 0) + (packet.duration or 0)) * packet.time_base))
        try:
            frames = video.codec_context.decode(packet) if packet.is_keyframe or not packet.size else []
        except av.error.FFmpegError:
            bad_frames += 1
            continue
        first = first or next(iter(frames), None)
    return first, end, packets - corrupt >= _WHOLE * video.frames and bad_frames <= packets // 10


def make_hls(source: Path, folder: Path, facts: Probe, progress: Progress) -> None:
    """Write `main.m3u8`, `video.m3u8`, `init.mp4` and 4-second fMP4 segments into `folder`; `progress` gets 0..100.

    H.264 and AAC are copied; anything else, and anything rotated, is re-encoded.
    """
    folder.mkdir(parents=True, exist_ok=True)
    options = {
        "hls_time": str(SEGMENT_SECONDS),
        "hls_playlist_type": "vod",
        "hls_segment_type": "fmp4",
        "hls_fmp4_init_filename": "init.mp4",
        "hls_segment_filename": str(folder / "segment-%05d.m4s"),
    }
    with av.open(str(source)) as given, av.open(str(folder / "video.m3u8"), "w", format="hls", options=options) as made:
        _convert(given, made, facts, progress)
    size = sum(file.stat().st_size for file in folder.glob("segment-*.m4s"))
    bandwidth = max(1, math.ceil(size * 8 / facts.duration))
    (folder / "main.m3u8").write_text(
        "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-INDEPENDENT-SEGMENTS\n"
        f"#EXT-X-STREAM-INF:BANDWIDTH={bandwidth},RESOLUTION={facts.width}x{facts.height}\n"
        "stream/video.m3u8\n",
        encoding="ascii",
    )


def make_mp4(source: Path, target: Path, facts: Probe) -> None:
    """Write one MP4 that a browser can play while it loads (header first)."""
    with (
        av.open(str(source)) as given,
        av.open(str(target), "w", format="mp4", options={"movflags": "faststart"}) as made,
    ):
        _convert(given, made, facts, lambda _: None)


class _Copied:
    """A stream whose packets are carried over as they are."""

    def __init__(self, made: OutputContainer, stream: VideoStream | AudioStream) -> None:
        self._made, self._to = made, made.add_stream_from_template(stream)

    def feed(self, packet: "av.Packet[Any]") -> None:
        if packet.dts is not None:
            packet.stream = self._to
            self._made.mux(packet)

    def finish(self) -> None:
        """Nothing is held back."""


class _Pictures:
    """A video stream made anew: upright, no larger than we serve, H.264."""

    def __init__(self, made: OutputContainer, stream: VideoStream, facts: Probe) -> None:
        self._made, self._decoder, self._to = made, stream.codec_context, _encoder(made, stream, facts)
        self._chain = _chain(stream, [*_turn(facts.rotation), *_shrink(facts), ("format", "yuv420p")])

    def feed(self, packet: "av.Packet[Any]") -> None:
        for frame in self._decoder.decode(packet):
            self._chain.push(frame)
            self._made.mux(self._to.encode(self._chain.vpull()))

    def finish(self) -> None:
        self._made.mux(self._to.encode(None))


class _Sounds:
    """An audio stream made anew as AAC."""

    def __init__(self, made: OutputContainer, stream: AudioStream) -> None:
        self._made, self._decoder = made, stream.codec_context
        self._to = made.add_stream("aac", rate=48_000, layout="stereo")

    def feed(self, packet: "av.Packet[Any]") -> None:
        for frame in self._decoder.decode(packet):
            frame.pts = None
            self._made.mux(self._to.encode(frame))

    def finish(self) -> None:
        self._made.mux(self._to.encode(None))


def _convert(given: InputContainer, made: OutputContainer, facts: Probe, progress: Progress) -> None:
    video = given.streams.video[0]
    ways: dict[int, _Copied | _Pictures | _Sounds] = {
        video.index: _Pictures(made, video, facts) if facts.must_transcode else _Copied(made, video)
    }
    for audio in given.streams.audio[:1]:
        ways[audio.index] = _Copied(made, audio) if facts.audio_codec == "aac" else _Sounds(made, audio)
    for packet in given.demux([given.streams[index] for index in ways]):
        if packet.stream.index == video.index and packet.pts is not None and packet.time_base is not None:
            progress(min(99.0, 100 * float(packet.pts * packet.time_base) / facts.duration))
        ways[packet.stream.index].feed(packet)
    for way in ways.values():
        way.finish()


def _encoder(made: OutputContainer, video: VideoStream, facts: Probe) -> VideoStream:
    rate = video.average_rate if video.average_rate and video.average_rate <= 70 else Fraction(30)  # noqa: PLR2004 - Stream's limit
    stream = made.add_stream("libx264", rate=rate, options={"preset": "ultrafast", "crf": "26"})
    stream.width, stream.height = _fitted(facts)
    stream.pix_fmt = "yuv420p"
    stream.time_base = video.time_base
    stream.codec_context.time_base = video.time_base or Fraction(1, 90_000)
    stream.codec_context.gop_size = round(rate * SEGMENT_SECONDS)
    return stream


def _fitted(facts: Probe) -> tuple[int, int]:
    scale = min(1.0, _LARGEST_SIDE / max(facts.width, facts.height))
    return max(2, round(facts.width * scale / 2) * 2), max(2, round(facts.height * scale / 2) * 2)


def _turn(rotation: int) -> list[tuple[str, str]]:
    # PyAV gives the display matrix's angle, counter-clockwise: 90 asks for a turn to the left.
    return {90: [("transpose", "cclock")], 180: [("hflip", ""), ("vflip", "")], 270: [("transpose", "clock")]}.get(
        rotation, []
    )


def _shrink(facts: Probe) -> list[tuple[str, str]]:
    width, height = _fitted(facts)
    return [("scale", f"{width}:{height}")]


def _chain(video: VideoStream, steps: list[tuple[str, str]]) -> av.filter.Graph:
    graph = av.filter.Graph()
    nodes = [graph.add_buffer(template=video)]
    nodes += [graph.add(name, arguments or None) for name, arguments in steps]
    nodes.append(graph.add("buffersink"))
    graph.link_nodes(*nodes).configure()
    return graph


def picture(source: Path, at: float, facts: Probe, *, width: int | None, height: int | None, fit: str) -> bytes:
    """One frame as JPEG, `at` seconds from the start; 640 pixels high unless a size is asked for."""
    if width is None and height is None:
        height = min(640, facts.height)
    both = width is not None and height is not None
    box = f"{width or -2}:{height or -2}"
    steps = {
        "crop": [("scale", f"{box}:force_original_aspect_ratio=increase"), ("crop", f"{width}:{height}")],
        "clip": [("scale", f"{box}:force_original_aspect_ratio=decrease")],
        "fill": [("scale", f"{box}:force_original_aspect_ratio=decrease"), ("pad", f"{width}:{height}:-1:-1")],
    }
    with av.open(str(source)) as container:
        video = container.streams.video[0]
        container.seek(round(max(0.0, min(at, facts.duration - 0.1)) * av.time_base))
        frame = next(iter(container.decode(video)))
        resize = steps.get(fit, [("scale", box)]) if both else [("scale", box)]
        graph = _chain(video, [*_turn(facts.rotation), *resize, ("format", "yuvj420p")])
        graph.push(frame)
        graph.push(None)
        scaled = graph.vpull()
    jpeg = av.CodecContext.create("mjpeg", "w")
    jpeg.width, jpeg.height, jpeg.pix_fmt, jpeg.time_base = scaled.width, scaled.height, "yuvj420p", Fraction(1, 25)
    scaled.pts = 0
    return b"".join(bytes(packet) for packet in [*jpeg.encode(scaled), *jpeg.encode(None)])


def make_sample_video(
    path: Path, *, seconds: float = 12.0, width: int = 640, height: int = 360, rate: int = 24
) -> Path:
    """Write an H.264 + AAC MP4 with its header first: a drifting gradient, the frame number as a row of bits, a tone.

    The same arguments give the same pictures. `width` and `height` are even pixels.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w", format="mp4", options={"movflags": "faststart"}) as made:
        video = made.add_stream(
            "libx264",
            rate=rate,
            options={"preset": "ultrafast", "crf": "28", "threads": "1", "x264-params": "scenecut=0"},
        )
        video.width, video.height, video.pix_fmt = width, height, "yuv420p"
        video.codec_context.gop_size = rate * 2
        audio = made.add_stream("aac", rate=48_000, layout="mono")
        sound = _tone(seconds)
        for index in range(max(1, round(seconds * rate))):
            made.mux(video.encode(_pattern(index, width, height)))
            for _ in range(48_000 // rate // 1024 + 1):
                samples = next(sound, None)
                if samples is not None:
                    made.mux(audio.encode(samples))
        for samples in sound:
            made.mux(audio.encode(samples))
        made.mux(video.encode(None))
        made.mux(audio.encode(None))
    return path


def _pattern(index: int, width: int, height: int) -> VideoFrame:
    frame = VideoFrame(width, height, "yuv420p")
    frame.pts = index
    luma, blue, red = frame.planes
    ramp = bytes(40 + 160 * abs(column % 256 - 128) // 128 for column in range(256))
    wide = ramp * (luma.line_size // 256 + 2)
    shift = index * 3 % 256
    rows = [wide[(shift + row // 8 * 5) % 256 :][: luma.line_size] for row in range(0, height, 8)]
    cell, top = max(2, width // 20), height // 3
    bits = b"".join(bytes([235 if index >> bit & 1 else 16]) * cell for bit in range(15, -1, -1))
    left = (width - len(bits)) // 2
    picture_rows = bytearray(b"".join(row * 8 for row in rows)[: luma.line_size * height])
    for row in range(top, top + cell):
        start = row * luma.line_size + left
        picture_rows[start : start + len(bits)] = bits
    luma.update(bytes(picture_rows))
    blue.update(bytes([96 + index * 2 % 64]) * (blue.line_size * blue.height))
    red.update(bytes([160 - index % 64]) * (red.line_size * red.height))
    return frame


def _tone(seconds: float, pitch: int = 440, rate: int = 48_000) -> Iterator[av.AudioFrame]:
    second = array.array("f", (0.2 * math.sin(2 * math.pi * pitch * n / rate) for n in range(rate))) * 2
    for start in range(0, max(1024, round(seconds * rate)), 1024):
        frame = av.AudioFrame(format="fltp", layout="mono", samples=1024)
        frame.sample_rate, frame.pts, frame.time_base = rate, start, Fraction(1, rate)
        frame.planes[0].update(second[start % rate :][:1024].tobytes())
        yield frame
