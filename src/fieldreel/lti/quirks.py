"""What LMSs do that no specification says: one named function per scar, with its source and a test.

A `PlatformProfile` is chosen by `product_family_code` of the launch, never by a host name.
"""

import html
import json
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

import httpx

LINE_ITEM_CONTAINER: Final = "application/vnd.ims.lis.v2.lineitemcontainer+json"
LINE_ITEM: Final = "application/vnd.ims.lis.v2.lineitem+json"
RESULT_CONTAINER: Final = "application/vnd.ims.lis.v2.resultcontainer+json"
SCORE: Final = "application/vnd.ims.lis.v1.score+json"


@dataclass(frozen=True, slots=True)
class PlatformProfile:
    """How one family of platforms differs.

    Attributes:
        html_comments: comments are shown as HTML, so line breaks and `<` must be written for HTML (Blackboard).
        appends_comments: each score with a comment adds one, so an unchanged comment is not sent again (Canvas);
            elsewhere a score without a comment clears the earlier one (AGS §3.4.4).
    """

    family: str
    html_comments: bool = False
    appends_comments: bool = False


_DEFAULT = PlatformProfile("")
_PROFILES = {
    profile.family: profile
    for profile in (
        PlatformProfile("moodle"),
        PlatformProfile("canvas", appends_comments=True),
        PlatformProfile("blackboardlearn", html_comments=True),
    )
}


def profile_for(product_family: str | None) -> PlatformProfile:
    """The profile of a `product_family_code`, in any case; a careful default for everybody else."""
    return _PROFILES.get((product_family or "").lower(), _DEFAULT)


def insert_path_before_query(url: str, segment: str) -> str:
    """`url` with `/segment` at the end of its path and its query kept.

    Moodle's line item is `…/lineitem?type_id=6`; AGS §3.4 appends to the path, and plain concatenation breaks it.
    """
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/{segment}"))


def json_whatever_content_type(response: httpx.Response) -> Any:
    """The JSON of an answer whatever it is labelled, None where it is none. Moodle labels a token `text/html`."""
    try:
        return json.loads(response.content)
    except (ValueError, RecursionError):
        return None


def comment_line_breaks(comment: str, profile: PlatformProfile) -> str:
    """A comment as the platform shows it. Blackboard takes HTML: escaped, with `<br/>` for line breaks."""
    if not profile.html_comments:
        return comment
    return html.escape(comment, quote=False).replace("\r\n", "\n").replace("\n", "<br/>")


def says_stale_timestamp(status_code: int, body: str) -> bool:
    """Whether a refusal means "I hold a newer score": 409 (Moodle, the specification's spirit), or a 400 that says so.

    Canvas and Open edX answer 400 and speak of the timestamp.
    """
    conflict = status_code == httpx.codes.CONFLICT
    return conflict or (status_code == httpx.codes.BAD_REQUEST and "timestamp" in body.lower())


def says_not_gradable(status_code: int, body: str) -> bool:
    """Whether a refusal is about the person, not the score.

    Canvas: 422 for somebody who is no student. Blackboard: 400 "User could not be found". Sakai: 400 "User does not
    belong to site". Moodle: 400 without words, which stays a plain rejection.
    """
    text = body.lower()
    if status_code == httpx.codes.UNPROCESSABLE_ENTITY:
        return "user" in text or "student" in text
    return status_code in {400, 403, 404} and "user" in text and ("found" in text or "belong" in text)
