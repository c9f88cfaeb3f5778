"""Counts round trips to PostgreSQL where nothing can hide: between the two, on the wire.

A relay in front of the server's socket reads the client's side of protocol 3.0 (PostgreSQL documentation, "Message
Formats"). A round trip ends with `Sync` (extended query, which asyncpg uses) or is a simple `Query`. So a `BEGIN`, a
reset of a pooled connection, a ping or a statement that is prepared anew each time all count.
"""

import asyncio
import contextlib
from pathlib import Path
from types import TracebackType
from typing import Self

SOCKET = ".s.PGSQL.5432"
_SYNC, _QUERY = b"S"[0], b"Q"[0]
_LENGTH_BYTES = 4


class CountingRelay:
    """A Unix socket in `folder` that leads to the one in `target`; `round_trips` so far. A context manager."""

    def __init__(self, folder: Path, target: Path) -> None:
        self.folder = folder
        self.round_trips = 0
        self._target = target
        self._server: asyncio.Server | None = None
        self._links: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self.folder.mkdir()
        self._server = await asyncio.start_unix_server(self._link, self.folder / SOCKET)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        for link in self._links:
            link.cancel()

    async def _link(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        server, to_server = await asyncio.open_unix_connection(self._target / SOCKET)
        for work in (self._upstream(client, to_server), _downstream(server, to_client)):
            task = asyncio.create_task(work)
            self._links.add(task)
            task.add_done_callback(self._links.discard)

    async def _upstream(self, client: asyncio.StreamReader, to_server: asyncio.StreamWriter) -> None:
        with contextlib.closing(to_server), contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            length = await client.readexactly(_LENGTH_BYTES)  # the start-up message alone has no type
            to_server.write(length + await _rest(client, length))
            while True:
                head = await client.readexactly(1 + _LENGTH_BYTES)
                self.round_trips += head[0] in {_SYNC, _QUERY}
                to_server.write(head + await _rest(client, head[1:]))


async def _rest(reader: asyncio.StreamReader, length: bytes) -> bytes:
    return await reader.readexactly(int.from_bytes(length) - _LENGTH_BYTES)


async def _downstream(server: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
    with contextlib.closing(to_client), contextlib.suppress(ConnectionError):
        while data := await server.read(65_536):
            to_client.write(data)
