"""How a failure looks outside: one small application with every way to fail."""

import json
from collections.abc import AsyncIterator, Iterator
from typing import Annotated, Any

import httpx
import pytest
from fastapi import APIRouter, Depends, FastAPI, HTTPException, Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field, field_validator
from tests.logs import Log, captured_log

from fieldreel.errors import Conflict, RateLimited, ServiceUnavailable
from fieldreel.web.deps import known_parameters_only
from fieldreel.web.middleware import RequestMiddleware
from fieldreel.web.problems import MEDIA_TYPE, documented, install


class Part(BaseModel):
    size: int = Field(gt=0)


class Wanted(BaseModel):
    title: str
    parts: list[Part]

    @field_validator("title")
    @classmethod
    def _no_shouting(cls, value: str) -> str:
        if value.isupper():
            raise ValueError("must not be in capitals")
        return value


def make_app() -> FastAPI:
    app = FastAPI()
    app.state.problem_base = "https://video.example.edu/problems/"
    app.add_middleware(RequestMiddleware)
    install(app)
    api = APIRouter(prefix="/api/v1", dependencies=[Depends(known_parameters_only)])

    @api.post("/things/{number}")
    async def make(number: int, wanted: Wanted, limit: Annotated[int, Query(le=200)] = 50) -> dict[str, Any]:
        return {"number": number, "title": wanted.title, "limit": limit}

    @api.get("/conflict")
    async def conflict() -> None:
        raise Conflict("Not now.", extensions={"status": "ready", "code": "cannot be overwritten"})

    @api.get("/limited")
    async def limited() -> None:
        raise RateLimited(retry_after_seconds=17)

    @api.get("/away")
    async def away() -> None:
        raise ServiceUnavailable

    @api.get("/teapot")
    async def teapot() -> None:
        raise HTTPException(418, "short and stout")

    @api.get("/bug")
    async def bug() -> None:
        raise ZeroDivisionError("the inside of /secret/path with a password")

    @api.get("/half")
    async def half() -> StreamingResponse:
        async def pieces() -> AsyncIterator[bytes]:
            yield b"one"
            raise ZeroDivisionError("too late for an answer")

        return StreamingResponse(pieces())

    @app.get("/lti/launch")
    async def launch() -> None:
        raise ZeroDivisionError("in a frame")

    app.include_router(api)
    return app


@pytest.fixture
def log() -> Iterator[Log]:
    with captured_log() as captured:
        yield captured


@pytest.fixture
async def client(log: Log) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(make_app()), base_url="https://video.example.edu"
    ) as one:
        yield one


def problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == MEDIA_TYPE
    assert answer.headers["Cache-Control"] == "no-store"
    told: dict[str, Any] = answer.json()
    assert told["status"] == status
    assert told["code"] == code
    assert told["type"] == f"https://video.example.edu/problems/{code}"
    assert told["ref"].startswith("VA-")
    assert told["title"]
    assert told["detail"].endswith(".")
    assert told["instance"] == answer.request.url.path
    return told


async def test_an_error_of_ours_is_a_problem_document_with_its_extensions(client: httpx.AsyncClient) -> None:
    told = problem(await client.get("/api/v1/conflict"), 409, "state.conflict")
    assert told["detail"] == "Not now."
    assert told["retryable"] is False
    extra = {"status": 409, "code": "state.conflict"}
    assert {name: told[name] for name in extra} == extra, "an extension never replaces a member of the document"


async def test_a_wait_that_is_known_is_a_header(client: httpx.AsyncClient) -> None:
    limited = await client.get("/api/v1/limited")
    assert problem(limited, 429, "request.rate_limited")["retryable"] is True
    assert limited.headers["Retry-After"] == "17"
    assert "Retry-After" not in (await client.get("/api/v1/away")).headers


async def test_every_fault_of_a_body_is_pointed_at(client: httpx.AsyncClient) -> None:
    body = {"title": "LOUD", "parts": [{"size": 1}, {"size": 0}]}
    told = problem(await client.post("/api/v1/things/1", json=body), 422, "request.invalid")
    faults = {fault["pointer"]: fault["detail"] for fault in told["errors"]}
    assert faults == {"/title": "must not be in capitals", "/parts/1/size": "Input should be greater than 0"}


async def test_a_fault_of_a_path_or_a_parameter_names_it(client: httpx.AsyncClient) -> None:
    body = {"title": "fine", "parts": []}
    told = problem(await client.post("/api/v1/things/one?limit=500", json=body), 422, "request.invalid")
    assert {fault["pointer"] for fault in told["errors"]} == {"path:number", "query:limit"}


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'"text"', b"\xff\xfe"])
async def test_a_body_that_is_no_object_is_a_fault_like_any_other(client: httpx.AsyncClient, content: bytes) -> None:
    answer = await client.post("/api/v1/things/1", content=content, headers={"Content-Type": "application/json"})
    problem(answer, 422, "request.invalid")


async def test_an_unknown_parameter_is_named_with_those_that_exist(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/v1/things/1?limt=5&page=2", json={"title": "fine", "parts": []})
    told = problem(answer, 400, "request.unknown_parameter")
    assert told["unknown"] == ["limt", "page"]
    assert told["known"] == ["limit"]


async def test_an_unknown_path_and_a_wrong_method_are_problems_too(client: httpx.AsyncClient) -> None:
    problem(await client.get("/api/v1/nowhere"), 404, "access.not_found")
    answer = await client.delete("/api/v1/conflict")
    problem(answer, 405, "request.method_not_allowed")
    assert answer.headers["Allow"] == "GET"


async def test_a_failure_of_the_framework_that_we_did_not_foresee_is_a_bug_of_ours(client: httpx.AsyncClient) -> None:
    told = problem(await client.get("/api/v1/teapot"), 500, "internal.bug")
    assert "stout" not in json.dumps(told)


async def test_a_bug_says_nothing_of_the_inside(client: httpx.AsyncClient, log: Log) -> None:
    answer = await client.get("/api/v1/bug", headers={"X-Request-Id": "from-the-proxy-1"})
    told = problem(answer, 500, "internal.bug")
    for inside in ("ZeroDivisionError", "secret", "password", "Traceback"):
        assert inside not in answer.text
    assert answer.headers["X-Request-Id"] == "from-the-proxy-1"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    (line,) = log.events("problem")
    assert line["ref"] == told["ref"], "the log finds what the person quotes"
    assert line["request_id"] == "from-the-proxy-1"
    assert "ZeroDivisionError" in line["exception"]


async def test_a_request_is_one_line_by_its_route(client: httpx.AsyncClient, log: Log) -> None:
    await client.post("/api/v1/things/77", json={"title": "fine", "parts": []})
    (line,) = log.events("request")
    assert (line["method"], line["route"], line["status"]) == ("POST", "/api/v1/things/{number}", 200)
    assert line["request_id"]
    assert line["ms"] >= 0


async def test_a_bug_in_a_launch_is_a_page_for_people(client: httpx.AsyncClient) -> None:
    answer = await client.get("/lti/launch")
    assert answer.status_code == 500
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "VA-" in answer.text
    assert "ZeroDivisionError" not in answer.text


async def test_an_answer_that_breaks_half_way_is_broken_off(client: httpx.AsyncClient) -> None:
    with pytest.raises(ZeroDivisionError):
        await client.get("/api/v1/half")


@pytest.mark.parametrize(
    ("given", "kept"),
    [("0123456789abcdef", True), ("trace-1.2_3", True), ("short", False), ("x" * 65, False), ("two words here", False)],
)
async def test_a_request_id_is_taken_over_only_if_it_looks_like_one(
    client: httpx.AsyncClient, given: str, kept: bool
) -> None:
    answer = await client.get("/api/v1/conflict", headers={"X-Request-Id": given})
    assert (answer.headers["X-Request-Id"] == given) is kept
    assert len(answer.headers["X-Request-Id"]) >= 8


async def test_every_answer_carries_the_headers_of_the_house(client: httpx.AsyncClient) -> None:
    for answer in [await client.get("/api/v1/conflict"), await client.get("/nowhere")]:
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"


async def test_a_strange_method_makes_no_time_series_of_its_own(client: httpx.AsyncClient) -> None:
    from prometheus_client import generate_latest

    await client.request("BREW", "/api/v1/conflict")
    numbers = generate_latest().decode()
    assert "BREW" not in numbers
    assert 'method="(other)"' in numbers


def test_documented_errors_share_a_status() -> None:
    from fieldreel.grading.errors import NothingToSend

    documents = documented(Conflict, NothingToSend, RateLimited)
    assert set(documents) == {409, 429}
    assert "state.conflict" in documents[409]["description"]
    assert "grade.nothing_to_send" in documents[409]["description"]
    assert MEDIA_TYPE in documents[429]["content"]
