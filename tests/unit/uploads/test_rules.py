"""What may be uploaded, without a database or Stream."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from fieldreel.assignments.policy import ACCEPTED_EXTENSIONS, Policy
from fieldreel.errors import StreamError
from fieldreel.stream.errors import StreamBusy, StreamQuotaExceeded, StreamRejected, StreamUnavailable
from fieldreel.uploads import errors, rules
from fieldreel.uploads.orders import may_have_happened
from fieldreel.uploads.schemas import StartUploadRequest

NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)


def policy(**changes):
    values = {
        "points_max": Decimal(100),
        "opens_at": None,
        "due_at": None,
        "closes_at": None,
        "max_bytes": 1_000,
        "max_duration_seconds": 600,
        "attempts_allowed": None,
        "retention_days": 90,
        "grace": timedelta(minutes=60),
    }
    return Policy(**{**values, **changes})


def wanted(**changes):
    values = {"assignment_id": UUID(int=1), "filename": "a.mp4", "size_bytes": 1_000, "fingerprint": "a"}
    return StartUploadRequest.model_validate({**values, **changes})


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"duration_seconds": 601.0},  # probes differ from Stream's count by a fraction
        {"filename": "HOLIDAY.MOV", "mime_type": "VIDEO/QUICKTIME"},
        {"filename": "no-ending-at-all"},
        {"filename": "a.mkv", "mime_type": ""},
        {"filename": "a.avi", "mime_type": "application/octet-stream"},
    ],
)
def test_a_file_within_the_limits_is_taken(change):
    rules.check_file(wanted(**change), policy())


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"size_bytes": 0}, errors.EmptyFile),
        ({"size_bytes": 1_001}, errors.VideoTooLarge),
        ({"duration_seconds": 601.1}, errors.VideoTooLong),
        ({"filename": "a.ogg"}, errors.UnsupportedVideo),
        ({"filename": "a.mp4.exe"}, errors.UnsupportedVideo),
        ({"mime_type": "audio/mpeg"}, errors.UnsupportedVideo),
    ],
)
def test_a_file_outside_the_limits_is_refused(change, refusal):
    with pytest.raises(refusal):
        rules.check_file(wanted(**change), policy())


def test_the_refusal_of_a_long_film_tells_its_length_and_the_limit_in_minutes():
    with pytest.raises(errors.VideoTooLong, match="14:05 min; the limit is 10:00 min"):
        rules.check_file(wanted(duration_seconds=845.0), policy())


def test_wmv_and_ogg_are_not_on_streams_list():
    assert not {".wmv", ".ogg", ".ogv"} & set(ACCEPTED_EXTENSIONS)


def test_the_reservation_never_passes_streams_own_limit():
    assert rules.reserved_seconds(wanted(duration_seconds=36_000.5), policy(max_duration_seconds=36_000), 10) == 36_000


@pytest.mark.parametrize("slack", [0, 10, 100])
def test_the_reservation_is_never_shorter_than_the_film(slack):
    for seconds in (0.2, 59.9, 599.0, 600.4):
        assert rules.reserved_seconds(wanted(duration_seconds=seconds), policy(), slack) >= seconds


def test_any_difference_in_the_body_makes_another_request():
    bodies = [wanted(), wanted(size_bytes=999), wanted(duration_seconds=1.0), wanted(fingerprint="b")]
    assert len({rules.request_hash(body) for body in bodies}) == len(bodies)
    assert rules.request_hash(wanted()) == rules.request_hash(wanted())


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (StreamUnavailable(may_have_happened=True), True),
        (StreamUnavailable(may_have_happened=False), False),
        (StreamRejected(), True),
        (StreamBusy(), False),
        (StreamQuotaExceeded(), False),
    ],
)
def test_only_an_answer_that_was_lost_or_not_trusted_may_have_made_a_video(error: StreamError, expected):
    assert may_have_happened(error) is expected
