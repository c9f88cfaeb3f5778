import inspect

import pytest

from fieldreel.errors import StreamError
from fieldreel.stream import errors

LEAVES = [leaf for _, leaf in inspect.getmembers(errors, inspect.isclass) if leaf.__module__ == errors.__name__]


@pytest.mark.parametrize(
    ("leaf", "status", "slug", "retryable"),
    [
        (errors.StreamUnavailable, 503, "stream.unavailable", True),
        (errors.StreamRateLimited, 503, "stream.rate_limited", True),
        (errors.StreamBusy, 503, "stream.busy", True),
        (errors.StreamQuotaExceeded, 503, "stream.quota_exceeded", False),
        (errors.StreamTooLarge, 413, "stream.too_large", False),
        (errors.StreamUnauthorized, 503, "stream.unauthorized", False),
        (errors.StreamRejected, 500, "stream.rejected", False),
        (errors.StreamNotFound, 404, "stream.not_found", False),
        (errors.StreamUploadGone, 410, "stream.upload_gone", False),
        (errors.SigningKeyUnusable, 503, "stream.signing_key_unusable", False),
        (errors.WebhookRejected, 403, "stream.webhook_rejected", False),
        (errors.WebhookNotConfigured, 503, "stream.webhook_not_configured", False),
    ],
)
def test_each_error_has_its_status_slug_and_advice(leaf, status, slug, retryable):
    error = leaf()

    assert isinstance(error, StreamError)
    assert (error.status, error.slug, error.retryable) == (status, slug, retryable)


def test_no_two_errors_share_a_slug():
    assert len({leaf.slug for leaf in LEAVES}) == len(LEAVES) == 12


@pytest.mark.parametrize("leaf", LEAVES)
def test_the_words_are_for_a_person(leaf):
    assert not leaf.title.endswith(".")
    assert leaf.default_detail.endswith(".")
    words = f"{leaf.title} {leaf.default_detail}"
    assert "!" not in words
    assert "HTTP" not in words


def test_students_read_the_same_title_whether_stream_is_away_or_our_token_is_refused():
    assert errors.StreamUnauthorized.title == errors.StreamUnavailable.title
