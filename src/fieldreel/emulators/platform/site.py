"""`Site`: the parts of the LMS put together, and who is signed in."""

import hashlib
from datetime import timedelta
from typing import Annotated

import httpx
from fastapi import Depends, Request

from fieldreel.emulators.platform.config import DemoLmsConfig
from fieldreel.emulators.platform.faults import Faults
from fieldreel.emulators.platform.gradebook import Gradebook
from fieldreel.emulators.platform.keys import KeyRing
from fieldreel.emulators.platform.launches import Launches, SignedIn
from fieldreel.emulators.platform.overrides import LaunchOverrides
from fieldreel.emulators.platform.service_tokens import ServiceTokens
from fieldreel.emulators.platform.state import Store
from fieldreel.emulators.platform.world import Person, World
from fieldreel.kit import ids
from fieldreel.kit.clock import ShiftedClock


class Site:
    """Everything of the LMS but its routes."""

    def __init__(self, config: DemoLmsConfig, transport: httpx.AsyncBaseTransport | None) -> None:
        self.config = config
        self.world = World(config.tool)
        self.store = Store(config.folder, self.world)
        self.clock = ShiftedClock(timedelta(seconds=self.store.state.clock_offset_seconds))
        self.keys = KeyRing(self.store)
        self.gradebook = Gradebook(config, self.world, self.store, self.clock)
        self.overrides = LaunchOverrides()
        self.faults = Faults()
        self.tokens = ServiceTokens(config, self.store, self.clock, transport)
        self.launches = Launches(config, self.world, self.store, self.clock, self.keys, self.gradebook, self.overrides)

    def sign_in(self, person: Person) -> str:
        """Open a session and return the value of its cookie."""
        cookie = ids.secret()
        self.store.state.sessions[_session_id(cookie)] = person.key
        self.store.save()
        return cookie

    def sign_out(self, cookie: str) -> None:
        """End the session of that cookie, if there is one."""
        self.store.state.sessions.pop(_session_id(cookie), None)
        self.store.save()

    def signed_in(self, cookie: str | None) -> SignedIn | None:
        """Who that cookie belongs to."""
        session = _session_id(cookie or "")
        key = self.store.state.sessions.get(session)
        return SignedIn(session, self.world.people[key]) if key else None

    def move_clock(self, offset: timedelta) -> None:
        """Set how far this LMS's clock is off; kept over a restart."""
        self.clock.offset = offset
        self.store.state.clock_offset_seconds = offset.total_seconds()
        self.store.save()

    def reset(self) -> None:
        """Back to the first day and the right time, with the same keys: no grades, sessions, faults or overrides."""
        self.store.reset()
        self.clock.offset = timedelta(0)
        self.faults.waiting.clear()
        self.overrides.queue.clear()


def _session_id(cookie: str) -> str:
    return hashlib.sha256(cookie.encode()).hexdigest()


def _site(request: Request) -> Site:
    site = request.app.state.lms
    assert isinstance(site, Site)
    return site


Lms = Annotated[Site, Depends(_site)]
