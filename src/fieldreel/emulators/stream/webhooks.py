"""Signed notices to the account's one subscriber, and the ways in which they go wrong."""

import asyncio
import hashlib
import hmac
import json
import logging
import secrets
from collections import deque
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
from pydantic import BaseModel, Field

from fieldreel.emulators.stream.config import Switches
from fieldreel.kit.clock import Clock

log = logging.getLogger("fieldreel.emulators.stream")


class Subscription(BaseModel):
    """Where notices go and what they are signed with."""

    notification_url: str
    secret: str
    modified: datetime


class Key(BaseModel):
    """A signing key of the account; the hidden one signs what `POST …/token` gives without a key."""

    id: str
    pem: str
    created: datetime
    hidden: bool = False


class Account(BaseModel):
    """What the account holds beside videos: signing keys and the webhook subscription."""

    keys: dict[str, Key] = Field(default_factory=dict)
    subscription: Subscription | None = None


class AccountFile:
    """The account's record on disk, private to its owner."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "account.json"
        self.account = Account.model_validate_json(self._path.read_bytes()) if self._path.exists() else Account()

    def save(self) -> None:
        """Write the record."""
        fresh = self._path.with_suffix(".new")
        fresh.touch(mode=0o600)
        fresh.write_text(self.account.model_dump_json(), encoding="utf-8")
        fresh.replace(self._path)

    def clear(self) -> None:
        """Forget keys and subscription."""
        self.account = Account()
        self.save()


def subscribe(account: Account, url: str, now: datetime) -> Subscription:
    """Set the one subscription; another URL brings another secret."""
    old = account.subscription
    secret = old.secret if old and old.notification_url == url else secrets.token_hex(16)
    account.subscription = Subscription(notification_url=url, secret=secret, modified=now)
    return account.subscription


def signature(secret: str, at: int, body: bytes) -> str:
    """The value of `Webhook-Signature`: HMAC-SHA256 over the time, a dot and the raw body."""
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"time={at},sig1={digest}"


class Webhooks:
    """Sends each notice once, without a retry: Cloudflare promises none."""

    def __init__(
        self, file: AccountFile, switches: Switches, clock: Clock, transport: httpx.AsyncBaseTransport | None
    ) -> None:
        self._file, self._switches, self._clock, self._transport = file, switches, clock, transport
        self._tasks: set[asyncio.Task[None]] = set()
        self._held: list[dict[str, Any]] = []
        self.sent: deque[dict[str, Any]] = deque(maxlen=200)

    def announce(self, video: dict[str, Any]) -> None:
        """Send the video object to the subscriber, as the switches have it."""
        if self._file.account.subscription is None:
            return
        if self._switches.webhook_drop:
            self.sent.append({"uid": video["uid"], "outcome": "dropped on order"})
            return
        if self._switches.webhook_reorder and not self._held:
            self._held.append(video)
            return
        bodies = [video, *self._held]
        self._held.clear()
        task = asyncio.create_task(self._send(bodies * (2 if self._switches.webhook_duplicate else 1)))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _send(self, videos: list[dict[str, Any]]) -> None:
        await asyncio.sleep(self._switches.webhook_delay_seconds)
        async with httpx.AsyncClient(transport=self._transport, timeout=10.0, trust_env=False) as client:
            for video in videos:
                subscription = self._file.account.subscription
                if subscription is None:
                    return
                body = json.dumps(video, separators=(",", ":")).encode()
                secret = "somebody-else" if self._switches.webhook_bad_signature else subscription.secret
                at = int(self._clock.now().timestamp())
                headers = {"Content-Type": "application/json", "Webhook-Signature": signature(secret, at, body)}
                try:
                    answer = await client.post(subscription.notification_url, content=body, headers=headers)
                    outcome = str(answer.status_code)
                except httpx.HTTPError as failure:
                    outcome = type(failure).__name__
                self.sent.append({"uid": video["uid"], "state": video["status"]["state"], "outcome": outcome})
                log.info("webhook for %s to %s: %s", video["uid"], subscription.notification_url, outcome)

    def clear(self) -> None:
        """Forget what was held back and what was sent."""
        self._held.clear()
        self.sent.clear()

    async def aclose(self) -> None:
        """Stop sending."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
