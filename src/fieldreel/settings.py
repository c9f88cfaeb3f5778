"""All settings: one tree, read once from the environment, checked before anything starts, then passed in.

Names are `FIELDREEL_` + the path in capitals, levels joined by two underscores: `FIELDREEL_STREAM__API_TOKEN`.
The README's table is made from the descriptions here; a test holds the two together.
"""

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

PREFIX = "FIELDREEL_"
LOOPBACK_HOSTS = frozenset({"127.0.0.1", "::1", "localhost"})
CLOUDFLARE_API = "https://api.cloudflare.com/client/v4"


class SettingsError(Exception):
    """Settings that we will not start with; the message names each variable and how to mend it."""


class Environment(StrEnum):
    """`development` allows http, loopback, emulators and embedded PostgreSQL; `production` refuses them."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


def _comma_list(value: object) -> object:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


CommaList = Annotated[tuple[str, ...], NoDecode, Field(default=())]


class _Group(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class StreamSettings(_Group):
    """The Cloudflare account that holds the videos."""

    account_id: str = Field("", description="Cloudflare account id (32 hex digits, in the dashboard's address)")
    api_token: SecretStr = Field(SecretStr(""), description="API token with the permission *Stream: Edit*")
    signing_key_id: str = Field("", description="Id of the key that signs playback (`fieldreel stream create-key`)")
    signing_key_pem: SecretStr = Field(
        SecretStr(""), description="Its private key, as Cloudflare gives it (base64) or as PEM text"
    )
    webhook_secrets: CommaList = Field(
        (), description="Webhook secrets, newest first, joined by commas (`fieldreel stream register-webhook`)"
    )
    customer_url: str = Field(
        "", description="Where videos are played from: `https://customer-<code>.cloudflarestream.com`"
    )
    base_url: str = Field(CLOUDFLARE_API, description="Address of the API; another one only for the emulator")
    upload_hosts: CommaList = Field(
        ("upload.cloudflarestream.com", "upload.videodelivery.net"),
        description="Hosts that an upload link may have; any other is refused",
    )

    _lists = field_validator("webhook_secrets", "upload_hosts", mode="before")(_comma_list)


class AssignmentDefaults(_Group):
    """What holds for an assignment until its teacher says otherwise."""

    max_bytes: int = Field(5_000_000_000, gt=0, le=30_000_000_000, description="Largest file, in bytes (default 5 GB)")
    max_duration_seconds: int = Field(1800, gt=0, le=36_000, description="Longest video, in seconds (default 30 min)")
    grace_minutes: int = Field(
        60, ge=0, le=1440, description="An upload begun in time may finish this many minutes after the due time"
    )
    retention_days: int = Field(90, gt=0, le=36_500, description="Days after which a video is deleted")


class UploadSettings(_Group):
    """Upload links."""

    link_hours: float = Field(5.9, ge=0.05, le=6, description="Life of an upload link in hours; Stream allows up to 6")
    slack_percent: int = Field(
        10, ge=0, le=100, description="How much longer than the probed duration a video may be before Stream refuses it"
    )


class JobSettings(_Group):
    """The clock of the background jobs. Each is a CLI verb too, so another clock can replace this one."""

    enabled: bool = Field(True, description="Whether this process runs the periodic jobs")  # noqa: FBT003
    reconcile_seconds: int = Field(60, gt=0, description="Seconds between looks at videos on their way")
    deliver_seconds: int = Field(5, gt=0, description="Seconds between deliveries of scores to gradebooks")
    sweep_seconds: int = Field(3600, gt=0, description="Seconds between retention sweeps")


class HttpSettings(_Group):
    """Our own server."""

    host: str = Field("127.0.0.1", description="Address to listen on")
    port: int = Field(8800, ge=0, le=65_535, description="Port to listen on")
    trusted_proxies: str = Field(
        "127.0.0.1", description="Proxies whose `X-Forwarded-*` headers count, as uvicorn reads them"
    )
    metrics_token: SecretStr = Field(
        SecretStr(""), description="Bearer token that `/metrics` asks for; empty in production closes it to all"
    )


class LogSettings(_Group):
    """Logs go to standard error, one JSON object a line."""

    level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least severe level that is logged")
    format: Literal["json", "console"] = Field("json", description="`json`, or `console` for people")


class Settings(BaseSettings):
    """The whole tree. Frozen: nothing changes it after start."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", extra="ignore", frozen=True, env_ignore_empty=True
    )

    env: Environment = Field(Environment.DEVELOPMENT, description="`production` refuses everything that is unsafe")
    public_url: str = Field("http://127.0.0.1:8800", description="Our address as browsers and LMSs see it, no path")
    database_url: str = Field(
        "",
        description="`postgresql+asyncpg://user:password@host/name`; empty = embedded PostgreSQL (not in production)",
    )
    data_folder: Path = Field(Path("var/dev"), description="Where embedded PostgreSQL keeps its data")
    database_pool: int = Field(10, ge=2, le=200, description="Connections to PostgreSQL per process")
    secret_keys: CommaList = Field(
        (), description="Keys that seal secrets at rest, newest first, joined by commas (`fieldreel new-key`)"
    )
    session_hours: float = Field(8, gt=0, le=24, description="Life of a session token in hours")
    clock_shift_seconds: int = Field(0, description="Moves our clock, for the demo and tests (not in production)")
    stream: StreamSettings = Field(default_factory=StreamSettings)
    defaults: AssignmentDefaults = Field(default_factory=AssignmentDefaults)
    uploads: UploadSettings = Field(default_factory=UploadSettings)
    jobs: JobSettings = Field(default_factory=JobSettings)
    http: HttpSettings = Field(default_factory=HttpSettings)
    log: LogSettings = Field(default_factory=LogSettings)

    _lists = field_validator("secret_keys", mode="before")(_comma_list)

    @field_validator("public_url")
    @classmethod
    def _origin_only(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("must look like https://video.example.edu")
        if parts.path.strip("/") or parts.query or parts.fragment:
            raise ValueError("must be an origin without a path, such as https://video.example.edu")
        return value.rstrip("/")

    @field_validator("database_url")
    @classmethod
    def _asyncpg(cls, value: str) -> str:
        if value and not value.startswith("postgresql+asyncpg://"):
            raise ValueError("must begin with postgresql+asyncpg://")
        return value

    @field_validator("secret_keys")
    @classmethod
    def _fernet(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for key in value:
            try:
                Fernet(key)
            except ValueError:
                raise ValueError("holds a key of the wrong shape; make one with `fieldreel new-key`") from None
        return value

    @property
    def production(self) -> bool:
        """Whether this is the real thing."""
        return self.env is Environment.PRODUCTION

    @property
    def uses_stream_emulator(self) -> bool:
        """Whether the Stream API is somewhere else than at Cloudflare."""
        return self.stream.base_url != CLOUDFLARE_API

    @model_validator(mode="after")
    def _fit_for_production(self) -> Self:
        if self.production and (faults := list(self._production_faults())):
            raise ValueError("\n".join(faults))
        return self

    def _production_faults(self) -> Iterator[str]:
        if not self.public_url.startswith("https://"):
            yield "PUBLIC_URL: must begin with https:// in production; LMS frames do not work without"
        if not self.database_url:
            yield "DATABASE_URL: is missing; embedded PostgreSQL is for the demo and tests only"
        if not self.secret_keys:
            yield "SECRET_KEYS: is missing; make one with `fieldreel new-key` and keep it safe"
        if self.clock_shift_seconds:
            yield "CLOCK_SHIFT_SECONDS: must not be set in production"
        if self.uses_stream_emulator:
            yield "STREAM__BASE_URL: points to an emulator; remove it in production"
        required = {
            "ACCOUNT_ID": "the 32 hex digits in the Cloudflare dashboard's address",
            "API_TOKEN": "make one in the Cloudflare dashboard with the permission Stream: Edit",
            "SIGNING_KEY_ID": "make a key with `fieldreel stream create-key`",
            "SIGNING_KEY_PEM": "make a key with `fieldreel stream create-key`",
            "CUSTOMER_URL": "copy https://customer-<code>.cloudflarestream.com from the Stream dashboard",
        }
        for name, fix in required.items():
            value: Any = getattr(self.stream, name.lower())
            if not (value.get_secret_value() if isinstance(value, SecretStr) else value):
                yield f"STREAM__{name}: is missing; {fix}"
        if self.stream.customer_url and not self.stream.customer_url.startswith("https://"):
            yield "STREAM__CUSTOMER_URL: must begin with https:// in production"


class SetupSettings(Settings):
    """Settings that are still incomplete: for the commands that make the missing ones."""

    def _production_faults(self) -> Iterator[str]:
        return iter(())


def load_settings(kind: type[Settings] = Settings, **overrides: Any) -> Settings:
    """Settings from the environment.

    Raises:
        SettingsError: one line per variable, saying what is wrong with it and how to mend it.
    """
    try:
        return kind(**overrides)
    except ValidationError as error:
        raise SettingsError("\n".join(_lines(error))) from None


def _lines(error: ValidationError) -> Iterator[str]:
    for fault in error.errors():
        message = fault["msg"].removeprefix("Value error, ")
        if fault["loc"]:
            yield f"{PREFIX}{'__'.join(str(part) for part in fault['loc']).upper()}: {message}"
        else:
            yield from (f"{PREFIX}{line}" for line in message.splitlines())


def documented_settings() -> Iterator[tuple[str, str, str]]:
    """Every variable as (name, default, description), in the order of the README's table."""
    for name, field in Settings.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, _Group):
            for leaf, leaf_field in inner.model_fields.items():
                yield (f"{PREFIX}{name}__{leaf}".upper(), _shown(leaf_field.default), leaf_field.description or "")
        else:
            yield (f"{PREFIX}{name}".upper(), _shown(field.default), field.description or "")


def _shown(default: object) -> str:
    if isinstance(default, SecretStr):
        default = default.get_secret_value()
    if isinstance(default, tuple):
        default = ",".join(default)
    if isinstance(default, bool):
        default = str(default).lower()
    return str(default)
