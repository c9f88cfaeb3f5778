"""The parsed private key of each registration: opened and parsed once, away from the event loop."""

import asyncio
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from fieldreel.db import Begin
from fieldreel.kit.clock import Clock
from fieldreel.kit.crypto import Sealer
from fieldreel.lti.tool_keys import SigningKey, load_signing_key
from fieldreel.platforms import queries
from fieldreel.platforms.errors import RegistrationNotFound

TTL: Final = timedelta(minutes=10)  # how long a replica goes on signing with a key that was rotated elsewhere


class ToolKeyring:
    """One process's signing keys (`fieldreel.lti.service_tokens.Keyring`)."""

    def __init__(self, begin: Begin, sealer: Sealer, clock: Clock) -> None:
        self._begin = begin
        self._sealer = sealer
        self._clock = clock
        self._keys: dict[UUID, tuple[SigningKey, datetime]] = {}
        self._lock = asyncio.Lock()

    async def signing_key(self, registration_id: UUID) -> SigningKey:
        """The active key of a registration.

        Raises:
            RegistrationNotFound: it has none.
            SealBroken: none of our secret keys opens it.
        """
        async with self._lock:
            known = self._keys.get(registration_id)
            if known is not None and self._clock.now() < known[1]:
                return known[0]
            async with self._begin() as session:
                row = await queries.get_active_key(session, registration_id)
            if row is None:
                raise RegistrationNotFound
            if known is not None and known[0].kid == row.kid:
                key = known[0]
            else:
                key = await load_signing_key(self._sealer.open(row.private_key_sealed))
            self._keys[registration_id] = (key, self._clock.now() + TTL)
            return key
