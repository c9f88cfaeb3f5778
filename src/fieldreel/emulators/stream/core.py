"""The parts that both hosts of the emulator share."""

import asyncio
from dataclasses import dataclass, field

import httpx
from cryptography.hazmat.primitives.asymmetric import rsa

from fieldreel.emulators.stream import tokens
from fieldreel.emulators.stream.config import StreamEmulatorConfig, Switches
from fieldreel.emulators.stream.encoder import Encoder
from fieldreel.emulators.stream.faults import Faults
from fieldreel.emulators.stream.library import Library
from fieldreel.emulators.stream.ratelimit import RateLimiter
from fieldreel.emulators.stream.webhooks import AccountFile, Key, Webhooks
from fieldreel.kit.clock import ShiftedClock


@dataclass
class Core:
    """One account: its record, its videos, its encoder, and the switches over all of it."""

    config: StreamEmulatorConfig
    clock: ShiftedClock
    switches: Switches
    faults: Faults
    library: Library
    file: AccountFile
    webhooks: Webhooks
    encoder: Encoder
    limiter: RateLimiter
    writing: set[str] = field(default_factory=set)
    _public: dict[str, rsa.RSAPublicKey] = field(default_factory=dict)

    @classmethod
    def build(
        cls, config: StreamEmulatorConfig, clock: ShiftedClock, webhook_transport: httpx.AsyncBaseTransport | None
    ) -> "Core":
        """Put the parts together over what the folder holds."""
        switches = Switches.of(config)
        library = Library(config, switches, clock)
        file = AccountFile(config.folder)
        webhooks = Webhooks(file, switches, clock, webhook_transport)
        return cls(
            config=config,
            clock=clock,
            switches=switches,
            faults=Faults(),
            library=library,
            file=file,
            webhooks=webhooks,
            encoder=Encoder(config, switches, clock, library, webhooks),
            limiter=RateLimiter(config.rate_limit_window_seconds, switches, clock),
        )

    async def make_key(self, *, hidden: bool = False) -> tokens.KeyPair:
        """Make and keep a signing key."""
        pair = await tokens.new_key(self.library.new_id())
        self.file.account.keys[pair.id] = Key(id=pair.id, pem=pair.pem, created=self.clock.now(), hidden=hidden)
        self.file.save()
        return pair

    async def public_keys(self) -> dict[str, rsa.RSAPublicKey]:
        """The keys that may sign tokens now, each parsed once (a PEM costs 40 ms)."""
        keys = self.file.account.keys
        for gone in self._public.keys() - keys.keys():
            del self._public[gone]
        for key in [key for key in keys.values() if key.id not in self._public]:
            self._public[key.id] = await asyncio.to_thread(tokens.public_key, key.pem)
        return self._public

    async def reset(self) -> None:
        """Forget everything: videos, keys, subscription, faults, switches, calls and the clock's offset."""
        await self.encoder.stop()
        self.library.clear()
        self.file.clear()
        self.webhooks.clear()
        self.faults.clear()
        for name, value in Switches.of(self.config):
            setattr(self.switches, name, value)
        self.clock.offset *= 0
        self.limiter.reset()
