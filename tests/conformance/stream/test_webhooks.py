"""Notices to the subscriber: signed, once, and in every way in which they go wrong."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from tests.conformance.stream.conftest import Stream, client_of, config_in, eventually

from fieldreel.emulators.stream import StreamEmulator
from fieldreel.emulators.stream.webhooks import signature

HOOK = "https://tool.example.edu/hooks/stream"


@dataclass
class Subscriber:
    """What our side of the webhook received."""

    got: list[tuple[dict, str, bytes]] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.got.append((json.loads(request.content), request.headers["Webhook-Signature"], request.content))
        return httpx.Response(200)

    async def has(self, count: int) -> None:
        await eventually(lambda: len(self.got) >= count)


@pytest.fixture
def subscriber() -> Subscriber:
    return Subscriber()


@pytest.fixture
async def hooked(tmp_path: Path, subscriber: Subscriber) -> AsyncIterator[Stream]:
    emulator = StreamEmulator(config_in(tmp_path / "stream"), webhook_transport=httpx.MockTransport(subscriber))
    async with client_of(emulator) as http:
        stream = Stream(emulator, http)
        await stream.result("PUT", "stream/webhook", json={"notificationUrl": HOOK})
        yield stream
    await emulator.aclose()


def is_signed(secret: str, header: str, body: bytes) -> bool:
    parts = dict(part.split("=", 1) for part in header.split(","))
    return hmac.new(secret.encode(), f"{parts['time']}.".encode() + body, hashlib.sha256).hexdigest() == parts["sig1"]


def test_the_signature_of_a_known_body():
    body = (
        b'{"uid":"0123456789abcdef0123456789abcdef","readyToStream":true,"status":{"state":"ready","pctComplete":"100.000000"},'
        b'"modified":"2026-11-22T10:00:05.120000Z"}'
    )
    expected = "time=1795341605,sig1=05bfcaf96f4b96112fb90c1ae53c0cbc2210cfa0b4779538616f166400afdf6d"
    assert signature("whsec-fieldreel-test", 1795341605, body) == expected


async def test_ready_and_error_are_announced_with_the_video_object(hooked, subscriber, sample):
    secret = (await hooked.result("GET", "stream/webhook"))["secret"]
    ready, failed = await hooked.upload(sample), await hooked.upload(b"no film" * 100)
    await subscriber.has(2)
    states = {body["uid"]: body["status"]["state"] for body, _, _ in subscriber.got}
    assert states == {ready: "ready", failed: "error"}
    assert all(is_signed(secret, header, raw) for _, header, raw in subscriber.got)
    sent = next(body for body, _, _ in subscriber.got if body["uid"] == ready)
    assert sent == await hooked.result("GET", f"stream/{ready}")


async def test_another_url_brings_another_secret(hooked):
    first = await hooked.result("GET", "stream/webhook")
    again = await hooked.result("PUT", "stream/webhook", json={"notificationUrl": HOOK})
    other = await hooked.result("PUT", "stream/webhook", json={"notificationUrl": HOOK + "/2"})
    assert first["secret"] == again["secret"] != other["secret"]
    for body in ({}, {"notificationUrl": "ftp://x.org/"}, {"notificationUrl": "hook"}):
        assert (await hooked.http.put("stream/webhook", json=body)).status_code == 400


async def test_a_notice_can_carry_a_foreign_signature(hooked, subscriber, sample):
    hooked.emulator.switches.webhook_bad_signature = True
    await hooked.upload(sample)
    await subscriber.has(1)
    secret = (await hooked.result("GET", "stream/webhook"))["secret"]
    assert not is_signed(secret, subscriber.got[0][1], subscriber.got[0][2])


async def test_a_notice_can_come_twice(hooked, subscriber, sample):
    hooked.emulator.switches.webhook_duplicate = True
    uid = await hooked.upload(sample)
    await subscriber.has(2)
    assert [body["uid"] for body, _, _ in subscriber.got] == [uid, uid]


async def test_a_notice_can_be_overtaken(hooked, subscriber, sample):
    hooked.emulator.switches.webhook_reorder = True
    first = await hooked.upload(sample)
    await hooked.settled(first)
    second = await hooked.upload(sample)
    await subscriber.has(2)
    assert [body["uid"] for body, _, _ in subscriber.got] == [second, first]


async def test_a_notice_can_be_dropped(hooked, subscriber, sample):
    hooked.emulator.switches.webhook_drop = True
    uid = await hooked.upload(sample)
    await hooked.settled(uid)
    await eventually(lambda: bool(hooked.emulator.core.webhooks.sent))
    sent = (await hooked.emu("state"))["webhooks_sent"]
    assert sent == [{"uid": uid, "outcome": "dropped on order"}]
    assert subscriber.got == []


async def test_a_notice_can_come_late(hooked, subscriber, sample):
    hooked.emulator.switches.webhook_delay_seconds = 0.3
    await hooked.settled(await hooked.upload(sample))
    assert subscriber.got == []
    await subscriber.has(1)


async def test_after_unsubscribing_nothing_comes(hooked, subscriber, sample):
    await hooked.result("DELETE", "stream/webhook")
    await hooked.settled(await hooked.upload(sample))
    await asyncio.sleep(0.05)
    assert subscriber.got == []
