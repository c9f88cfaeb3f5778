"""Service tokens: client assertions in, bearer tokens out (LTI Security Framework §4.1.1, RFC 7523)."""

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import httpx
import jwt

from fieldreel.emulators.platform.config import DemoLmsConfig
from fieldreel.emulators.platform.gradebook import ServiceRefused
from fieldreel.emulators.platform.state import IssuedToken, Store
from fieldreel.kit import ids
from fieldreel.kit.clock import Clock
from fieldreel.kit.http import new_client

LIFETIME = timedelta(hours=1)
_MAX_ASSERTION_LIFE = 300
_SKEW = 10
_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_DEPLOYMENT_CLAIM = "https://purl.imsglobal.org/spec/lti/claim/deployment_id"


class TokenRefused(Exception):
    """The token endpoint's error answer: `code` by RFC 6749 §5.2, always with status 400, as in Moodle."""

    def __init__(self, code: str, description: str) -> None:
        super().__init__(description)
        self.code = code
        self.description = description


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


class ServiceTokens:
    """Grants tokens to the registered tool and checks them on each service call."""

    def __init__(
        self, config: DemoLmsConfig, store: Store, clock: Clock, transport: httpx.AsyncBaseTransport | None
    ) -> None:
        self._config = config
        self._store = store
        self._clock = clock
        self._transport = transport
        self._tool_keys: dict[str, jwt.PyJWK] = {}

    async def grant(self, form: Mapping[str, str]) -> dict[str, Any]:
        """The answer to a token request; what of the asked scopes is not permitted is left out.

        Raises:
            TokenRefused: `invalid_request`, `unsupported_grant_type`, `invalid_client` or `invalid_scope`.
        """
        names = ("grant_type", "client_assertion_type", "client_assertion", "scope")
        if missing := [name for name in names if not form.get(name)]:
            raise TokenRefused("invalid_request", f"missing {', '.join(missing)}")
        if form["grant_type"] != "client_credentials" or form["client_assertion_type"] != _ASSERTION_TYPE:
            raise TokenRefused("unsupported_grant_type", "only client_credentials with a JWT assertion")
        await self._authenticate(form["client_assertion"])
        scopes = [scope for scope in form["scope"].split() if scope in self._config.tool.scopes]
        if not scopes:
            raise TokenRefused("invalid_scope", "none of these scopes is permitted")
        token = ids.secret()
        now = self._clock.now()
        self._store.forget_expired(now)
        self._store.state.tokens[_digest(token)] = IssuedToken(scopes=scopes, expires_at=now + LIFETIME)
        self._store.save()
        return {
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": int(LIFETIME.total_seconds()),
            "scope": " ".join(scopes),
        }

    def require(self, authorization: str | None, *accepted: str) -> None:
        """Let a service call pass if its bearer token lives and has one of the scopes; else 401, as in Moodle."""
        kind, _, token = (authorization or "").partition(" ")
        issued = self._store.state.tokens.get(_digest(token.strip()))
        if kind.lower() != "bearer" or issued is None:
            raise ServiceRefused(401, "No such service token")
        if issued.expires_at <= self._clock.now():
            raise ServiceRefused(401, "The service token has expired")
        if not set(accepted) & set(issued.scopes):
            raise ServiceRefused(401, f"The service token lacks the scope {accepted[0]}")

    async def _authenticate(self, assertion: str) -> None:
        client_id = self._config.tool.client_id
        key = await self._tool_key(assertion)
        try:
            # Times are checked below: PyJWT would ask the machine's clock, not ours.
            claims = jwt.decode(
                assertion,
                key,
                algorithms=["RS256"],
                audience=self._config.token_url,
                issuer=client_id,
                options={
                    "require": ["iss", "sub", "aud", "iat", "exp", "jti"],
                    "verify_exp": False,
                    "verify_iat": False,
                    "verify_nbf": False,
                },
            )
        except jwt.PyJWTError as error:
            raise TokenRefused("invalid_client", f"client assertion: {error}") from error
        if claims["sub"] != client_id:
            raise TokenRefused("invalid_client", "client assertion: sub is not the client")
        deployments = {None, self._config.tool.deployment_id, self._config.tool.second_deployment_id}
        if claims.get(_DEPLOYMENT_CLAIM) not in deployments:
            raise TokenRefused("invalid_client", "client assertion: unknown deployment")
        self._check_times(claims)
        self._use_once(str(claims["jti"]))

    def _check_times(self, claims: dict[str, Any]) -> None:
        now = self._clock.now().timestamp()
        times = [claims["iat"], claims["exp"], claims.get("nbf", claims["iat"])]
        if not all(isinstance(value, int | float) for value in times):
            raise TokenRefused("invalid_client", "client assertion: times must be numbers")
        issued_at, expires_at, valid_from = times
        if expires_at <= now:
            raise TokenRefused("invalid_client", "client assertion: expired")
        if expires_at > now + _MAX_ASSERTION_LIFE + _SKEW or expires_at - issued_at > _MAX_ASSERTION_LIFE:
            raise TokenRefused("invalid_client", "client assertion: lives longer than five minutes")
        if max(issued_at, valid_from) > now + _SKEW:
            raise TokenRefused("invalid_client", "client assertion: from the future")

    def _use_once(self, jti: str) -> None:
        if jti in self._store.state.assertions:
            raise TokenRefused("invalid_client", "client assertion: this jti was used before")
        self._store.state.assertions[jti] = self._clock.now()

    async def _tool_key(self, assertion: str) -> jwt.PyJWK:
        try:
            kid = jwt.get_unverified_header(assertion).get("kid")
        except jwt.PyJWTError as error:
            raise TokenRefused("invalid_request", "client assertion: not a JWT") from error
        if not kid:
            raise TokenRefused("invalid_client", "client assertion: no kid")
        if kid not in self._tool_keys:
            self._tool_keys = await self._fetch_tool_keys()
        if kid not in self._tool_keys:
            raise TokenRefused("invalid_client", f"client assertion: no key {kid!r} at {self._config.tool.jwks_url}")
        return self._tool_keys[kid]

    async def _fetch_tool_keys(self) -> dict[str, jwt.PyJWK]:
        try:
            async with new_client(transport=self._transport) as client:
                response = await client.get(self._config.tool.jwks_url)
            response.raise_for_status()
            keys = jwt.PyJWKSet.from_dict(response.json()).keys
        except (httpx.HTTPError, ValueError, AttributeError, jwt.PyJWTError) as error:
            raise TokenRefused("invalid_client", f"the key set of the tool cannot be read: {error!r}") from error
        return {key.key_id: key for key in keys if key.key_id}
