"""The surface of the running service: health, numbers, unknown addresses, and bugs."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from tests.factories import TOOL, Stage
from tests.logs import Log, captured_log

from fieldreel.settings import Environment, Settings
from fieldreel.web.problems import MEDIA_TYPE


@pytest.fixture(autouse=True)
def log() -> Iterator[Log]:
    with captured_log() as captured:
        yield captured


def problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, MEDIA_TYPE), answer.text
    told: dict[str, Any] = answer.json()
    assert (told["status"], told["code"]) == (status, code)
    assert told["type"] == f"{TOOL}/problems/{code}"
    return told


# Health


async def test_it_lives_and_is_ready(stage: Stage) -> None:
    async with stage.client() as anybody:
        for path in ("/healthz", "/readyz"):
            answer = await anybody.get(f"{TOOL}{path}")
            assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


async def test_without_its_database_it_lives_but_is_not_ready(stage: Stage, ada: httpx.AsyncClient) -> None:
    database = stage.parts.database
    await database.close()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "_open_pool", _refused)
        patch.setattr(database.engine.sync_engine.pool, "connect", _refused)
        async with stage.client() as anybody:
            assert (await anybody.get(f"{TOOL}/healthz")).status_code == 200
            answer = await anybody.get(f"{TOOL}/readyz")
        told = problem(answer, 503, "service.unavailable")
        assert told["retryable"] is True
        assert answer.headers["Retry-After"] == "5"
        problem(await ada.get(f"assignments/{stage.course.assignment_id}"), 503, "service.unavailable")
    assert (await ada.get(f"assignments/{stage.course.assignment_id}")).status_code == 200


def _refused(*_: object, **__: object) -> None:
    raise ConnectionRefusedError("no server")


# Numbers


async def numbers(stage: Stage, authorization: str | None = None) -> httpx.Response:
    headers = {} if authorization is None else {"Authorization": authorization}
    async with stage.client() as anybody:
        return await anybody.get(f"{TOOL}/metrics", headers=headers)


async def test_in_development_the_numbers_are_open(stage: Stage) -> None:
    answer = await numbers(stage)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert "fieldreel_http_requests_total" in answer.text


class TestNumbersInProduction:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(update={"env": Environment.PRODUCTION})

    async def test_without_a_token_they_are_closed_to_all(self, stage: Stage) -> None:
        for authorization in (None, "Bearer ", "Bearer guess"):
            problem(await numbers(stage, authorization), 404, "access.not_found")


class TestNumbersWithAToken:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        http = settings.http.model_copy(update={"metrics_token": SecretStr("let-me-count")})
        return settings.model_copy(update={"http": http})

    @pytest.mark.parametrize("authorization", ["Bearer let-me-count", "bearer let-me-count"])
    async def test_the_token_opens_them(self, stage: Stage, authorization: str) -> None:
        assert (await numbers(stage, authorization)).status_code == 200

    @pytest.mark.parametrize(
        "authorization", [None, "let-me-count", "Bearer let-me", "Basic let-me-count", "Bearer \xe9"]
    )
    async def test_nothing_else_does(self, stage: Stage, authorization: str | None) -> None:
        headers = {} if authorization is None else {"Authorization": authorization.encode("latin-1")}
        async with stage.client() as anybody:
            answer = await anybody.get(f"{TOOL}/metrics", headers=headers)
        problem(answer, 404, "access.not_found")


async def test_numbers_are_kept_by_route_and_never_by_id(stage: Stage, ada: httpx.AsyncClient) -> None:
    await ada.get(f"assignments/{stage.course.assignment_id}")
    await ada.get("made-up-path-7c1d")
    text = (await numbers(stage)).text
    assert "{assignment_id}" in text
    assert str(stage.course.assignment_id) not in text
    assert "made-up-path-7c1d" not in text


# Wrong addresses and parameters


async def test_an_unknown_address_is_a_problem(ada: httpx.AsyncClient) -> None:
    told = problem(await ada.get("nothing/here"), 404, "access.not_found")
    assert told["instance"] == "/api/v1/nothing/here"


async def test_a_method_that_an_address_does_not_take_is_a_problem(stage: Stage, ada: httpx.AsyncClient) -> None:
    answer = await ada.delete(f"assignments/{stage.course.assignment_id}")
    problem(answer, 405, "request.method_not_allowed")
    assert "GET" in answer.headers["Allow"]


async def test_an_id_that_is_none_is_pointed_at(ada: httpx.AsyncClient) -> None:
    told = problem(await ada.get("assignments/seven"), 422, "request.invalid")
    assert [fault["pointer"] for fault in told["errors"]] == ["path:assignment_id"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "me"),
        ("GET", "assignments/{id}"),
        ("GET", "assignments/{id}/queue"),
        ("GET", "assignments/{id}/my-work"),
        ("POST", "videos/{id}/playback"),
        ("GET", "submissions/{id}/grade"),
    ],
)
async def test_a_parameter_that_nobody_reads_is_named(
    stage: Stage, ada: httpx.AsyncClient, method: str, path: str
) -> None:
    answer = await ada.request(method, f"{path.format(id=stage.course.assignment_id)}?limti=5")
    assert problem(answer, 400, "request.unknown_parameter")["unknown"] == ["limti"]


async def test_every_route_of_the_api_asks_who_is_there(stage: Stage) -> None:
    async with stage.client() as nobody:
        description = stage.app.openapi()
        asked = 0
        for path, operations in description["paths"].items():
            if not path.startswith("/api/v1/"):
                continue
            for method in operations:
                address = path
                for name in ("assignment_id", "video_id", "upload_id", "submission_id"):
                    address = address.replace(f"{{{name}}}", str(stage.course.assignment_id))
                problem(await nobody.request(method.upper(), f"{TOOL}{address}"), 401, "session.ended")
                asked += 1
    assert asked > 12


# Bugs


async def test_a_bug_leaves_a_reference_and_nothing_of_the_inside(
    stage: Stage, ada: httpx.AsyncClient, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("SELECT secret FROM inside")

    monkeypatch.setattr(stage.parts.assignments, "show", broken)
    answer = await ada.get(f"assignments/{stage.course.assignment_id}")
    told = problem(answer, 500, "internal.bug")
    assert "inside" not in answer.text
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    (line,) = log.events("problem")
    assert (line["ref"], line["request_id"]) == (told["ref"], answer.headers["X-Request-Id"])
    assert "SELECT secret FROM inside" in line["exception"]


async def test_files_of_the_page_are_kept_for_ever_and_missing_ones_are_problems(stage: Stage) -> None:
    async with stage.client() as anybody:
        answer = await anybody.get(f"{TOOL}/assets/pages.css")
        assert (answer.status_code, answer.headers["X-Content-Type-Options"]) == (200, "nosniff")
        problem(await anybody.get(f"{TOOL}/static/assets/none.js"), 404, "access.not_found")
        for attempt in ("/static/../settings.py", "/static/%2e%2e/settings.py", "/assets/..%2fpages.py"):
            assert (await anybody.get(f"{TOOL}{attempt}")).status_code == 404


# The webhook, as far as it is a surface


async def test_a_notification_that_stream_did_not_sign_is_refused_and_logged(stage: Stage) -> None:
    problem(await stage.notify(stage.notice("0" * 32), secret="guessed"), 403, "stream.webhook_rejected")
    async with stage.client() as anybody:
        problem(await anybody.post(f"{TOOL}/webhooks/stream", content=b"{}"), 403, "stream.webhook_rejected")
        huge = await anybody.post(f"{TOOL}/webhooks/stream", content=b"x" * 300_000)
    problem(huge, 403, "stream.webhook_rejected")
    assert len(await stage.events("webhook.refused")) == 2


async def test_a_notification_of_a_video_that_is_not_ours_is_none_of_our_business(stage: Stage) -> None:
    assert (await stage.notify(stage.notice("0" * 32))).status_code == 204


# Where the type of a problem leads


async def test_the_type_of_a_problem_is_an_address_that_explains_it(stage: Stage) -> None:
    async with stage.client() as anybody:
        told = problem(await anybody.get(f"{TOOL}/api/v1/me"), 401, "session.ended")
        page = await anybody.get(told["type"])
        assert page.status_code == 200
        assert told["title"] in page.text
        problem(await anybody.get(f"{TOOL}/problems/no.such"), 404, "access.not_found")
