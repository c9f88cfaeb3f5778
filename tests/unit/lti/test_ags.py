"""The gradebook: scores, results, columns, and what refusals mean (AGS 2.0)."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import httpx
import pytest

from fieldreel.lti.ags import Ags, Gradebook, Result, next_score_timestamp, score_body
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
from fieldreel.lti.quirks import PlatformProfile, profile_for
from fieldreel.lti.service_tokens import ServiceTokens
from fieldreel.lti.tool_keys import SigningKey

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ITEM = "https://lms.example.edu/item/5/lineitem?type_id=6"
ITEMS = "https://lms.example.edu/items?type_id=6"


class Standing:
    def now(self):
        return NOW


class OneKey:
    def __init__(self, key):
        self.key = key

    async def signing_key(self, registration_id):
        return self.key


class Platform:
    """Answers service calls with what was queued; hands out a new token each time."""

    def __init__(self):
        self.answers = []
        self.calls = []
        self.tokens = 0

    def __call__(self, request):
        if request.url.path == "/token":
            self.tokens += 1
            return httpx.Response(200, json={"access_token": f"token-{self.tokens}", "expires_in": 3600})
        self.calls.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def platform():
    return Platform()


@pytest.fixture
def gradebook(lms):
    return Gradebook(lms.registered, "6", profile_for("moodle"))


@pytest.fixture
async def ags(lms, platform):
    async with httpx.AsyncClient(transport=httpx.MockTransport(platform)) as client:
        tokens = ServiceTokens(client, Standing(), OneKey(SigningKey("k", lms.private_key)))
        yield Ags(client, Standing(), tokens)


def body(**overrides):
    wanted = {
        "user_id": "ada",
        "timestamp": NOW,
        "activity_progress": "Completed",
        "grading_progress": "FullyGraded",
        "score_given": 8.5,
        "score_maximum": 10,
        **overrides,
    }
    return score_body(wanted.pop("profile", PlatformProfile("")), **wanted)


@pytest.mark.parametrize(
    "answer", [httpx.Response(200), httpx.Response(201, json={"resultUrl": "x"}), httpx.Response(204)]
)
async def test_any_success_is_success_and_the_path_goes_before_the_query(ags, platform, gradebook, answer):
    platform.answers = [answer]
    await ags.post_score(gradebook, ITEM, body())

    (call,) = platform.calls
    assert str(call.url) == "https://lms.example.edu/item/5/lineitem/scores?type_id=6"
    assert call.headers["Content-Type"] == "application/vnd.ims.lis.v1.score+json"
    assert call.headers["Authorization"] == "Bearer token-1"


async def test_an_expired_token_is_fetched_anew_once(ags, platform, gradebook):
    platform.answers = [httpx.Response(401), httpx.Response(200)]
    await ags.post_score(gradebook, ITEM, body())
    assert [call.headers["Authorization"] for call in platform.calls] == ["Bearer token-1", "Bearer token-2"]
    assert platform.calls[0].content == platform.calls[1].content


async def test_a_second_401_is_a_refusal(ags, platform, gradebook):
    platform.answers = [httpx.Response(401), httpx.Response(401)]
    with pytest.raises(ServiceTokenRefused):
        await ags.post_score(gradebook, ITEM, body())


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (httpx.Response(409, json=[]), ScoreConflict),  # Moodle
        (httpx.Response(400, json={"error": "Timestamp must be newer"}), ScoreConflict),  # Open edX
        (httpx.Response(400, json={"errors": {"message": "timestamp too old"}}), ScoreConflict),  # Canvas
        (httpx.Response(422, json={"errors": "User not found in course or is not a student"}), LearnerNotGradable),
        (httpx.Response(400, text="User could not be found: ada"), LearnerNotGradable),  # Blackboard
        (httpx.Response(400, text="User does not belong to site"), LearnerNotGradable),  # Sakai
        (httpx.Response(404, text="user ada not found"), LearnerNotGradable),  # Brightspace
        (httpx.Response(404), LineItemGone),
        (httpx.Response(410), LineItemGone),
        (httpx.Response(400), ScoreRejected),
        (httpx.Response(403), ScoreRejected),
        (httpx.Response(422, json={"errors": "scoreMaximum must be greater than 0"}), ScoreRejected),
        (httpx.Response(302, headers={"Location": "https://evil.example"}), ScoreRejected),
    ],
    ids=str,
)
async def test_a_refused_score_is_permanent_and_named(ags, platform, gradebook, answer, error):
    platform.answers = [answer]
    with pytest.raises(ServiceRefused) as refusal:
        await ags.post_score(gradebook, ITEM, body())
    assert type(refusal.value) is error
    assert (refusal.value.retryable, refusal.value.status_code) == (False, answer.status_code)


@pytest.mark.parametrize(
    ("answer", "wait"),
    [
        (httpx.Response(503, headers={"Retry-After": "30"}), 30),
        (httpx.Response(429, headers={"Retry-After": "Mon, 02 Mar 2026 09:01:30 GMT"}), 90),
        (httpx.Response(500), None),
        (httpx.ReadTimeout("slow"), None),
        (httpx.RemoteProtocolError("cut"), None),
    ],
    ids=str,
)
async def test_an_outage_is_retryable(ags, platform, gradebook, answer, wait):
    platform.answers = [answer]
    with pytest.raises(PlatformUnavailable) as outage:
        await ags.post_score(gradebook, ITEM, body())
    assert (outage.value.retryable, outage.value.retry_after_seconds) == (True, wait)


async def test_a_token_is_not_sent_over_http_where_the_platform_has_https(ags, platform, gradebook):
    with pytest.raises(ForeignServiceUrl):
        await ags.post_score(gradebook, "http://lms.example.edu/item", body())
    assert platform.calls == []


async def test_a_development_platform_on_http_is_served(ags, platform, gradebook):
    platform.answers = [httpx.Response(200)]
    local = replace(gradebook, platform=replace(gradebook.platform, token_url="http://127.0.0.1:9000/token"))
    await ags.post_score(local, "http://127.0.0.1:9000/item", body())
    assert str(platform.calls[0].url) == "http://127.0.0.1:9000/item/scores"


async def test_results_of_one_person_are_read(ags, platform, gradebook):
    rows = [
        {"userId": "ada", "resultScore": 8.5, "resultMaximum": 10, "comment": "Good"},
        {"userId": "ben", "resultScore": 3},
        {"userId": "ada", "resultScore": None, "comment": 5},
        "noise",
    ]
    platform.answers = [httpx.Response(200, json=rows)]
    assert await ags.get_results(gradebook, ITEM, "ada") == [
        Result("ada", 8.5, 10.0, "Good"),
        Result("ada", None, None, None),
    ]
    (call,) = platform.calls
    assert str(call.url) == "https://lms.example.edu/item/5/lineitem/results?type_id=6&user_id=ada"
    assert call.headers["Accept"] == "application/vnd.ims.lis.v2.resultcontainer+json"


@pytest.mark.parametrize(
    "answer", [httpx.Response(200, json={}), httpx.Response(200, text="x"), httpx.Response(200, json=[])]
)
async def test_results_that_are_none_are_none(ags, platform, gradebook, answer):
    platform.answers = [answer]
    assert await ags.get_results(gradebook, ITEM, "ada") == []


async def find(ags, gradebook):
    return await ags.find_or_create_line_item(
        gradebook, ITEMS, label="Present yourself", score_maximum=10, resource_id="our-id", resource_link_id="link-1"
    )


async def test_an_existing_column_of_ours_is_found_and_none_is_made(ags, platform, gradebook):
    # A tool with this scope may see other tools' columns: only ours counts.
    rows = [{"id": "https://lms.example.edu/1", "resourceId": "foreign"}, {"id": ITEM, "resourceId": "our-id"}]
    platform.answers = [httpx.Response(200, json=rows)]
    assert await find(ags, gradebook) == ITEM
    (call,) = platform.calls
    assert str(call.url) == "https://lms.example.edu/items?type_id=6&resource_id=our-id"
    assert call.headers["Accept"] == "application/vnd.ims.lis.v2.lineitemcontainer+json"  # Moodle wants exactly this


async def test_a_missing_column_is_made(ags, platform, gradebook):
    platform.answers = [httpx.Response(200, json=[]), httpx.Response(201, json={"id": ITEM})]
    assert await find(ags, gradebook) == ITEM
    made = platform.calls[1]
    assert (made.method, str(made.url)) == ("POST", ITEMS)
    assert made.headers["Content-Type"] == "application/vnd.ims.lis.v2.lineitem+json"
    assert json.loads(made.content) == {
        "label": "Present yourself",
        "scoreMaximum": 10,
        "resourceId": "our-id",
        "resourceLinkId": "link-1",
    }


@pytest.mark.parametrize(
    "answer", [httpx.Response(403), httpx.Response(200, text="?"), httpx.Response(201, json={"id": 5})]
)
async def test_a_column_that_cannot_be_made_is_a_refusal(ags, platform, gradebook, answer):
    platform.answers = [httpx.Response(200, json=[]), answer]
    with pytest.raises(ServiceRefused):
        await find(ags, gradebook)


# --- bodies and timestamps -------------------------------------------------------------------------------------------


def test_a_score_says_everything_the_specification_requires():
    sent = json.loads(body(comment="Good", scoring_user_id="tess", submitted_at=NOW - timedelta(hours=1)))
    assert sent == {
        "userId": "ada",
        "timestamp": "2026-03-02T09:00:00.000+00:00",
        "activityProgress": "Completed",
        "gradingProgress": "FullyGraded",
        "scoreGiven": 8.5,
        "scoreMaximum": 10.0,
        "comment": "Good",
        "scoringUserId": "tess",
        "submission": {"submittedAt": "2026-03-02T08:00:00.000+00:00"},
    }


def test_zero_points_are_a_score_and_none_is_none():
    assert json.loads(body(score_given=0))["scoreGiven"] == 0
    assert {"scoreGiven", "scoreMaximum"}.isdisjoint(json.loads(body(score_given=None)))


@pytest.mark.parametrize("wrong", [{"score_given": -1}, {"score_maximum": None}])
def test_points_that_no_platform_takes_are_not_made(wrong):
    with pytest.raises(ValueError, match="points"):
        body(**wrong)


def test_blackboard_gets_its_line_breaks():
    comment = "a < b\nnew line\r\nthird & last"
    sent = json.loads(body(profile=profile_for("BlackboardLearn"), comment=comment))
    assert sent["comment"] == "a &lt; b<br/>new line<br/>third &amp; last"
    assert json.loads(body(comment=comment))["comment"] == comment


@pytest.mark.parametrize(
    ("now", "last", "expected"),
    [
        (NOW, None, NOW),
        (NOW + timedelta(microseconds=1), None, NOW + timedelta(seconds=1)),
        (NOW, NOW, NOW + timedelta(seconds=1)),
        (NOW, NOW + timedelta(milliseconds=300), NOW + timedelta(seconds=1)),
        (NOW, NOW - timedelta(days=1), NOW),
        (NOW, NOW + timedelta(minutes=5), NOW + timedelta(minutes=5, seconds=1)),  # our clock was set back
    ],
)
def test_timestamps_rise_by_whole_seconds(now, last, expected):
    assert next_score_timestamp(now, last) == expected


def test_a_thousand_scores_in_one_second_have_a_thousand_rising_seconds():
    stamps = []
    for _ in range(1000):
        stamps.append(next_score_timestamp(NOW, stamps[-1] if stamps else None))
    assert all(later - earlier == timedelta(seconds=1) for earlier, later in pairwise(stamps))
