"""Runs migrations over an asyncpg connection, one replica at a time.

The address comes from `config.attributes["url"]` (the service) or from FIELDREEL_DATABASE_URL (a developer's shell).
"""

import asyncio
import os

from alembic import context
from sqlalchemy import Connection, pool, text
from sqlalchemy.ext.asyncio import create_async_engine

from fieldreel.tables import Base

LOCK = 0x66_69_65_6C_64  # "field": replicas that start together migrate one after the other


def run(connection: Connection) -> None:
    context.configure(
        connection=connection, target_metadata=Base.metadata, compare_type=True, compare_server_default=True
    )
    with context.begin_transaction():
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        connection.execute(text("SET LOCAL lock_timeout = '10s'"))
        context.run_migrations()


async def connect_and_run() -> None:
    url = context.config.attributes.get("url") or os.environ["FIELDREEL_DATABASE_URL"]
    engine = create_async_engine(url, poolclass=pool.NullPool)
    try:
        async with engine.connect() as connection:
            await connection.run_sync(run)
            await connection.commit()
    finally:
        await engine.dispose()


asyncio.run(connect_and_run())
