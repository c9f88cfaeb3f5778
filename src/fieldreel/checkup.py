"""`fieldreel check`: is everything that we depend on there, and what to do if it is not, in words."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from alembic.script import ScriptDirectory

from fieldreel.db import alembic_config
from fieldreel.errors import FieldreelError
from fieldreel.parts import Parts
from fieldreel.stream.errors import StreamUnauthorized

_REVISION = "SELECT version_num FROM alembic_version"


@dataclass(frozen=True, slots=True)
class Result:
    """One thing that was tested."""

    what: str
    good: bool
    meaning: str


async def checkup(parts: Parts) -> list[Result]:
    """Test everything; one failing test never stops the next."""
    return [result async for result in _results(parts)]


async def _results(parts: Parts) -> AsyncIterator[Result]:
    yield await _database(parts)
    yield await _storage(parts)
    key = bool(parts.settings.stream.signing_key_id)
    yield Result(
        "Playback key",
        key,
        "set; playback is signed here"
        if key
        else "missing: each view costs an API call. `fieldreel stream create-key`",
    )
    yield await _webhook(parts)
    platforms = await parts.platforms.list()
    yield Result(
        "Platforms",
        bool(platforms),
        ", ".join(one.name for one in platforms) or "none yet. Connect an LMS with `fieldreel platform add`",
    )


async def _database(parts: Parts) -> Result:
    wanted = ScriptDirectory.from_config(alembic_config("")).get_current_head()
    try:
        row = await parts.database.fetchrow(_REVISION)
    except FieldreelError:
        return Result("Database", good=False, meaning="PostgreSQL does not answer. Check FIELDREEL_DATABASE_URL")
    except Exception as error:  # noqa: BLE001 - whatever it is, the table is not there
        return Result("Database", good=False, meaning=f"no schema ({type(error).__name__}). Run `fieldreel migrate`")
    if row is None or row["version_num"] != wanted:
        return Result("Database", good=False, meaning="the schema is old. Run `fieldreel migrate`")
    return Result("Database", good=True, meaning="answers and has the newest schema")


async def _storage(parts: Parts) -> Result:
    try:
        usage = await parts.stream.storage_usage()
    except StreamUnauthorized:
        meaning = "Cloudflare refuses the token. It needs the permission Stream: Edit on this account"
        return Result("Cloudflare", good=False, meaning=meaning)
    except FieldreelError as error:
        return Result("Cloudflare", good=False, meaning=error.detail)
    if not usage.limit_minutes:
        meaning = "the token works, but no storage is bought: every upload will be refused"
        return Result("Cloudflare", good=False, meaning=meaning)
    used = f"{usage.used_minutes:.0f} of {usage.limit_minutes:.0f} minutes stored"
    return Result("Cloudflare", good=True, meaning=f"the token works; {used}")


async def _webhook(parts: Parts) -> Result:
    ours = f"{parts.settings.public_url}/webhooks/stream"
    try:
        present = await parts.stream.get_webhook()
    except FieldreelError as error:
        return Result("Webhook", good=False, meaning=error.detail)
    if present is None:
        return Result(
            "Webhook", good=True, meaning="none; we poll. `fieldreel stream register-webhook` makes it quicker"
        )
    if present.url != ours:
        return Result("Webhook", good=True, meaning=f"belongs to {present.url}; we poll instead")
    known = bool(parts.settings.stream.webhook_secrets)
    return Result("Webhook", known, "ours" if known else "ours, but its secret is not set: notifications are refused")
