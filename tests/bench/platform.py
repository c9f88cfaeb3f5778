"""A platform for the bench: its key, its key set over HTTP, and id tokens shaped like Moodle's (3.1 kB)."""

import asyncio
import json
import time
from types import TracebackType
from typing import Any, Self

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT_ID = "Ab3dE5fG7hI9jKl"
DEPLOYMENT_ID = "3"
KID = "f1e7d2a98b5c4d3e6f70"
COURSES = 20
_IMS = "https://purl.imsglobal.org/spec"
_VOCABULARY = "http://purl.imsglobal.org/vocab/lis/v2"


class Platform:
    """Listens on loopback; counts every request that reaches it, whatever its path. A context manager."""

    def __init__(self) -> None:
        self.requests = 0
        self._private_key = rsa.generate_private_key(65537, 2048)
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()

    @property
    def issuer(self) -> str:
        """Where it is."""
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    @property
    def public_key(self) -> rsa.RSAPublicKey:
        """What its id tokens verify with."""
        return self._private_key.public_key()

    def registration(self) -> dict[str, Any]:
        """What an administrator would copy from it."""
        return {
            "name": "Bench",
            "issuer": self.issuer,
            "client_id": CLIENT_ID,
            "authorization_url": f"{self.issuer}/mod/lti/auth.php",
            "token_url": f"{self.issuer}/mod/lti/token.php",
            "jwks_url": f"{self.issuer}/mod/lti/certs.php",
            "deployment_ids": (DEPLOYMENT_ID,),
        }

    def initiation(self, person: int, tool_url: str) -> dict[str, str]:
        """The parameters of a login initiation, as Moodle sends them."""
        return {
            "iss": self.issuer,
            "target_link_uri": f"{tool_url}/lti/launch",
            "login_hint": str(person),
            "lti_message_hint": json.dumps({"cmid": 4711, "launchid": f"ltilaunch{person}_5bd1"}),
            "client_id": CLIENT_ID,
            "lti_deployment_id": DEPLOYMENT_ID,
        }

    def id_token(self, nonce: str, person: int, tool_url: str) -> str:
        """A launch of `person` by its resource link."""
        headers = {"kid": KID}
        return jwt.encode(self._claims(nonce, person, tool_url), self._private_key, algorithm="RS256", headers=headers)

    def _claims(self, nonce: str, person: int, tool_url: str) -> dict[str, Any]:
        now, course = int(time.time()), person % COURSES
        services = f"{self.issuer}/mod/lti/services.php"
        return {
            "nonce": nonce,
            "iat": now,
            "exp": now + 60,
            "iss": self.issuer,
            "aud": CLIENT_ID,
            f"{_IMS}/lti/claim/deployment_id": DEPLOYMENT_ID,
            f"{_IMS}/lti/claim/target_link_uri": f"{tool_url}/lti/launch",
            "sub": str(person),
            f"{_IMS}/lti/claim/roles": [
                f"{_VOCABULARY}/membership#Learner",
            ],
            f"{_IMS}/lti/claim/context": {
                "id": str(course),
                "label": f"FILM{course}",
                "title": f"Film for beginners, group {course}",
                "type": ["CourseSection"],
            },
            f"{_IMS}/lti/claim/message_type": "LtiResourceLinkRequest",
            f"{_IMS}/lti/claim/resource_link": {
                "title": "Present yourself",
                "id": str(100 + course),
            },
            "given_name": "Ada",
            "family_name": f"Lovelace {person}",
            "name": f"Ada Lovelace {person}",
            "email": f"ada{person}@students.example.edu",
            f"{_IMS}/lti/claim/ext": {"user_username": f"ada{person}", "lms": "moodle-2"},
            f"{_IMS}/lti/claim/launch_presentation": {
                "locale": "en",
                "document_target": "iframe",
                "return_url": f"{self.issuer}/mod/lti/return.php?course={course}&launch_container=3&instanceid=7"
                "&sesskey=kT0aGJ2Xr1",
            },
            f"{_IMS}/lti/claim/tool_platform": {
                "product_family_code": "moodle",
                "version": "2024100706",
                "guid": "moodle.example.edu",
                "name": "Example University",
            },
            f"{_IMS}/lti/claim/version": "1.3.0",
            f"{_IMS}/lti-ags/claim/endpoint": {
                "scope": [
                    f"{_IMS}/lti-ags/scope/lineitem",
                    f"{_IMS}/lti-ags/scope/result.readonly",
                    f"{_IMS}/lti-ags/scope/score",
                ],
                "lineitems": f"{services}/{course}/lineitems?type_id=3",
                "lineitem": f"{services}/{course}/lineitems/{100 + course}/lineitem?type_id=3",
            },
            f"{_IMS}/lti-nrps/claim/namesroleservice": {
                "context_memberships_url": f"{services}/CourseSection/{course}/bindings/3/memberships",
                "service_versions": ["1.0", "2.0"],
            },
        }

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                self.requests += 1
                body = self._key_set()
                head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
                writer.write(head.encode() + body)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    def _key_set(self) -> bytes:
        jwk = jwt.algorithms.RSAAlgorithm.to_jwk(self.public_key, as_dict=True)
        return json.dumps({"keys": [{**jwk, "kid": KID, "use": "sig", "alg": "RS256"}]}).encode()
