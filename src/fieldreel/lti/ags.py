"""Assignment and Grade Services 2.0: the gradebook column of an assignment, scores into it, results out of it.

line item: a column. container: the list of columns. score: what a tool POSTs to a column. result: what the platform
shows for one person, perhaps changed by a teacher there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode, urlsplit, urlunsplit

import httpx
from pylti1p3.grade import Grade
from pylti1p3.lineitem import LineItem

from fieldreel.kit.clock import Clock
from fieldreel.kit.http import retry_after_seconds
from fieldreel.lti.errors import (
    ForeignServiceUrl,
    LearnerNotGradable,
    LineItemGone,
    PlatformUnavailable,
    ScoreConflict,
    ScoreRejected,
    ServiceRefused,
    ServiceTokenRefused,
)
from fieldreel.lti.platform import RegisteredPlatform
from fieldreel.lti.quirks import (
    LINE_ITEM,
    LINE_ITEM_CONTAINER,
    RESULT_CONTAINER,
    SCORE,
    PlatformProfile,
    comment_line_breaks,
    insert_path_before_query,
    json_whatever_content_type,
    says_not_gradable,
    says_stale_timestamp,
)
from fieldreel.lti.service_tokens import ServiceTokens

SCOPE_LINE_ITEM: Final = "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem"
SCOPE_RESULT: Final = "https://purl.imsglobal.org/spec/lti-ags/scope/result.readonly"
SCOPE_SCORE: Final = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
_ONE_SECOND: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Gradebook:
    """Whose gradebook: the registration, the deployment under it, and the habits of that LMS."""

    platform: RegisteredPlatform
    deployment_id: str
    profile: PlatformProfile


@dataclass(frozen=True, slots=True)
class Result:
    """What the platform shows for one person (AGS §3.3.4). None where it shows nothing."""

    user_id: str
    score: float | None
    maximum: float | None
    comment: str | None


class Ags:
    """Calls to the gradebook of any platform."""

    def __init__(self, client: httpx.AsyncClient, clock: Clock, tokens: ServiceTokens) -> None:
        self._client = client
        self._clock = clock
        self._tokens = tokens

    async def post_score(self, gradebook: Gradebook, line_item_url: str, body: str) -> None:
        """Send one score (`score_body`) to a column. Any 2xx is success, whatever its body (AGS §3.4.8).

        After `PlatformUnavailable` the outcome is unknown: send the very same body again.

        Raises:
            ScoreConflict: the platform holds a score of this second or a newer one.
            ScoreRejected, LearnerNotGradable, LineItemGone, ServiceTokenRefused, ForeignServiceUrl: permanent.
            PlatformUnavailable: retryable, with `retry_after_seconds` where the platform said so.
        """
        url = insert_path_before_query(line_item_url, "scores")
        response = await self._call(gradebook, "POST", url, SCOPE_SCORE, content=body, content_type=SCORE)
        if not response.is_success:
            raise _score_refusal(response)

    async def get_results(self, gradebook: Gradebook, line_item_url: str, user_id: str) -> list[Result]:
        """Results of one person in a column; empty where the platform shows none.

        Raises:
            LineItemGone, ServiceTokenRefused, ServiceRefused, ForeignServiceUrl: permanent.
            PlatformUnavailable: retryable.
        """
        url = _with_query(insert_path_before_query(line_item_url, "results"), {"user_id": user_id})
        response = await self._call(gradebook, "GET", url, SCOPE_RESULT, accept=RESULT_CONTAINER)
        if not response.is_success:
            raise _refusal(response)
        # Blackboard ignores the filter's letter at times: filter again.
        return [result for row in _rows(response) if (result := _result(row)) and result.user_id == user_id]

    async def find_or_create_line_item(
        self,
        gradebook: Gradebook,
        line_items_url: str,
        *,
        label: str,
        score_maximum: float,
        resource_id: str,
        resource_link_id: str,
    ) -> str:
        """Address of the column that carries `resource_id`, made where there is none (AGS §3.2.9: never a second one).

        Raises:
            ServiceRefused and its leaves, as `get_results`.
        """
        url = _with_query(line_items_url, {"resource_id": resource_id})
        response = await self._call(gradebook, "GET", url, SCOPE_LINE_ITEM, accept=LINE_ITEM_CONTAINER)
        if not response.is_success:
            raise _refusal(response)
        for row in _rows(response):
            if row.get("resourceId") == resource_id and isinstance(row.get("id"), str):
                return str(row["id"])
        wanted = LineItem()
        wanted.set_label(label).set_score_maximum(score_maximum).set_resource_id(resource_id)
        wanted.set_resource_link_id(resource_link_id)
        created = await self._call(
            gradebook, "POST", line_items_url, SCOPE_LINE_ITEM,
            content=wanted.get_value(), content_type=LINE_ITEM, accept=LINE_ITEM,
        )  # fmt: skip
        item = json_whatever_content_type(created)
        if not created.is_success or not isinstance(item, dict) or not isinstance(item.get("id"), str):
            raise _refusal(created)
        return str(item["id"])

    async def _call(
        self,
        gradebook: Gradebook,
        method: str,
        url: str,
        scope: str,
        *,
        content: str | None = None,
        content_type: str | None = None,
        accept: str | None = None,
    ) -> httpx.Response:
        """One call with a service token; a 401 drops the token and tries once more."""
        _refuse_plain_http(gradebook.platform, url)
        headers = {"Content-Type": content_type, "Accept": accept or "application/json"}
        present = {name: value for name, value in headers.items() if value is not None}
        response = None
        for _attempt in range(2):
            token = await self._tokens.get(gradebook.platform, gradebook.deployment_id, [scope])
            try:
                response = await self._client.request(
                    method, url, content=content, headers={**present, "Authorization": f"Bearer {token}"}
                )
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                raise PlatformUnavailable from error
            if response.status_code != httpx.codes.UNAUTHORIZED:
                break
            self._tokens.drop(gradebook.platform, gradebook.deployment_id, [scope], token)
        assert response is not None
        if response.status_code == httpx.codes.TOO_MANY_REQUESTS or response.is_server_error:
            wait = retry_after_seconds(response, self._clock.now())
            raise PlatformUnavailable(status_code=response.status_code, retry_after_seconds=wait)
        if response.status_code == httpx.codes.UNAUTHORIZED:
            raise ServiceTokenRefused(status_code=response.status_code)
        return response


def score_body(
    profile: PlatformProfile,
    *,
    user_id: str,
    timestamp: datetime,
    activity_progress: str,
    grading_progress: str,
    score_given: float | None = None,
    score_maximum: float | None = None,
    comment: str | None = None,
    scoring_user_id: str | None = None,
    submitted_at: datetime | None = None,
) -> str:
    """JSON of one score (AGS §3.4). `score_given` None means "no score now": most platforms then clear theirs.

    Args:
        profile: habits of the LMS.
        user_id: `sub` of the learner, from our rows, never from a browser.
        timestamp: from `next_score_timestamp`.
        activity_progress: Initialized, Started, InProgress, Submitted or Completed.
        grading_progress: FullyGraded, Pending, PendingManual, Failed or NotReady.
        score_given: points, 0 or more.
        score_maximum: must come with `score_given`.
        comment: plain text; see `PlatformProfile.appends_comments`.
        scoring_user_id: `sub` of the grader.
        submitted_at: when the work was handed in.

    Raises:
        ValueError: points without a maximum, or negative ones.
    """
    grade = Grade().set_user_id(user_id).set_timestamp(timestamp.isoformat(timespec="milliseconds"))
    grade.set_activity_progress(activity_progress).set_grading_progress(grading_progress)
    if score_given is not None:
        if score_maximum is None or score_given < 0:
            raise ValueError("points must not be negative and need a maximum")
        grade.set_score_given(float(score_given)).set_score_maximum(float(score_maximum))
    if comment:
        grade.set_comment(comment_line_breaks(comment, profile))
    extra: dict[str, Any] = {}
    if scoring_user_id is not None:
        extra["scoringUserId"] = scoring_user_id
    if submitted_at is not None:
        extra["submission"] = {"submittedAt": submitted_at.isoformat(timespec="milliseconds")}
    return grade.set_extra_claims(extra).get_value()


def next_score_timestamp(now: datetime, last: datetime | None) -> datetime:
    """A whole second that is not before `now` and after `last`.

    Timestamps of one (line item, person) must rise (AGS §3.4.7); Moodle compares whole seconds, and equal is too old.
    """
    rounded_up = now.replace(microsecond=0) + (_ONE_SECOND if now.microsecond else timedelta(0))
    if last is None:
        return rounded_up
    return max(rounded_up, last.replace(microsecond=0) + _ONE_SECOND)


def _refuse_plain_http(platform: RegisteredPlatform, url: str) -> None:
    """A bearer token travels only as safely as the platform's token URL: no HTTP where the registration has HTTPS."""
    scheme = urlsplit(url).scheme
    if scheme != "https" and scheme != urlsplit(platform.token_url).scheme:
        raise ForeignServiceUrl


def _with_query(url: str, extra: Mapping[str, str]) -> str:
    parts = urlsplit(url)
    query = f"{parts.query}&{urlencode(extra)}" if parts.query else urlencode(extra)
    return urlunsplit(parts._replace(query=query))


def _rows(response: httpx.Response) -> list[Mapping[str, Any]]:
    rows = json_whatever_content_type(response)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _result(row: Mapping[str, Any]) -> Result | None:
    if not isinstance(row.get("userId"), str):
        return None
    return Result(
        user_id=row["userId"],
        score=_number(row.get("resultScore")),
        maximum=_number(row.get("resultMaximum")),
        comment=row.get("comment") if isinstance(row.get("comment"), str) else None,
    )


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _score_refusal(response: httpx.Response) -> ServiceRefused:
    status, body = response.status_code, response.text[:2000]
    if says_stale_timestamp(status, body):
        return ScoreConflict(status_code=status)
    if says_not_gradable(status, body):
        return LearnerNotGradable(status_code=status)
    refusal = _refusal(response)
    return ScoreRejected(status_code=status) if type(refusal) is ServiceRefused else refusal


def _refusal(response: httpx.Response) -> ServiceRefused:
    status = response.status_code
    if status in {httpx.codes.NOT_FOUND, httpx.codes.GONE}:
        return LineItemGone(status_code=status)
    return ServiceRefused(status_code=status)
