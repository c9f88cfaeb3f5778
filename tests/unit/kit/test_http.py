"""How long a server asks us to wait, and what our clients never do."""

from datetime import UTC, datetime

import httpx
import pytest

from fieldreel.kit.http import new_client, retry_after_seconds

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        (" 7 ", 7),
        ("0", 0),
        ("Sun, 22 Nov 2026 10:01:30 GMT", 90),
        ("Sun, 22 Nov 2026 09:00:00 GMT", 0),
        ("soon", None),
        ("", None),
        ("-5", None),
        ("1.5", None),
        ("9" * 5000, None),
        ("Sun, 99 Nov 2026 10:01:30 GMT", None),
    ],
)
def test_retry_after_is_read_in_both_forms_and_nonsense_is_none(value: str, seconds: int | None) -> None:
    assert retry_after_seconds(httpx.Response(503, headers={"Retry-After": value}), NOW) == seconds


def test_a_digit_that_is_no_number_is_nonsense_too() -> None:
    response = httpx.Response(503, headers=[(b"Retry-After", "²".encode("latin-1"))])
    assert retry_after_seconds(response, NOW) is None


def test_no_header_is_none() -> None:
    assert retry_after_seconds(httpx.Response(503), NOW) is None


async def test_a_client_says_our_name_and_follows_nobody_elsewhere() -> None:
    def redirect(request: httpx.Request) -> httpx.Response:
        return httpx.Response(302, headers={"Location": "https://elsewhere.example/"}, request=request)

    async with new_client(transport=httpx.MockTransport(redirect)) as client:
        answer = await client.get("https://lms.example.edu/jwks")
    assert answer.status_code == 302
    assert answer.request.headers["User-Agent"].startswith("fieldreel")
