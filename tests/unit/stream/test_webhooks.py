from datetime import UTC, datetime, timedelta

import pytest

from fieldreel.stream.errors import WebhookNotConfigured, WebhookRejected
from fieldreel.stream.models import StreamState
from fieldreel.stream.webhooks import parse_notification, verify_signature

SECRET = "whsec-fieldreel-test"
SIGNED_AT = datetime.fromtimestamp(1_795_341_605, UTC)
SIG1 = "05bfcaf96f4b96112fb90c1ae53c0cbc2210cfa0b4779538616f166400afdf6d"
HEADER = f"time=1795341605,sig1={SIG1}"
BODY = (
    b'{"uid":"0123456789abcdef0123456789abcdef","readyToStream":true,'
    b'"status":{"state":"ready","pctComplete":"100.000000"},"modified":"2026-11-22T10:00:05.120000Z"}'
)


def verify(**changes) -> None:
    verify_signature(**{"secrets": [SECRET], "header": HEADER, "body": BODY, "now": SIGNED_AT, **changes})


def test_cloudflares_signature_is_believed():
    assert len(BODY) == 158
    verify()


@pytest.mark.parametrize(
    "header",
    [
        f"sig1={SIG1},time=1795341605",
        f"time=1795341605, sig1={SIG1}",
        f"time=1795341605,sig2=ffff,sig1={SIG1},v",
    ],
)
def test_order_spaces_and_unknown_keys_of_the_header_do_not_matter(header):
    verify(header=header)


@pytest.mark.parametrize("secrets", [["old", SECRET], [SECRET, "new"], ["", SECRET]])
def test_the_old_and_the_new_secret_both_count_while_one_is_changed(secrets):
    verify(secrets=secrets)


@pytest.mark.parametrize("secrets", [[], [""]])
def test_without_a_secret_nothing_is_skipped(secrets):
    with pytest.raises(WebhookNotConfigured):
        verify(secrets=secrets)


@pytest.mark.parametrize("place", range(0, 159, 6))
def test_one_added_space_anywhere_is_refused(place):
    with pytest.raises(WebhookRejected):
        verify(body=BODY[:place] + b" " + BODY[place:])


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "time=1795341605",
        f"sig1={SIG1}",
        "time=1795341605,sig1=",
        f"time=1795341605,sig1={SIG1.upper()}",
        f"time=1795341605,sig1={SIG1[:-1]}",
        f"time=1795341605,sig1={SIG1[:-1]}é",
        f"time=1795341606,sig1={SIG1}",
        f"time=,sig1={SIG1}",
        f"time=-5,sig1={SIG1}",
        f"time=²,sig1={SIG1}",
        f"time={'9' * 400},sig1={SIG1}",
        f"time=1795341605.0,sig1={SIG1}",
    ],
)
def test_a_missing_broken_or_foreign_signature_is_refused(header):
    with pytest.raises(WebhookRejected):
        verify(header=header)


def test_another_secret_is_refused():
    with pytest.raises(WebhookRejected):
        verify(secrets=["whsec-of-somebody-else"])


@pytest.mark.parametrize("seconds", [-300, 0, 300])
def test_five_minutes_of_difference_between_clocks_are_fine(seconds):
    verify(now=SIGNED_AT + timedelta(seconds=seconds))


@pytest.mark.parametrize("seconds", [-301, 301])
def test_an_old_or_future_signature_is_refused(seconds):
    with pytest.raises(WebhookRejected, match="clock"):
        verify(now=SIGNED_AT + timedelta(seconds=seconds))


def test_the_window_can_be_narrower():
    with pytest.raises(WebhookRejected):
        verify(now=SIGNED_AT + timedelta(seconds=11), tolerance_seconds=10)


def test_a_notification_is_a_video():
    video = parse_notification(BODY)

    assert video.uid == "0123456789abcdef0123456789abcdef"
    assert video.state is StreamState.READY
    assert video.ready_to_stream
    assert video.percent == 100.0
    assert video.modified == datetime(2026, 11, 22, 10, 0, 5, 120000, tzinfo=UTC)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"{}", b"null", b'{"uid":"../x"}', b"\xff"])
def test_a_body_that_is_no_video_is_refused(body):
    with pytest.raises(WebhookRejected):
        parse_notification(body)
