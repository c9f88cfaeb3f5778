"""What a log line looks like, and what never stands in one."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog
from tests.logs import Log, captured_log

from fieldreel.kit.logging import REDACTED, redacted

JWT = "eyJhbGciOiJSUzI1NiIsImtpZCI6ImEifQ.eyJzdWIiOiIwMTIzNDU2Nzg5YWJjZGVmIn0.c2lnbmF0dXJlLXNpZ25hdHVyZQ"


@pytest.fixture
def log() -> Iterator[Log]:
    with captured_log() as captured:
        yield captured


def test_a_line_is_one_json_object_with_the_request_it_belongs_to(log: Log) -> None:
    with structlog.contextvars.bound_contextvars(request_id="0123456789"):
        structlog.get_logger("fieldreel.test").info("upload_started", size_bytes=5, note="two\nlines")
    (line,) = log.lines
    assert line["event"] == "upload_started"
    assert line["request_id"] == "0123456789"
    assert line["level"] == "info"
    assert line["logger"] == "fieldreel.test"
    assert line["size_bytes"] == 5
    assert line["timestamp"].endswith("Z")


def test_records_of_other_libraries_go_the_same_way(log: Log) -> None:
    logging.getLogger("some.library").warning("cannot fetch %s", f"https://media.example/{JWT}/manifest/video.m3u8")
    (line,) = log.lines
    assert line["event"] == f"cannot fetch https://media.example/{REDACTED}/manifest/video.m3u8"


def test_a_traceback_is_part_of_its_line_and_redacted(log: Log) -> None:
    try:
        int(f"no such video: {JWT}")
    except ValueError:
        structlog.get_logger("fieldreel.test").exception("job_failed")
    (line,) = log.lines
    assert "ValueError: invalid literal" in line["exception"]
    assert "eyJ" not in log.text


def test_lines_below_the_level_are_not_written(log: Log) -> None:
    structlog.get_logger("fieldreel.test").debug("detail")
    assert log.text == ""


@pytest.mark.parametrize(
    "name",
    [
        "token", "session_token", "id_token", "client_secret", "password", "Authorization", "Cookie", "set-cookie",
        "client_assertion", "private_key", "api_key", "upload_url", "signing_key_pem", "state", "nonce", "jwt",
    ],
)  # fmt: skip
def test_a_field_with_the_name_of_a_secret_is_blank(name: str) -> None:
    assert redacted({name: "opens a door"}) == {name: REDACTED}
    assert redacted({name: ["opens", "doors"]}) == {name: REDACTED}


def test_numbers_flags_and_absence_are_told_whatever_their_name() -> None:
    told = {"token_count": 3, "secret_set": True, "token": None, "states": "ready", "status": "sent"}
    assert redacted(told) == told


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        (f"GET /{JWT}/thumbnails/thumbnail.jpg", f"GET /{REDACTED}/thumbnails/thumbnail.jpg"),
        ("Authorization: Bearer abcDEF123456~./+=", f"Authorization: Bearer {REDACTED}"),
        ("header 'bearer 0123456789'", f"header 'Bearer {REDACTED}'"),
        ("PATCH https://upload.cloudflarestream.com/tus/f8a1?tusv2=true", f"PATCH https://upload.cloudflarestream.com/tus/{REDACTED}?tusv2=true"),
        (f"{JWT} and {JWT}", f"{REDACTED} and {REDACTED}"),
    ],
)  # fmt: skip
def test_a_secret_inside_a_text_is_found_by_its_look(text: str, clean: str) -> None:
    assert redacted(text) == clean


def test_redaction_walks_into_everything_that_a_renderer_would_print() -> None:
    class Foreign:
        def __repr__(self) -> str:
            return f"<Request {JWT}>"

    nested = {"a": [{"b": (JWT, {"token": "x"})}], JWT: 1, "c": Foreign(), "d": {JWT}, "e": JWT.encode()}
    assert "eyJ" not in json.dumps(redacted(nested))
    assert redacted({"a": [{"b": ("fine", 7)}]}) == {"a": [{"b": ["fine", 7]}]}
