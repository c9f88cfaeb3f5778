from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from fieldreel.stream.models import RateBudget, StreamState, StreamVideo, UploadOrder, rfc3339, valid_uid

UID = "0123456789abcdef0123456789abcdef"


def test_a_video_in_progress_is_read_in_full(encoding_video):
    video = StreamVideo.model_validate(encoding_video)

    assert video.uid == UID
    assert video.creator == "a-17"
    assert video.state is StreamState.IN_PROGRESS
    assert video.ready_to_stream is False
    assert video.percent == 41.0
    assert (video.error_code, video.error_text) == (None, None)
    assert video.size_bytes == 734_003_200
    assert video.duration_seconds == 611.4
    assert (video.width, video.height) == (1920, 1080)
    assert video.created == datetime(2026, 11, 22, 10, 0, 0, 123456, tzinfo=UTC)
    assert video.modified == datetime(2026, 11, 22, 10, 3, 0, 500000, tzinfo=UTC)
    assert video.uploaded == datetime(2026, 11, 22, 10, 2, 59, 900000, tzinfo=UTC)
    assert video.upload_expires_at == datetime(2026, 11, 22, 16, 0, tzinfo=UTC)
    assert video.require_signed_urls is True
    assert video.allowed_origins == ["tool.example.edu"]
    assert video.max_duration_seconds == 900
    assert video.hls_url == f"https://customer-x1.cloudflarestream.com/{UID}/manifest/video.m3u8"
    assert video.thumbnail_url == f"https://customer-x1.cloudflarestream.com/{UID}/thumbnails/thumbnail.jpg"
    assert video.meta == {"name": "sub-7f3a.mov"}
    assert video.scheduled_deletion is None


def test_a_video_that_waits_for_its_bytes_has_none_where_stream_has_placeholders():
    video = StreamVideo.model_validate(
        {
            "uid": UID,
            "readyToStream": False,
            "status": {"state": "pendingupload"},
            "uploaded": None,
            "size": -1,
            "duration": -1,
            "input": {"width": -1, "height": -1},
            "requireSignedURLs": True,
        }
    )

    assert video.state is StreamState.PENDING_UPLOAD
    assert (video.uploaded, video.size_bytes, video.duration_seconds) == (None, None, None)
    assert (video.width, video.height, video.percent) == (None, None, None)


def test_a_uid_alone_is_a_video_and_is_neither_ready_nor_signed():
    video = StreamVideo.model_validate({"uid": UID})

    assert video.state is StreamState.UNKNOWN
    assert video.ready_to_stream is False
    assert video.require_signed_urls is False
    assert (video.allowed_origins, video.meta) == ([], {})


@pytest.mark.parametrize("state", ["archived", "READY", "", None, 7, {}])
def test_a_state_we_never_heard_of_is_unknown_and_not_ready(state):
    assert StreamVideo.model_validate({"uid": UID, "status": {"state": state}}).state is StreamState.UNKNOWN


@pytest.mark.parametrize("status", [None, "ready", [], {}])
def test_a_status_of_another_shape_is_unknown(status):
    assert StreamVideo.model_validate({"uid": UID, "status": status}).state is StreamState.UNKNOWN


@pytest.mark.parametrize("state", [state.value for state in StreamState if state is not StreamState.UNKNOWN])
def test_each_documented_state_is_known(state):
    assert StreamVideo.model_validate({"uid": UID, "status": {"state": state}}).state == state


@pytest.mark.parametrize(
    ("wire", "expected"),
    [("39.000000", 39.0), ("100.000000", 100.0), (12.5, 12.5), (0, 0.0), (None, None), ("", None), ("nan", None)],
)
def test_progress_comes_as_text_or_number(wire, expected):
    assert StreamVideo.model_validate({"uid": UID, "status": {"pctComplete": wire}}).percent == expected


@pytest.mark.parametrize("prefix", ["error", "err"])
def test_the_error_is_read_in_both_spellings(prefix):
    status = {"state": "error", f"{prefix}ReasonCode": "ERR_NON_VIDEO", f"{prefix}ReasonText": "Not a video"}

    video = StreamVideo.model_validate({"uid": UID, "status": status})

    assert video.state is StreamState.ERROR
    assert (video.error_code, video.error_text) == ("ERR_NON_VIDEO", "Not a video")


@pytest.mark.parametrize(
    ("wire", "expected"),
    [
        ("2026-11-22T10:00:00Z", datetime(2026, 11, 22, 10, tzinfo=UTC)),
        ("2026-11-22T10:00:00.123456789Z", datetime(2026, 11, 22, 10, 0, 0, 123456, tzinfo=UTC)),
        ("2026-11-22T12:00:00+02:00", datetime(2026, 11, 22, 10, tzinfo=UTC)),
        ("2026-11-22T10:00:00", datetime(2026, 11, 22, 10, tzinfo=UTC)),
        ("0001-01-01T00:00:00Z", None),
        ("yesterday", None),
        ("", None),
        (None, None),
    ],
)
def test_moments_are_read_up_to_nanoseconds_and_nonsense_is_none(wire, expected):
    moment = StreamVideo.model_validate({"uid": UID, "modified": wire}).modified

    assert moment == expected
    assert moment is None or moment.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    "field", [{"meta": None}, {"allowedOrigins": None}, {"creator": ""}, {"playback": None}, {"input": None}]
)
def test_null_and_empty_fields_do_not_spoil_a_video(field):
    assert StreamVideo.model_validate({"uid": UID, **field}) == StreamVideo(uid=UID)


@pytest.mark.parametrize("value", [None, "no", 1, "false", False])
def test_only_a_clear_yes_counts_as_signed(value):
    assert StreamVideo.model_validate({"uid": UID, "requireSignedURLs": value}).require_signed_urls is False


@pytest.mark.parametrize("uid", ["", "../keys", "a" * 33, "a/b", "a?b", "a\n", "é"])
def test_what_could_change_a_path_is_not_a_uid(uid):
    with pytest.raises(ValidationError):
        StreamVideo(uid=uid)
    with pytest.raises(ValueError, match="not the uid"):
        valid_uid(uid)


def test_a_moment_without_a_time_zone_is_not_sent():
    with pytest.raises(ValueError, match="time zone"):
        rfc3339(datetime(2026, 11, 22, 10))  # noqa: DTZ001  the very mistake


@pytest.mark.parametrize(
    "wrong",
    [
        {"size_bytes": 0},
        {"max_duration_seconds": 0},
        {"max_duration_seconds": 36_001},
        {"expires_at": datetime(2026, 11, 22, 16)},  # noqa: DTZ001  the very mistake
        {"creator": ""},
        {"creator": "c" * 65},
        {"creator": "a\r\nAuthorization: b"},
        {"name": ""},
        {"allowed_origins": ("https://tool.example.edu",)},
        {"allowed_origins": ("tool.example.edu/path",)},
        {"allowed_origins": ("a.example.edu,b.example.edu",)},
        {"allowed_origins": ("",)},
    ],
)
def test_an_order_that_stream_would_refuse_or_misread_is_not_made(wrong):
    order = {
        "size_bytes": 1,
        "max_duration_seconds": 900,
        "expires_at": datetime(2026, 11, 22, 16, tzinfo=UTC),
        "creator": "c" * 64,
        "name": "sub-7f3a.mov",
        "allowed_origins": ("tool.example.edu", "*.example.edu", "localhost:8000"),
    }
    assert UploadOrder(**order)

    with pytest.raises(ValidationError):
        UploadOrder(**{**order, **wrong})


def test_the_rate_headers_tell_what_is_left():
    budget = RateBudget.from_headers({"Ratelimit": '"default";r=50;t=30', "Ratelimit-Policy": '"burst";q=100;w=60'})

    assert budget == RateBudget(remaining=50, reset_seconds=30, quota=100, window_seconds=60)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ('"default"; r=0; t=299', RateBudget(remaining=0, reset_seconds=299)),
        ('"default";t=1;r=2, "other";r=9;t=9', RateBudget(remaining=2, reset_seconds=1)),
        ('"default";r=x;t=30', None),
        ('"default";r=50', None),
        ("", None),
    ],
)
def test_a_rate_header_is_read_or_left_alone(header, expected):
    assert RateBudget.from_headers({"Ratelimit": header}) == expected
    assert RateBudget.from_headers({}) is None
