"""What is measured in a round."""

import asyncio
import os
import re
import shutil
import time
from collections.abc import Sequence
from uuid import UUID

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from tests.bench.generator import Answer, BadAnswer, Generator
from tests.bench.platform import Platform
from tests.bench.processes import Server
from tests.bench.targets import Fieldreel, Target, launch_requests, login_requests

_SETTLE_SECONDS = 0.03  # log lines and connections that end after the answer
_SIGN_LINE = re.compile(r"^\+R1:(\d+):2048:([\d.]+)$", re.MULTILINE)


async def launches(target: Target, platform: Platform, people: Sequence[int]) -> tuple[float, float]:
    """CPU seconds per login and per launch. The id tokens are signed in between, unmeasured."""
    login_cost, answers = await _measured(target.server, login_requests(platform, people))
    logins = [target.read_login(answer) for answer in answers]
    if len({login.state for login in logins}) != len(people):
        raise BadAnswer("a state was given twice")
    launch_cost, answers = await _measured(target.server, launch_requests(platform, people, logins))
    for answer in answers:
        target.check_launch(answer)
    return login_cost, launch_cost


async def playback(target: Target, videos: Sequence[UUID]) -> float:
    """CPU seconds per playback token.

    Raises:
        BadAnswer: not as many different tokens as different videos.
    """
    cost, answers = await _measured(target.server, [target.playback_request(video) for video in videos])
    tokens = {target.read_token(answer) for answer in answers}
    if len(tokens) != len(set(videos)):
        raise BadAnswer(f"{len(tokens)} tokens for {len(set(videos))} videos")
    return cost


async def one_by_one(target: Fieldreel, platform: Platform, people: Sequence[int]) -> list[Answer]:
    """Whole launches over one connection, one request at a time, so that the server needs one connection as well."""
    async with Generator(target.server.port, connections=1) as generator:
        logins = [target.read_login(answer) for answer in await generator.run(login_requests(platform, people))]
        answers = await generator.run(launch_requests(platform, people, logins))
    for answer in answers:
        target.check_launch(answer)
    return answers


async def signatures_per_second(core: int) -> float:
    """RSA-2048 signatures per CPU second on `core`: the limit that no server of tokens can pass."""
    openssl = shutil.which("openssl")
    if openssl is None:
        return _own_signatures_per_second(core)
    process = await asyncio.create_subprocess_exec(
        openssl, "speed", "-mr", "-seconds", "1", "rsa2048", stdout=-1, stderr=-1
    )
    os.sched_setaffinity(process.pid, {core})
    output, _ = await process.communicate()
    found = _SIGN_LINE.search(output.decode())
    if found is None:
        return _own_signatures_per_second(core)
    return int(found[1]) / float(found[2])


def _own_signatures_per_second(core: int) -> float:
    key = rsa.generate_private_key(65537, 2048)
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        started, count = time.thread_time(), 0
        while (taken := time.thread_time() - started) < 1:
            key.sign(b"x" * 200, padding.PKCS1v15(), hashes.SHA256())
            count += 1
    finally:
        os.sched_setaffinity(0, before)
    return count / taken


async def _measured(server: Server, requests: Sequence[bytes]) -> tuple[float, list[Answer]]:
    """CPU seconds per request, and the answers."""
    async with Generator(server.port) as generator:
        await asyncio.sleep(_SETTLE_SECONDS)
        before = server.cpu_seconds
        answers = await generator.run(requests)
        await asyncio.sleep(_SETTLE_SECONDS)
        spent = server.cpu_seconds - before
    return spent / len(requests), answers
