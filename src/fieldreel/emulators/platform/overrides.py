"""Launches that are wrong on purpose: what `/__lms/launch_overrides` changes in the next id token or its form."""

import base64
import hashlib
import hmac
import json
from typing import Any, Literal

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from pydantic import BaseModel, ConfigDict, Field

from fieldreel.emulators.platform.keys import KeyRing


class LaunchOverride(BaseModel):
    """One hostile change, for the next `times` launches.

    `claims` are set and `remove` taken out (after `age_seconds` has moved `iat` and `exp` into the past). `header` sets
    header fields, null removes one. `key` "stranger" signs with a key that is not in the key set, under the real kid.
    `form` sets fields of the posted form, null removes one (an error answer: `{"id_token": null, "error":
    "login_required"}`).
    """

    model_config = ConfigDict(extra="forbid")

    claims: dict[str, Any] = Field(default_factory=dict)
    remove: list[str] = Field(default_factory=list)
    age_seconds: int = 0
    header: dict[str, Any] = Field(default_factory=dict)
    key: Literal["platform", "stranger"] = "platform"
    algorithm: Literal["RS256", "RS512", "HS256", "none"] = "RS256"
    form: dict[str, str | None] = Field(default_factory=dict)
    times: int = Field(default=1, ge=1)

    def id_token(self, keys: KeyRing, claims: dict[str, Any]) -> str:
        """The token over the changed claims."""
        changed = (
            claims | {"iat": claims["iat"] - self.age_seconds, "exp": claims["exp"] - self.age_seconds} | self.claims
        )
        changed = {name: value for name, value in changed.items() if name not in self.remove}
        header = {"typ": "JWT", "alg": self.algorithm, "kid": keys.kid} | self.header
        header = {name: value for name, value in header.items() if value is not None}
        signing_input = f"{_encode(header)}.{_encode(changed)}"
        return f"{signing_input}.{_base64(self._signature(keys, signing_input.encode()))}"

    def _signature(self, keys: KeyRing, signing_input: bytes) -> bytes:
        # By hand, because PyJWT rightly refuses most of what a forger would do.
        if self.algorithm == "none":
            return b""
        key = (
            keys.signing_key
            if self.key == "platform"
            else rsa.generate_private_key(public_exponent=65537, key_size=2048)
        )
        if self.algorithm == "HS256":
            public = key.public_key().public_bytes(
                serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
            )
            return hmac.new(public, signing_input, hashlib.sha256).digest()
        return jwt.get_algorithm_by_name(self.algorithm).sign(signing_input, key)

    def change_form(self, fields: dict[str, str]) -> dict[str, str]:
        """The form fields after the change."""
        changed = fields | self.form
        return {name: value for name, value in changed.items() if value is not None}


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _encode(part: dict[str, Any]) -> str:
    return _base64(json.dumps(part).encode())


class LaunchOverrides:
    """The queue of overrides; each launch takes the first."""

    def __init__(self) -> None:
        self.queue: list[LaunchOverride] = []

    def take(self) -> LaunchOverride | None:
        """The override for this launch, used up once its `times` are over."""
        if not self.queue:
            return None
        override = self.queue[0]
        override.times -= 1
        if override.times == 0:
            self.queue.pop(0)
        return override
