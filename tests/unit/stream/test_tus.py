from datetime import UTC, datetime

import pytest

from fieldreel.stream.models import UploadOrder
from fieldreel.stream.tus import (
    CHUNK_ADVISED,
    CHUNK_MAX,
    CHUNK_MIN,
    CHUNK_STEP,
    is_chunk_size,
    is_upload_address,
    upload_metadata,
)

HOSTS = frozenset({"upload.cloudflarestream.com", "127.0.0.1:8788", "upload.localhost:8788", "10.0.0.5"})


def order(**changes) -> UploadOrder:
    return UploadOrder(
        **{
            "size_bytes": 734_003_200,
            "max_duration_seconds": 900,
            "expires_at": datetime(2026, 11, 22, 16, 0, 0, 999_999, tzinfo=UTC),
            "creator": "a-17",
            "name": "sub-7f3a.mov",
            "allowed_origins": ("tool.example.edu", "lms.example.edu"),
            **changes,
        }
    )


def test_metadata_is_pairs_joined_by_commas_without_spaces():
    assert upload_metadata(order()) == (
        "maxDurationSeconds OTAw,requiresignedurls,expiry MjAyNi0xMS0yMlQxNjowMDowMFo=,name c3ViLTdmM2EubW92,"
        "allowedorigins dG9vbC5leGFtcGxlLmVkdSxsbXMuZXhhbXBsZS5lZHU="
    )


def test_no_origins_send_no_key_for_them():
    assert "allowedorigins" not in upload_metadata(order(allowed_origins=()))


def test_a_name_in_any_script_travels_as_utf_8():
    assert upload_metadata(order(name="été.mov", allowed_origins=())).endswith(",name w6l0w6kubW92")


@pytest.mark.parametrize("size", [5_242_880, 5_505_024, 52_428_800, 209_715_200])
def test_stream_takes_these_chunks(size):
    assert is_chunk_size(size)


@pytest.mark.parametrize("size", [5_242_879, 5_000_000, 6_000_000, 209_977_344, 0, -262_144])
def test_stream_refuses_these_chunks(size):
    assert not is_chunk_size(size)


@pytest.mark.parametrize(("size", "taken"), [(1, True), (5_000_000, True), (209_715_200, True), (0, False)])
def test_the_last_chunk_may_be_small_and_odd(size, taken):
    assert is_chunk_size(size, last=True) is taken


def test_the_advised_sizes_obey_the_rules_themselves():
    assert all(is_chunk_size(size) for size in (CHUNK_MIN, CHUNK_MAX, CHUNK_ADVISED, CHUNK_MIN + CHUNK_STEP))


@pytest.mark.parametrize(
    "url",
    [
        "https://upload.cloudflarestream.com/tus/1?tusv2=true",
        "https://UPLOAD.cloudflarestream.com:443/tus/1",
        "http://127.0.0.1:8788/tus/1",
        "http://upload.localhost:8788/tus/1",
    ],
)
def test_bytes_may_go_to_a_known_host(url):
    assert is_upload_address(url, HOSTS)


@pytest.mark.parametrize(
    "url",
    [
        "https://edge-production.gateway.api.cloudflare.com/client/v4/accounts/a/media/1?tusv2=true",
        "https://upload.cloudflarestream.com.evil.test/tus/1",
        "https://upload.cloudflarestream.com:8443/tus/1",
        "https://someone:secret@upload.cloudflarestream.com/tus/1",
        "https://evil.test/upload.cloudflarestream.com",
        "http://upload.cloudflarestream.com/tus/1",
        "http://10.0.0.5/tus/1",
        "http://127.0.0.1:9/tus/1",
        "ftp://127.0.0.1:8788/tus/1",
        "/tus/1",
        "",
        "https://upload.cloudflarestream.com:port/tus/1",
    ],
)
def test_bytes_may_go_nowhere_else(url):
    assert not is_upload_address(url, HOSTS)
