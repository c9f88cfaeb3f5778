"""The two sides of each comparison, fieldreel and the floor, behind one face."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol
from urllib.parse import parse_qsl, urlencode, urlsplit
from uuid import UUID

from tests.bench.generator import Answer, BadAnswer, form_post, request
from tests.bench.platform import Platform
from tests.bench.processes import Server

TOOL: Final = "https://video.example.edu"
_BLOCK = re.compile(rb'<script type="application/json" id="([\w-]+)">(.*?)</script>', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Login:
    """What a browser holds after the first step of a launch."""

    state: str
    nonce: str
    cookie: str


class Target(Protocol):
    """A server that takes launches and hands out playback tokens."""

    server: Server

    def read_login(self, answer: Answer) -> Login:
        """Check the answer to a login initiation and take out what the launch needs."""
        ...

    def check_launch(self, answer: Answer) -> None:
        """Make sure that the launch was accepted."""
        ...

    def playback_request(self, video_id: UUID) -> bytes:
        """Ask for a playback token."""
        ...

    def read_token(self, answer: Answer) -> str:
        """Check the answer and take out the playback token."""
        ...


class Fieldreel:
    """`fieldreel serve`."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.session_token = ""

    def read_login(self, answer: Answer) -> Login:
        """The page that goes on to the platform."""
        block = _json_block(answer.require(200), "login")
        return _login(block["url"], answer.cookie)

    def check_launch(self, answer: Answer) -> None:
        """The shell of the app, with a session token in it."""
        self.config(answer)

    def config(self, answer: Answer) -> Mapping[str, Any]:
        """What the shell tells the app."""
        config = _json_block(answer.require(200), "fieldreel-config")
        if not config["session_token"]:
            raise BadAnswer(f"no session token: {config}")
        return config

    def playback_request(self, video_id: UUID) -> bytes:
        """With the session token of a real launch."""
        headers = {"Authorization": f"Bearer {self.session_token}"}
        return request("POST", f"/api/v1/videos/{video_id}/playback", headers)

    def read_token(self, answer: Answer) -> str:
        """From the JSON document."""
        return str(json.loads(answer.require(200).body)["token"])


class Floor:
    """`python -m tests.bench.floors`."""

    def __init__(self, server: Server, session_token: str) -> None:
        self.server = server
        self._session_token = session_token

    def read_login(self, answer: Answer) -> Login:
        """A redirection to the platform."""
        return _login(answer.require(302).header("location"), answer.cookie)

    def check_launch(self, answer: Answer) -> None:
        """A redirection into the app, with a session cookie."""
        if not answer.require(303).cookie.startswith("session="):
            raise BadAnswer(f"no session: {answer.head!r}")

    def playback_request(self, video_id: UUID) -> bytes:
        """With a bearer token of its own."""
        return request("POST", f"/videos/{video_id}/playback", {"Authorization": f"Bearer {self._session_token}"})

    def read_token(self, answer: Answer) -> str:
        """From the JSON document."""
        return str(json.loads(answer.require(200).body)["token"])


def login_requests(platform: Platform, people: Sequence[int]) -> list[bytes]:
    """One login initiation per person."""
    return [request("GET", f"/lti/login?{urlencode(platform.initiation(person, TOOL))}") for person in people]


def launch_requests(platform: Platform, people: Sequence[int], logins: Sequence[Login]) -> list[bytes]:
    """The platform's answers to these logins, signed here and now."""
    return [
        form_post(
            "/lti/launch",
            {"state": login.state, "id_token": platform.id_token(login.nonce, person, TOOL)},
            {"Cookie": login.cookie, "Origin": platform.issuer},
        )
        for person, login in zip(people, logins, strict=True)
    ]


def _login(authentication_url: str, cookie: str) -> Login:
    asked = dict(parse_qsl(urlsplit(authentication_url).query))
    if not cookie or "state" not in asked or "nonce" not in asked:
        raise BadAnswer(f"not an authentication request: {authentication_url} with {cookie!r}")
    return Login(asked["state"], asked["nonce"], cookie)


def _json_block(answer: Answer, name: str) -> dict[str, Any]:
    for found, text in _BLOCK.findall(answer.body):
        if found == name.encode():
            block: dict[str, Any] = json.loads(text)
            return block
    raise BadAnswer(f"no block {name}: {answer.body[:600]!r}")
