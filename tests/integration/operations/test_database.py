"""What is taken for a lost server, and what is not."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from fieldreel import db
from fieldreel.db import Database
from fieldreel.errors import InvalidRequest, ServiceUnavailable


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url, pool_size=2)
    yield database
    await database.close()


async def test_a_transaction_commits_at_its_end_and_rolls_back_on_an_error(database: Database) -> None:
    async with database.begin() as session:
        await session.execute(text("CREATE TABLE notes (id int)"))
        await session.execute(text("INSERT INTO notes VALUES (1)"))

    async def fail_half_way() -> None:
        async with database.begin() as session:
            await session.execute(text("INSERT INTO notes VALUES (2)"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail_half_way()
    assert dict(await database.fetchrow("SELECT array_agg(id) AS ids FROM notes") or {}) == {"ids": [1]}


@pytest.mark.parametrize("kind", [FileNotFoundError, PermissionError, ValueError])
async def test_an_accident_of_ours_inside_a_transaction_is_not_taken_for_a_lost_server(
    database: Database, kind: type[Exception]
) -> None:
    with pytest.raises(kind):
        async with database.begin():
            raise kind("ours")


async def test_a_server_that_is_not_there_is_said_in_one_error_of_ours() -> None:
    nowhere = Database("postgresql+asyncpg://nobody@127.0.0.1:1/nothing", pool_size=2)
    with pytest.raises(ServiceUnavailable) as away:
        await nowhere.fetchrow("SELECT 1")
    assert away.value.retry_after_seconds == 5
    with pytest.raises(ServiceUnavailable):
        async with nowhere.begin():
            pass


async def test_a_server_whose_name_is_unknown_is_away_too() -> None:
    nowhere = Database("postgresql+asyncpg://nobody@/nothing?host=/no/such/folder", pool_size=2)
    with pytest.raises(ServiceUnavailable):
        async with nowhere.begin():
            pass


async def test_after_the_server_cut_the_connections_the_next_request_finds_it_again(database: Database) -> None:
    cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    other = Database(database.engine.url.render_as_string(hide_password=False), pool_size=2)
    try:
        assert await database.fetchrow("SELECT 1") is not None
        await other.fetchrow(cut)
        with suppress(ServiceUnavailable):  # unless the pool has noticed by itself
            await database.fetchrow("SELECT 1")
        assert await database.fetchrow("SELECT 1") is not None
        async with database.begin():
            pass
        await other.fetchrow(cut)
        with suppress(ServiceUnavailable):
            async with database.begin() as session:
                await session.execute(text("SELECT 1"))
        async with database.begin() as session:
            assert await session.scalar(text("SELECT 1")) == 1
    finally:
        await other.close()


async def test_a_pool_without_a_free_connection_is_a_passing_trouble(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database.engine.sync_engine.pool, "_timeout", 0.05)
    monkeypatch.setattr(db, "WAIT_SECONDS", 0.05)
    async with database.begin():
        with pytest.raises(ServiceUnavailable):
            async with database.begin():
                pass
    async with asyncio.TaskGroup() as tasks:
        slow = tasks.create_task(database.fetchrow("SELECT pg_sleep(0.5)"))
        await asyncio.sleep(0.1)
        with pytest.raises(ServiceUnavailable):
            await database.fetchrow("SELECT 1")
        await slow


async def test_a_wrong_statement_stays_a_bug(database: Database) -> None:
    with pytest.raises(DBAPIError):
        async with database.begin() as session:
            await session.execute(text("SELECT nonsense"))


async def test_a_text_that_cannot_be_stored_is_a_fault_of_the_request(database: Database) -> None:
    with pytest.raises(InvalidRequest):
        async with database.begin() as session:
            await session.execute(text("SELECT cast(:value AS text)"), {"value": "a\x00b"})
