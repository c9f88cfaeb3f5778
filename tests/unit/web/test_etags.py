"""Tags of versions, and the condition on a change."""

import pytest

from fieldreel.errors import InvalidRequest, PreconditionRequired
from fieldreel.web.etags import etag, expected_version


def test_a_tag_reads_back_as_its_version() -> None:
    assert etag(7) == '"7"'
    assert expected_version(etag(7)) == 7


@pytest.mark.parametrize(("header", "version"), [('"3"', 3), (' "3" ', 3), ('W/"3"', 3), ("*", None), (" * ", None)])
def test_forms_that_browsers_and_proxies_make_of_it(header: str, version: int | None) -> None:
    assert expected_version(header) == version


def test_a_change_without_a_condition_is_asked_for_one() -> None:
    with pytest.raises(PreconditionRequired):
        expected_version(None)


@pytest.mark.parametrize("header", ["", "3", '"three"', '"3", "4"', '"-1"', '"³"', f'"{"9" * 5000}"'])
def test_a_tag_that_is_not_ours_is_refused(header: str) -> None:
    with pytest.raises(InvalidRequest):
        expected_version(header)
