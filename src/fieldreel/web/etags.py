"""Entity tags made of row versions: `"7"` (RFC 9110 §8.8.3), and the conditions on a change."""

import re

from fieldreel.errors import InvalidRequest, PreconditionRequired

_TAG = re.compile(r'\s*(?:W/)?"([0-9]{1,18})"\s*')


def etag(version: int) -> str:
    """The tag of a version."""
    return f'"{version}"'


def expected_version(if_match: str | None) -> int | None:
    """The version that `If-Match` names; None for `*`, "whatever is there".

    Raises:
        PreconditionRequired: the header is missing.
        InvalidRequest: it is not one of our tags.
    """
    if if_match is None:
        raise PreconditionRequired
    if if_match.strip() == "*":
        return None
    if match := _TAG.fullmatch(if_match):
        return int(match[1])
    raise InvalidRequest('`If-Match` must be the `ETag` of an earlier answer, such as "3", or *.')
