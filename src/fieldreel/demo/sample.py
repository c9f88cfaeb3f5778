"""Videos to hand in, made on the spot."""

import os
from pathlib import Path

import av
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from fieldreel.demo.errors import DemoError
from fieldreel.emulators.stream import media

_RATE = 24
_WIDTH, _HEIGHT = 640, 360


def make_large_video(path: Path, *, at_least_bytes: int) -> Path:
    """An MP4 (H.264) of at least so many bytes, yet seconds long: its picture is noise, which nothing compresses."""
    with av.open(str(path), "w", format="mp4", options={"movflags": "faststart"}) as made:
        video = made.add_stream("libx264", rate=_RATE, options={"preset": "ultrafast", "crf": "18", "threads": "1"})
        assert isinstance(video, VideoStream)
        video.width, video.height, video.pix_fmt = _WIDTH, _HEIGHT, "yuv420p"
        video.codec_context.gop_size = _RATE
        written = index = 0
        while written < at_least_bytes or index < _RATE:
            for packet in video.encode(_noise(index)):
                written += packet.size
                made.mux(packet)
            index += 1
        made.mux(video.encode(None))
    return path


def duration_seconds(path: Path) -> float:
    """How long the video is, as a browser would probe it.

    Raises:
        DemoError: it is no video that can be played.
    """
    try:
        return media.probe(path).duration
    except (media.Unplayable, OSError) as error:
        raise DemoError(f"{path} cannot be read as a video: {error}") from error


def _noise(index: int) -> VideoFrame:
    frame = VideoFrame(_WIDTH, _HEIGHT, "yuv420p")
    frame.pts = index
    for plane in frame.planes:
        plane.update(os.urandom(plane.buffer_size))
    return frame
