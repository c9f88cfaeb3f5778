"""The database: base class of all tables, engine, and the two ways to talk to it.

`Database.begin()` opens a transaction that commits on exit and rolls back on error. `Database.fetchrow()` runs one
statement on a plain driver connection, alone and committed by itself: for the two hot paths (launch, playback token)
and the clock, where SQLAlchemy's pool and execution layer would cost more than the statement.

Losing the server is translated here, once, into `ServiceUnavailable`: nothing above sees a driver's exception for it.
"""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from datetime import datetime
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID

import asyncpg
from alembic import command
from alembic.config import Config
from sqlalchemy import BigInteger, DateTime, LargeBinary, MetaData, Text, Uuid, make_url
from sqlalchemy import Enum as EnumType
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from fieldreel.errors import InvalidRequest, ServiceUnavailable

Json = dict[str, Any]
Begin = Callable[[], AbstractAsyncContextManager[AsyncSession]]
"""Opens a transaction: commits on exit, rolls back on error. Given to use-cases that call outside in between."""

RETRY_AFTER_SECONDS = 5
WAIT_SECONDS = 10  # for a free connection
CONNECT_SECONDS = 5
STATEMENT_SECONDS = 30
_GONE = (
    ConnectionError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # the server's last words arrived between two requests
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    PoolTimeoutError,
)
_UNREACHABLE = (*_GONE, OSError)  # while connecting, any error of the socket or of the name means the same


class Base(DeclarativeBase):
    """Base of all mapped classes. Enums are stored as their text, times with zone, documents as jsonb."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: Text,
        int: BigInteger,
        bytes: LargeBinary,
        datetime: DateTime(timezone=True),
        UUID: Uuid(),
        Json: JSONB,
        list[str]: JSONB,
        StrEnum: EnumType(
            StrEnum,
            native_enum=False,
            create_constraint=False,
            length=32,
            values_callable=lambda members: [member.value for member in members],
        ),
    }


class JobSlot(Base):
    """One run of a periodic job: the row that makes it run once over all replicas."""

    __tablename__ = "job_slots"

    job: Mapped[str] = mapped_column(primary_key=True)
    slot: Mapped[datetime] = mapped_column(primary_key=True)
    finished_at: Mapped[datetime | None]
    report: Mapped[Json | None]


class Database:
    """One process's connections to PostgreSQL."""

    def __init__(self, url: str, *, pool_size: int = 10) -> None:
        """Name the server; nothing connects before it is used.

        Args:
            url: `postgresql+asyncpg://…`.
            pool_size: most connections of this process: half for single statements, half for transactions.
        """
        alone = pool_size // 2
        self.engine: AsyncEngine = create_async_engine(
            url,
            pool_size=pool_size - alone,
            max_overflow=0,
            pool_timeout=WAIT_SECONDS,
            connect_args={"timeout": CONNECT_SECONDS, "command_timeout": STATEMENT_SECONDS},
        )
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False)
        self._open_pool = partial(
            asyncpg.create_pool,
            make_url(url).set(drivername="postgresql").render_as_string(hide_password=False),
            min_size=0,
            max_size=alone,
            timeout=CONNECT_SECONDS,
            command_timeout=STATEMENT_SECONDS,
            reset=_leave_as_it_is,
        )
        self._pool: asyncpg.Pool[asyncpg.Record] | None = None

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncSession]:
        """A transaction: commits on exit, rolls back on error.

        Raises:
            ServiceUnavailable: the server is away.
            InvalidRequest: a text holds U+0000, which PostgreSQL cannot store.
        """
        with _translated(_GONE):
            async with self._sessions.begin() as session:
                with _translated(_UNREACHABLE):
                    await session.connection()
                yield session

    async def fetchrow(self, statement: str, *arguments: object) -> asyncpg.Record | None:
        """First row of one statement with `$1` parameters, run alone on the driver connection and committed by itself.

        Raises:
            ServiceUnavailable: the server is away.
        """
        with _translated(_UNREACHABLE):
            if self._pool is None:
                self._pool = self._open_pool()  # connects with the first statement
                await self._pool
            pool = self._pool
            # A timer only where there is something to wait for: it costs as much as taking a connection.
            timeout = None if pool.get_idle_size() else WAIT_SECONDS
            try:
                async with pool.acquire(timeout=timeout) as connection:
                    return await connection.fetchrow(statement, *arguments)
            except _GONE:
                # The rest of the pool was connected to the same server: begin again with fresh connections.
                await pool.expire_connections()
                raise

    async def close(self) -> None:
        """Close all connections."""
        if self._pool is not None:
            await self._pool.close()
            self._pool = None
        await self.engine.dispose()


async def _leave_as_it_is(_connection: object) -> None:
    """In place of the pool's reset, a round trip of its own: a single statement leaves nothing behind."""


@contextmanager
def _translated(lost: tuple[type[Exception], ...]) -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        cause = _driver_error(error)
        if error.connection_invalidated or isinstance(cause, lost):
            raise ServiceUnavailable(retry_after_seconds=RETRY_AFTER_SECONDS) from error
        if isinstance(cause, asyncpg.CharacterNotInRepertoireError | asyncpg.UntranslatableCharacterError):
            raise InvalidRequest("A text holds a character that cannot be stored (U+0000). Remove it.") from error
        raise
    except lost as error:
        raise ServiceUnavailable(retry_after_seconds=RETRY_AFTER_SECONDS) from error


def _driver_error(error: DBAPIError) -> BaseException | None:
    return error.orig.__cause__ if error.orig is not None else None


def migrations_folder() -> Path:
    """Where the migrations lie: inside the wheel, or at the top of a checkout."""
    package = Path(__file__).parent
    inside = package / "migrations"
    return inside if inside.is_dir() else package.parent.parent / "migrations"


def alembic_config(url: str) -> Config:
    """What Alembic's commands need to work on the database at `url`."""
    config = Config()
    config.set_main_option("script_location", str(migrations_folder()))
    config.attributes["url"] = url
    return config


def migrate(url: str) -> None:
    """Bring the database at `url` to the newest schema. Blocking, and it runs its own event loop: call it in no other.

    Replicas that start together wait for each other (advisory lock); an interrupted run leaves the old schema.

    Raises:
        ServiceUnavailable: the server is away or does not let us in.
    """
    try:
        command.upgrade(alembic_config(url), "head")
    except (OSError, asyncpg.PostgresError, DBAPIError) as error:
        cause = type(_driver_error(error) or error).__name__ if isinstance(error, DBAPIError) else type(error).__name__
        raise ServiceUnavailable(
            f"PostgreSQL did not let us change the schema ({cause}). Check FIELDREEL_DATABASE_URL and the server's log."
        ) from error
