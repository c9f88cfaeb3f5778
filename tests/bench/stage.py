"""Sets the stage: databases, a connected platform, the servers, videos to be watched."""

import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote
from uuid import UUID

import asyncpg
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from jose import jwt
from tests.bench import floors
from tests.bench.platform import CLIENT_ID, Platform
from tests.bench.processes import Cores, Server
from tests.bench.targets import TOOL, Fieldreel, Floor

from fieldreel.kit.postgres import USER, EmbeddedPostgres

OURS: Final = "fieldreel"
FLOOR: Final = "floor"
POOL: Final = 8
_FLOOR_PERSON: Final = "7"
_INSERT_VIDEOS: Final = """
INSERT INTO videos (
    id, assignment_id, person_id, status, request_key, request_hash, stream_uid, filename, mime_type, fingerprint,
    declared_bytes, max_duration_seconds, size_bytes, duration_seconds, intent_at, uploaded_at, ready_at
)
SELECT id, $2, $3, 'ready', id::text, '\\x00', replace(id::text, '-', ''), 'me.mp4', 'video/mp4', 'f',
       9000000, 1800, 9000000, 93.4, now(), now(), now()
FROM unnest($1::uuid[]) AS id
"""


@contextmanager
def postgres_for_bench(folder: Path) -> Iterator[EmbeddedPostgres]:
    """A durable PostgreSQL with both databases, on the core of the others, where we move as well."""
    os.sched_setaffinity(0, {Cores.available().others})
    with EmbeddedPostgres(folder / "postgres") as postgres:
        postgres.create_database(OURS)
        postgres.create_database(FLOOR)
        yield postgres


@dataclass(frozen=True)
class Stage:
    """Everything that stays the same through a run."""

    folder: Path
    postgres: EmbeddedPostgres
    platform: Platform
    cores: Cores
    signing_key: str
    session_key: str
    seal_key: str

    @classmethod
    def new(cls, folder: Path, postgres: EmbeddedPostgres, platform: Platform, cores: Cores) -> "Stage":
        """With fresh keys."""
        key = rsa.generate_private_key(65537, 2048)
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        return cls(folder, postgres, platform, cores, pem, secrets.token_hex(32), Fernet.generate_key().decode())

    async def prepare(self) -> None:
        """Migrate, connect the platform, make the floor's tables."""
        self._cli("migrate")
        registration = self.platform.registration()
        (deployment,) = registration.pop("deployment_ids")
        options = [f"--{name.replace('_', '-')}={value}" for name, value in registration.items()]
        self._cli("platform", "add", *options, f"--deployment-id={deployment}")
        connection = await self._connect(FLOOR)
        await connection.execute(floors.TABLES)
        await connection.close()

    def fieldreel(self, name: str = OURS, socket_folder: Path | None = None) -> Fieldreel:
        """The product, started; `socket_folder` leads it to PostgreSQL by another way."""
        env = self._settings(socket_folder or self.postgres.socket_folder)
        server = Server(name, ["fieldreel", "serve"], core=self.cores.server, log=self._log(name), env=env)
        server.start("FIELDREEL_HTTP__PORT")
        return Fieldreel(server)

    def floor(self) -> Floor:
        """The floor, started."""
        public_key = self.platform.public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        env = {
            "FLOOR_ISSUER": self.platform.issuer,
            "FLOOR_CLIENT_ID": CLIENT_ID,
            "FLOOR_PLATFORM_KEY": public_key.decode(),
            "FLOOR_SIGNING_KEY": self.signing_key,
            "FLOOR_SESSION_KEY": self.session_key,
            "FLOOR_POSTGRES": str(self.postgres.socket_folder),
            "FLOOR_USER": USER,
            "FLOOR_DATABASE": FLOOR,
        }
        server = Server(FLOOR, ["tests.bench.floors"], core=self.cores.server, log=self._log(FLOOR), env=env)
        server.start("FLOOR_PORT")
        claims = {"sub": _FLOOR_PERSON, "aud": "floor", "exp": int(time.time()) + 28_800}
        return Floor(server, jwt.encode(claims, self.session_key, algorithm="HS256"))

    async def add_videos(self, videos: Sequence[UUID], config: Mapping[str, Any]) -> None:
        """Ready videos on both sides; ours belong to the person and assignment of a launch's `config`."""
        connection = await self._connect(OURS)
        await connection.execute(_INSERT_VIDEOS, videos, UUID(config["assignment"]["id"]), UUID(config["person"]["id"]))
        await connection.close()
        connection = await self._connect(FLOOR)
        rows = [(video, _FLOOR_PERSON, video.hex) for video in videos]
        await connection.copy_records_to_table("videos", records=rows)
        await connection.close()

    def _settings(self, socket_folder: Path) -> dict[str, str]:
        named = {
            "ENV": "development",  # the platform is http on loopback; nothing else differs
            "PUBLIC_URL": TOOL,
            "DATABASE_URL": f"postgresql+asyncpg://{USER}@/{OURS}?host={quote(str(socket_folder), safe='/')}",
            "DATABASE_POOL": str(POOL),
            "DATA_FOLDER": str(self.folder),
            "SECRET_KEYS": self.seal_key,
            "JOBS__ENABLED": "false",
            "STREAM__ACCOUNT_ID": "0" * 32,
            "STREAM__API_TOKEN": "bench",
            "STREAM__BASE_URL": self.platform.issuer,  # a call to Stream would be counted with the others
            "STREAM__CUSTOMER_URL": "https://customer-bench.cloudflarestream.com",
            "STREAM__SIGNING_KEY_ID": "0123456789abcdef0123456789abcdef",
            "STREAM__SIGNING_KEY_PEM": self.signing_key,
        }
        return {f"FIELDREEL_{name}": value for name, value in named.items()}

    def _cli(self, *arguments: str) -> None:
        env = {name: value for name, value in os.environ.items() if not name.startswith("FIELDREEL_")}
        done = subprocess.run(
            [sys.executable, "-m", "fieldreel", *arguments],
            env=env | self._settings(self.postgres.socket_folder),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"fieldreel {arguments[0]} failed:\n{done.stdout}{done.stderr}")

    async def _connect(self, database: str) -> asyncpg.Connection:
        return await asyncpg.connect(host=str(self.postgres.socket_folder), user=USER, database=database)

    def _log(self, name: str) -> Path:
        return self.folder / f"{name}.log"
