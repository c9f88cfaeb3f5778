"""The committed API description is what the service says."""

import json
from pathlib import Path

import pytest

from fieldreel.app import create_app
from fieldreel.errors import every_slug
from fieldreel.kit.crypto import new_key
from fieldreel.settings import Settings

COMMITTED = Path(__file__).parents[3] / "openapi" / "fieldreel.json"


@pytest.fixture(scope="module")
def description() -> dict:
    settings = Settings(database_url="postgresql+asyncpg://none", secret_keys=(new_key(),))
    return create_app(settings).openapi()


def test_the_committed_description_is_fresh(description: dict) -> None:
    assert json.loads(COMMITTED.read_text()) == description, "run `make openapi` and commit the result"


def test_every_operation_has_an_id_and_a_sentence(description: dict) -> None:
    operations = [operation for path in description["paths"].values() for operation in path.values()]
    ids = [operation["operationId"] for operation in operations]
    assert len(ids) == len(set(ids))
    assert [operation["operationId"] for operation in operations if not operation.get("description")] == []


def test_every_error_of_ours_is_a_documented_code(description: dict) -> None:
    assert description["components"]["schemas"]["Problem"]["properties"]["code"]["enum"] == every_slug()


def test_every_request_body_has_an_example(description: dict) -> None:
    schemas = description["components"]["schemas"]
    requests = {name for name in schemas if name.endswith("Request")}
    assert requests
    assert {name for name in requests if not schemas[name].get("examples")} == set()
