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
    yield await _playback_key(parts)
    yield await _webhook(parts)
    yield await _platforms(parts)


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


async def _playback_key(parts: Parts) -> Result:
    stream = parts.settings.stream
    if not stream.signing_key_id or not stream.signing_key_pem.get_secret_value():
        meaning = "missing: each view costs an API call. Make one with `fieldreel stream create-key`"
        return Result("Playback key", good=False, meaning=meaning)
    try:
        known = {key.id for key in await parts.stream.list_signing_keys()}
    except FieldreelError as error:
        return Result("Playback key", good=False, meaning=error.detail)
    if stream.signing_key_id not in known:
        meaning = "Cloudflare does not have it: no video can be played. Make a new one: `fieldreel stream create-key`"
        return Result("Playback key", good=False, meaning=meaning)
    return Result("Playback key", good=True, meaning="playback is signed here, and Cloudflare knows the key")


async def _platforms(parts: Parts) -> Result:
    try:
        names = [platform.name for platform in await parts.platforms.list()]
    except FieldreelError as error:
        return Result("Platforms", good=False, meaning=error.detail)
    except Exception as error:  # noqa: BLE001 - a database without our tables
        return Result("Platforms", good=False, meaning=f"unknown ({type(error).__name__}). Run `fieldreel migrate`")
    meaning = ", ".join(names) or "none yet. Connect an LMS with `fieldreel platform add`"
    return Result("Platforms", bool(names), meaning)


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
