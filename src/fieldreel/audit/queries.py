"""Statements of the audit log."""

from typing import Any

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from fieldreel.audit.models import AuditEvent

_INSERT = insert(AuditEvent)


async def insert_event(session: AsyncSession, **values: Any) -> None:
    """Append one row. Core insert: an append-only row needs no unit of work."""
    await session.execute(_INSERT, values)
