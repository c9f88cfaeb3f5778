"""A platform that signs whatever it is told to, and the same rules that our settings give the real one."""

import json
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from fieldreel.lti import claims
from fieldreel.lti.launch import ResourceLinkLaunch, validate_id_token
from fieldreel.lti.platform import RegisteredPlatform

NOW = datetime(2026, 3, 2, 9, 0, 0, tzinfo=UTC)
TOOL = "https://video.example.edu"
INSTRUCTOR = "http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor"
LEARNER = "http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"
MISSING = object()


class SigningPlatform:
    """Holds a key pair; `token()` is a good resource link launch until a claim is overridden."""

    kid = "platform-key-1"

    def __init__(self) -> None:
        self.private_key = rsa.generate_private_key(65537, 2048)
        self.public_key = self.private_key.public_key()
        self.registered = RegisteredPlatform(
            registration_id=uuid.UUID(int=7),
            issuer="https://lms.example.edu",
            client_id="client-1",
            authorization_url="https://lms.example.edu/auth",
            token_url="https://lms.example.edu/token",
            jwks_url="https://lms.example.edu/jwks",
        )

    def jwk(self, **overrides: Any) -> dict[str, Any]:
        jwk = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.public_key))
        del jwk["key_ops"]
        return {**jwk, "kid": self.kid, "alg": "RS256", "use": "sig", **overrides}

    def body(self, **overrides: Any) -> dict[str, Any]:
        now = int(NOW.timestamp())
        body = {
            "iss": self.registered.issuer,
            "aud": self.registered.client_id,
            "sub": "ada",
            "iat": now,
            "exp": now + 60,
            "nonce": "nonce-1",
            "name": "Ada Lovelace",
            "email": "ada@example.edu",
            claims.VERSION: "1.3.0",
            claims.MESSAGE_TYPE: "LtiResourceLinkRequest",
            claims.DEPLOYMENT_ID: "1",
            claims.TARGET_LINK_URI: f"{TOOL}/lti/launch",
            claims.ROLES: [LEARNER],
            claims.RESOURCE_LINK: {"id": "link-1", "title": "Present yourself"},
            claims.CONTEXT: {"id": "course-1", "label": "FILM101", "title": "Film for beginners"},
            **overrides,
        }
        return {name: value for name, value in body.items() if value is not MISSING}

    def token(
        self, *, header: dict[str, Any] | None = None, key: Any = None, alg: str = "RS256", **overrides: Any
    ) -> str:
        headers = {"kid": self.kid, **(header or {})}
        return jwt.encode(self.body(**overrides), key or self.private_key, algorithm=alg, headers=headers)


@pytest.fixture(scope="session")
def lms() -> SigningPlatform:
    return SigningPlatform()


@pytest.fixture
def validate(lms: SigningPlatform) -> Callable[..., ResourceLinkLaunch]:
    """Validate a token, or the token that comes of overriding claims."""

    def run(token: str | None = None, /, **overrides: Any) -> ResourceLinkLaunch:
        return validate_id_token(
            token or lms.token(**overrides), platform=lms.registered, key=lms.public_key, tool_origin=TOOL, now=NOW
        )

    return run
