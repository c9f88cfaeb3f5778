"""Request lines go out together; anything else goes out at once, in order."""

import asyncio

import structlog
from tests.logs import captured_log

from fieldreel.kit.logging import REQUESTS


async def test_request_lines_wait_a_moment_and_other_lines_take_them_along() -> None:
    with captured_log() as log:
        out = log._out
        structlog.get_logger(REQUESTS).info("request", number=1)
        structlog.get_logger(REQUESTS).info("request", number=2)
        assert out.getvalue() == ""
        structlog.get_logger("fieldreel.other").info("news")
        assert [line["event"] for line in log.lines] == ["request", "request", "news"]


async def test_a_request_line_is_written_soon_although_nothing_follows() -> None:
    with captured_log() as log:
        structlog.get_logger(REQUESTS).info("request")
        await asyncio.sleep(0.2)
        assert log._out.getvalue().count("\n") == 1


def test_without_an_event_loop_nothing_waits() -> None:
    with captured_log() as log:
        structlog.get_logger(REQUESTS).info("request")
        assert log._out.getvalue().count("\n") == 1
