"""`fieldreel check`: everything at once, in words, whatever is broken."""

from collections.abc import Iterator

import pytest
import stamina
from tests.factories import TOOL, WEBHOOK_SECRET, Stage
from tests.logs import captured_log

from fieldreel.checkup import Result, checkup
from fieldreel.db import Database
from fieldreel.emulators.stream.webhooks import Subscription


@pytest.fixture(autouse=True)
def quick() -> Iterator[None]:
    with stamina.set_testing(True, attempts=3, cap=True), captured_log():
        yield


async def check(stage: Stage) -> dict[str, Result]:
    results = await checkup(stage.parts)
    assert len({result.what for result in results}) == len(results) == 5
    return {result.what: result for result in results}


def subscribe(stage: Stage, url: str) -> None:
    stage.stream.core.file.account.subscription = Subscription(
        notification_url=url, secret=WEBHOOK_SECRET, modified=stage.clock.now()
    )


async def test_a_service_in_order_says_so_five_times(stage: Stage) -> None:
    subscribe(stage, f"{TOOL}/webhooks/stream")
    results = await check(stage)
    assert [result.what for result in results.values() if not result.good] == []
    assert results["Webhook"].meaning == "ours"
    assert "newest schema" in results["Database"].meaning
    assert "minutes stored" in results["Cloudflare"].meaning
    assert results["Platforms"].meaning == "LMS"


async def test_without_a_webhook_we_poll_and_that_is_fine(stage: Stage) -> None:
    assert "we poll" in (await check(stage))["Webhook"].meaning
    subscribe(stage, "https://another.example/hook")
    webhook = (await check(stage))["Webhook"]
    assert webhook.good
    assert "https://another.example/hook" in webhook.meaning


async def test_a_database_that_is_away_is_one_line_among_the_others(stage: Stage) -> None:
    real = stage.parts.database
    nowhere = Database("postgresql+asyncpg://nobody@127.0.0.1:1/nothing", pool_size=2)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stage.parts, "database", nowhere)
        patch.setattr(stage.parts.platforms, "_begin", nowhere.begin)
        results = await check(stage)
    assert real is stage.parts.database
    assert "FIELDREEL_DATABASE_URL" in results["Database"].meaning
    assert not results["Database"].good
    assert not results["Platforms"].good
    assert results["Cloudflare"].good


async def test_a_schema_that_is_old_or_missing_names_the_cure(stage: Stage) -> None:
    await stage.parts.database.fetchrow("UPDATE alembic_version SET version_num = 'older'")
    assert "fieldreel migrate" in (await check(stage))["Database"].meaning
    await stage.parts.database.fetchrow("DROP TABLE alembic_version")
    database = (await check(stage))["Database"]
    assert (database.good, "fieldreel migrate" in database.meaning) == (False, True)


async def test_a_token_that_cloudflare_refuses_names_the_permission(stage: Stage) -> None:
    stage.stream.faults.add("any", status=403, error_code=10000, times=9)
    cloudflare = (await check(stage))["Cloudflare"]
    assert not cloudflare.good
    assert "Stream: Edit" in cloudflare.meaning


async def test_an_account_without_storage_is_found_before_a_student_does(stage: Stage) -> None:
    stage.stream.switches.storage_limit_minutes = 0
    cloudflare = (await check(stage))["Cloudflare"]
    assert not cloudflare.good
    assert "no storage is bought" in cloudflare.meaning


async def test_a_playback_key_that_cloudflare_forgot_is_found(stage: Stage) -> None:
    assert (await check(stage))["Playback key"].good
    stage.stream.core.file.account.keys.clear()
    key = (await check(stage))["Playback key"]
    assert not key.good
    assert "fieldreel stream create-key" in key.meaning


async def test_stream_being_away_is_said_wherever_it_was_asked(stage: Stage) -> None:
    stage.stream.faults.add("any", status=503, times=20)
    results = await check(stage)
    assert {what for what, result in results.items() if not result.good} == {"Cloudflare", "Playback key", "Webhook"}
