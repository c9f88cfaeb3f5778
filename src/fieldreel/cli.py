"""The command line: `fieldreel …`. Imports late, so that `--help` is quick and production needs no part of the demo."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar
from uuid import UUID

import typer

from fieldreel.errors import FieldreelError
from fieldreel.settings import Environment, Settings, SettingsError, SetupSettings, load_settings

if TYPE_CHECKING:
    from fieldreel.parts import Parts

T = TypeVar("T")

app = typer.Typer(help="Large video assignments for any LMS.", no_args_is_help=True, pretty_exceptions_enable=False)
platform_app = typer.Typer(help="Platforms (LMSs) that may launch us.", no_args_is_help=True)
stream_app = typer.Typer(help="The Cloudflare Stream account.", no_args_is_help=True)
app.add_typer(platform_app, name="platform")
app.add_typer(stream_app, name="stream")


def _settings(kind: type[Settings] = Settings) -> Settings:
    from fieldreel.kit import logging

    try:
        settings = load_settings(kind)
    except SettingsError as error:
        typer.echo(f"The settings do not fit:\n{error}", err=True)
        raise typer.Exit(2) from None
    logging.configure(level=settings.log.level, output_format=settings.log.format)
    return settings


@contextmanager
def _database(settings: Settings) -> Iterator[str]:
    """The address of PostgreSQL; started here where none is configured (development only)."""
    if settings.database_url:
        yield settings.database_url
        return
    from fieldreel.kit.postgres import EmbeddedPostgres, EmbeddedPostgresError

    settings.data_folder.mkdir(parents=True, exist_ok=True)
    try:
        with EmbeddedPostgres(settings.data_folder / "postgres") as postgres:
            postgres.create_database("fieldreel")
            yield postgres.url("fieldreel")
    except EmbeddedPostgresError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None


@contextmanager
def _in_words() -> Iterator[None]:
    """End with words instead of a traceback where the error is one of ours."""
    try:
        yield
    except FieldreelError as error:
        faults = "".join(f"\n  {fault['pointer']}: {fault['detail']}" for fault in error.extensions.get("errors", ()))
        typer.echo(f"{error.title}. {error.detail}{faults}", err=True)
        raise typer.Exit(1) from None


def _with_parts(work: Callable[["Parts"], Awaitable[T]], kind: type[Settings] = Settings) -> T:
    """Run `work` with this process's collaborators."""
    from fieldreel.parts import Parts

    settings = _settings(kind)

    async def run(database_url: str) -> T:
        parts = Parts(settings, database_url)
        try:
            return await work(parts)
        finally:
            await parts.close()

    with _in_words(), _database(settings) as database_url:
        return asyncio.run(run(database_url))


def _show(value: Any) -> None:
    typer.echo(json.dumps(value, indent=2, default=str, ensure_ascii=False))


@app.command()
def serve() -> None:
    """Serve HTTP until SIGTERM; requests that run then have 20 seconds to end."""
    import uvicorn

    from fieldreel.app import create_app

    settings = _settings()
    with _in_words(), _database(settings) as database_url:
        if not settings.database_url:
            from fieldreel.db import migrate as bring_up

            bring_up(database_url)
        uvicorn.run(
            create_app(settings, database_url),
            host=settings.http.host,
            port=settings.http.port,
            proxy_headers=True,
            forwarded_allow_ips=settings.http.trusted_proxies,
            timeout_graceful_shutdown=20,
            log_config=None,
            server_header=False,
        )


@app.command()
def migrate() -> None:
    """Bring the database to the newest schema. Safe to run from several replicas at once."""
    from fieldreel.db import migrate as bring_up

    settings = _settings()
    with _in_words(), _database(settings) as database_url:
        bring_up(database_url)
    typer.echo("The database has the newest schema.")


@app.command()
def sweep() -> None:
    """Delete every video whose time has come, now."""
    _show(asdict(_with_parts(lambda parts: parts.sweeper.run())))


@app.command()
def reconcile() -> None:
    """Look at every video on its way that is due, now."""
    _show(asdict(_with_parts(lambda parts: parts.reconciler.run())))


@app.command("deliver-scores")
def deliver_scores() -> None:
    """Send every score that is due to its gradebook, now."""
    _show(asdict(_with_parts(lambda parts: parts.deliverer.run())))


@app.command()
def check() -> None:
    """Test settings, database, Cloudflare token, signing key and webhook, in words; exit 1 if something is wrong."""
    from fieldreel.checkup import checkup

    results = _with_parts(checkup)
    for result in results:
        typer.echo(f"{'ok  ' if result.good else 'FAIL'}  {result.what}: {result.meaning}")
    raise typer.Exit(0 if all(result.good for result in results) else 1)


@app.command()
def openapi() -> None:
    """Print the API description (OpenAPI 3.1)."""
    from fieldreel.app import create_app

    settings = Settings(
        env=Environment.DEVELOPMENT, database_url="postgresql+asyncpg://none", secret_keys=(_fresh_key(),)
    )
    sys.stdout.write(json.dumps(create_app(settings).openapi(), indent=2, ensure_ascii=False) + "\n")


@app.command("new-key")
def print_new_key() -> None:
    """Print a fresh key for FIELDREEL_SECRET_KEYS."""
    typer.echo(_fresh_key())


def _fresh_key() -> str:
    from fieldreel.kit.crypto import new_key

    return new_key()


@app.command()
def demo(
    *,
    folder: Annotated[Path, typer.Option(help="Where the demo keeps its data")] = Path("var/demo"),
    fresh: Annotated[bool, typer.Option("--fresh", help="Start over: delete what the last run left")] = False,
    check_main_job: Annotated[
        bool, typer.Option("--check", help="Drive the main job once on a stack of its own, then stop")
    ] = False,
    file: Annotated[Path | None, typer.Option(help="With --check: the video to upload", exists=True)] = None,
    port: Annotated[int | None, typer.Option(help="Port of fieldreel")] = None,
    lms_port: Annotated[int | None, typer.Option(help="Port of the demo LMS")] = None,
    stream_port: Annotated[int | None, typer.Option(help="Port of the emulated Stream API")] = None,
    media_port: Annotated[int | None, typer.Option(help="Port of the emulated upload and delivery host")] = None,
) -> None:
    """Run everything on this machine: PostgreSQL, emulated Cloudflare Stream, a small LMS, and fieldreel."""
    if find_spec("av") is None:
        typer.echo("The demo's parts are not installed here; the production image leaves them out.", err=True)
        raise typer.Exit(1)
    from fieldreel.demo import Ports, run_check, run_demo

    if check_main_job:
        raise typer.Exit(run_check(file))
    wanted = {"app": port, "lms": lms_port, "stream_api": stream_port, "stream_media": media_port}
    named = {part: number for part, number in wanted.items() if number is not None}
    raise typer.Exit(run_demo(folder, fresh=fresh, ports=Ports(**named) if named else None))


@platform_app.command("add")
def add_platform(
    *,
    name: Annotated[str, typer.Option(help="What people here call it")],
    issuer: Annotated[str, typer.Option(help="Exactly as the LMS shows it; a trailing slash counts")],
    client_id: Annotated[str, typer.Option(help="As the LMS shows it")],
    authorization_url: Annotated[str, typer.Option(help="Authentication request URL")],
    token_url: Annotated[str, typer.Option(help="Access token URL")],
    jwks_url: Annotated[str, typer.Option(help="Public key set URL")],
    token_audience: Annotated[str | None, typer.Option(help="Where it differs from the token URL")] = None,
    frame_ancestor: Annotated[list[str] | None, typer.Option(help="Further origins that frame us")] = None,
    deployment_id: Annotated[list[str] | None, typer.Option(help="Deployments to approve at once")] = None,
) -> None:
    """Connect an LMS: store its registration, make our key pair, print what to paste into the LMS."""
    from fieldreel.platforms.schemas import NewPlatform

    new = NewPlatform(
        name=name,
        issuer=issuer,
        client_id=client_id,
        authorization_url=authorization_url,
        token_url=token_url,
        jwks_url=jwks_url,
        token_audience=token_audience,
        frame_ancestors=tuple(frame_ancestor or ()),
        deployment_ids=tuple(deployment_id or ()),
    )

    async def work(parts: "Parts") -> dict[str, Any]:
        added = await parts.platforms.add(new)
        base = parts.settings.public_url
        return {
            "registration": str(added.id),
            "paste_into_the_lms": {
                "Tool URL": f"{base}/lti/launch",
                "Initiate login URL": f"{base}/lti/login",
                "Redirection URI": f"{base}/lti/launch",
                "Public keyset URL": f"{base}/lti/jwks/{added.id}.json",
            },
            "approved_deployments": [one.deployment_id for one in added.deployments],
        }

    _show(_with_parts(work))


@platform_app.command("list")
def list_platforms() -> None:
    """List registrations with their deployments."""

    async def work(parts: "Parts") -> list[dict[str, Any]]:
        return [one.model_dump(mode="json", exclude={"keys"}) for one in await parts.platforms.list()]

    _show(_with_parts(work))


@platform_app.command("show")
def show_platform(registration: UUID) -> None:
    """Show one registration with deployments and public keys."""

    async def work(parts: "Parts") -> dict[str, Any]:
        return (await parts.platforms.show(registration)).model_dump(mode="json")

    _show(_with_parts(work))


@platform_app.command("approve")
def approve_deployment(registration: UUID, deployment_id: str) -> None:
    """Let a deployment launch. One that nobody approved shows a page that names it."""

    async def work(parts: "Parts") -> dict[str, Any]:
        return (await parts.platforms.approve(registration, deployment_id)).model_dump(mode="json", exclude={"keys"})

    _show(_with_parts(work))


@platform_app.command("block")
def block_deployment(registration: UUID, deployment_id: str) -> None:
    """Stop a deployment from launching."""

    async def work(parts: "Parts") -> dict[str, Any]:
        return (await parts.platforms.block(registration, deployment_id)).model_dump(mode="json", exclude={"keys"})

    _show(_with_parts(work))


@platform_app.command("enable")
def enable_platform(registration: UUID) -> None:
    """Let a disabled registration launch again."""
    _set_enabled(registration, enabled=True)


@platform_app.command("disable")
def disable_platform(registration: UUID) -> None:
    """Stop all launches of a registration; nothing is deleted."""
    _set_enabled(registration, enabled=False)


def _set_enabled(registration: UUID, *, enabled: bool) -> None:
    async def work(parts: "Parts") -> dict[str, Any]:
        changed = await parts.platforms.set_enabled(registration, enabled=enabled)
        return changed.model_dump(mode="json", exclude={"keys"})

    _show(_with_parts(work))


@stream_app.command("create-key")
def create_signing_key() -> None:
    """Make a playback signing key at Cloudflare and print its two settings. They are shown this once."""

    async def work(parts: "Parts") -> dict[str, str]:
        key = await parts.stream.create_signing_key()
        return {
            "FIELDREEL_STREAM__SIGNING_KEY_ID": key.id,
            "FIELDREEL_STREAM__SIGNING_KEY_PEM": key.pem,
        }

    _show(_with_parts(work, SetupSettings))


@stream_app.command("register-webhook")
def register_webhook(
    *,
    replace: Annotated[bool, typer.Option("--replace", help="Take the account's webhook from another system")] = False,
) -> None:
    """Subscribe to Stream's notifications and print the secret. An account has one webhook: another's is not taken."""

    async def work(parts: "Parts") -> dict[str, str]:
        ours = f"{parts.settings.public_url}/webhooks/stream"
        present = await parts.stream.get_webhook()
        if present is not None and present.url != ours and not replace:
            typer.echo(
                f"This account's only webhook belongs to {present.url}. Without one fieldreel polls, and videos appear "
                "up to a minute later. Add --replace to take it over.",
                err=True,
            )
            raise typer.Exit(1)
        subscription = present if present is not None and present.url == ours else await parts.stream.set_webhook(ours)
        return {"FIELDREEL_STREAM__WEBHOOK_SECRETS": subscription.secret or ""}

    _show(_with_parts(work, SetupSettings))
