"""Fixtures of the whole suite: a real database per test, the app in its production wiring, and no way out to the network."""

import ipaddress
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fieldreel.db import migrate
from fieldreel.kit import ids
from fieldreel.kit.postgres import EmbeddedPostgres

TEMPLATE = "template_migrated"


class NetworkForbidden(AssertionError):
    """A test reached for a host that is not this machine."""


def refuse_foreign_host(host: object) -> None:
    """Let loopback pass, by name or address; anything else fails the test, whatever the code under test catches."""
    name = host.decode() if isinstance(host, bytes) else host
    if name in {None, "", "localhost"}:
        return
    try:
        if ipaddress.ip_address(str(name).split("%")[0]).is_loopback:
            return
    except ValueError:
        pass
    raise NetworkForbidden(f"tests may talk to this machine only, not to {name!r}")


@pytest.fixture(scope="session", autouse=True)
def loopback_only() -> Iterator[None]:
    """Sockets closed to everything but loopback and Unix sockets."""
    connect, connect_ex, getaddrinfo = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: Any) -> None:
        if self.family in {socket.AF_INET, socket.AF_INET6}:
            refuse_foreign_host(address[0])
        connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> int:
        if self.family in {socket.AF_INET, socket.AF_INET6}:
            refuse_foreign_host(address[0])
        return connect_ex(self, address)

    def guarded_getaddrinfo(host: Any, *arguments: Any, **options: Any) -> Any:
        refuse_foreign_host(host)
        return getaddrinfo(host, *arguments, **options)

    patch = pytest.MonkeyPatch()
    patch.setattr(socket.socket, "connect", guarded_connect)
    patch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
    patch.setattr(socket, "getaddrinfo", guarded_getaddrinfo)
    yield
    patch.undo()


@pytest.fixture(scope="session")
def cluster() -> Iterator[EmbeddedPostgres]:
    """One PostgreSQL per test process; flushing nothing to disk, gone at the end."""
    # Not below pytest's own folder, which is closed to the user that root may have to run PostgreSQL as.
    with tempfile.TemporaryDirectory(prefix="fieldreel-tests-") as place:
        Path(place).chmod(0o711)
        with EmbeddedPostgres(Path(place) / "pg", durable=False, options={"max_connections": "60"}) as running:
            yield running


@pytest.fixture(scope="session")
def migrated_template(cluster: EmbeddedPostgres) -> str:
    """The name of a database that went through the real migrations, to be copied."""
    cluster.create_database(TEMPLATE)
    migrate(cluster.url(TEMPLATE))
    return TEMPLATE


@pytest.fixture
def database_url(cluster: EmbeddedPostgres, migrated_template: str) -> Iterator[str]:
    """A migrated, empty database of the test's own. Commits are real."""
    name = f"test_{ids.uuid7().hex}"
    cluster.create_database(name, template=migrated_template)
    yield cluster.url(name)
    cluster.drop_database(name)
