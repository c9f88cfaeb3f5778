"""The session token: a signed note of who acts where, kept in the page's memory for one sitting.

HS256 over keys derived from the service's secret keys; the newest signs, all verify, told apart by `kid`. python-jose
is used inside narrow bounds: preloaded keys only, one algorithm, every claim required, any `crit` header refused (it
ignores `crit`), expiry judged by our own clock.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from jose import jwk, jwt
from jose.backends.base import Key
from jose.exceptions import JOSEError

from fieldreel.errors import Unauthenticated
from fieldreel.kit import ids
from fieldreel.kit.clock import Clock
from fieldreel.launches.principal import Principal
from fieldreel.lti.roles import Role

AUDIENCE: Final = "fieldreel-api"
_ALGORITHM: Final = "HS256"
_MAX_TOKEN: Final = 4096
_OPTIONS: Final = {
    "verify_signature": True,
    "verify_aud": True,
    "verify_iss": True,
    "verify_sub": True,
    "verify_jti": True,
    # Judged below, by our clock; python-jose's `require_exp` would bring its own back in.
    "verify_exp": False,
    "verify_iat": False,
    "require_aud": True,
    "require_iss": True,
    "require_sub": True,
    "require_jti": True,
}


class SessionTokens:
    """Issues and reads session tokens. They hold ids and a role; no name, no address, no `sub` of the platform."""

    def __init__(self, keys: Sequence[bytes], clock: Clock, *, issuer: str) -> None:
        """Take keys of 32 bytes, newest first (`Sealer.derive`), and our public address as issuer."""
        self._keys = {_kid(key): jwk.construct(key.hex(), _ALGORITHM) for key in keys}
        self._newest = _kid(keys[0])
        self._clock = clock
        self._issuer = issuer

    def issue(self, principal: Principal, *, expires_at: datetime) -> str:
        """A token for `principal` until `expires_at`."""
        claims = {
            "iss": self._issuer,
            "aud": AUDIENCE,
            "sub": str(principal.launch_id),
            "jti": ids.secret(12),
            "iat": int(self._clock.now().timestamp()),
            "exp": int(expires_at.timestamp()),
            "deployment": str(principal.deployment_id),
            "context": str(principal.context_id),
            "assignment": str(principal.assignment_id),
            "person": str(principal.person_id),
            "role": principal.role.value,
            "test": principal.test_user,
        }
        token: str = jwt.encode(claims, self._keys[self._newest], algorithm=_ALGORITHM, headers={"kid": self._newest})
        return token

    def read(self, token: str) -> Principal:
        """The principal of a token of ours.

        Raises:
            Unauthenticated: forged, expired, for somebody else, or not ours.
        """
        if len(token) > _MAX_TOKEN:
            raise Unauthenticated
        try:
            claims = jwt.decode(
                token,
                self._key_of(token),
                algorithms=[_ALGORITHM],
                audience=AUDIENCE,
                issuer=self._issuer,
                options=_OPTIONS,
            )
            issued_at, expires_at = float(claims["iat"]), float(claims["exp"])
            if not issued_at < expires_at or not self._clock.now().timestamp() < expires_at:
                raise Unauthenticated
            return _principal(claims)
        except (JOSEError, KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
            raise Unauthenticated from error

    def _key_of(self, token: str) -> Key:
        header = jwt.get_unverified_header(token)
        if "crit" in header:
            raise ValueError("critical header")
        return self._keys[header["kid"]]


def _kid(key: bytes) -> str:
    return hashlib.sha256(b"kid:" + key).hexdigest()[:12]


def _principal(claims: Mapping[str, Any]) -> Principal:
    return Principal(
        launch_id=UUID(claims["sub"]),
        deployment_id=UUID(claims["deployment"]),
        context_id=UUID(claims["context"]),
        assignment_id=UUID(claims["assignment"]),
        person_id=UUID(claims["person"]),
        role=Role(claims["role"]),
        test_user=claims["test"] is True,
    )
