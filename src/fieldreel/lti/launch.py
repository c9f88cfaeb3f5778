"""Step 3 of a launch: an id token in, a `ResourceLinkLaunch` out, or a refusal. No I/O.

PyLTI1p3's `MessageLaunch` gives the skeleton and the message validators. What it leaves open (LTI Security Framework
§5.1.3, rules 3 to 9) is closed in `_Hardened`. State, nonce and deployment are not judged here: the caller's
database does that in the same statement that consumes the state, which is what makes them single use.
"""

import base64
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, cast

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from pylti1p3.exception import LtiException, OIDCException
from pylti1p3.message_launch import MessageLaunch

from fieldreel.lti import claims
from fieldreel.lti.claims import AgsEndpoint, ContextClaim, ResourceLinkClaim
from fieldreel.lti.errors import AnonymousLaunch, ForeignTarget, InvalidIdToken, LaunchRefused, UnsupportedMessage
from fieldreel.lti.in_memory import NoCookies, NoNetwork, NoSession, OnePlatform, Parameters
from fieldreel.lti.platform import RegisteredPlatform, origin_of
from fieldreel.lti.roles import Role, map_roles

LEEWAY_SECONDS: Final = 60
MAX_AGE_SECONDS: Final = 600
MAX_LIFE_SECONDS: Final = 86_400
MAX_TOKEN: Final = 65_536
_REQUIRED = ("exp", "iat", "iss", "aud", "nonce")


@dataclass(frozen=True, slots=True)
class Unverified:
    """What a token says of itself before anybody believed it: enough to find the registration and the key."""

    kid: str
    issuer: str
    audiences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ResourceLinkLaunch:
    """A verified `LtiResourceLinkRequest` (LTI Core §5). Ids are exact; labels are cleaned for storage and display.

    Attributes:
        nonce: compare its digest with the state row's; only then is the launch good.
        deployment_id: to be found among the approved deployments of the registration.
        return_url: may carry a session key of the platform; never log it, never show it to somebody else.
    """

    nonce: str
    deployment_id: str
    sub: str
    role: Role
    test_user: bool
    resource_link: ResourceLinkClaim
    context: ContextClaim | None
    ags: AgsEndpoint | None
    target_link_uri: str
    issued_at: datetime
    name: str | None = None
    email: str | None = None
    locale: str | None = None
    nrps_url: str | None = None
    platform_name: str | None = None
    product_family: str | None = None
    return_url: str | None = None
    custom: Mapping[str, str] | None = None


def read_unverified(token: str) -> Unverified:
    """The key id, issuer and audiences that `token` names. `alg` must be RS256 and `kid` present already here.

    Raises:
        InvalidIdToken: not a JWT of this shape.
    """
    if len(token) > MAX_TOKEN:
        raise InvalidIdToken("too_long")
    # Not by PyJWT: it would judge the token's every character three times before the signature.
    try:
        encoded_header, encoded_body, _ = token.split(".")
        header, body = _json_segment(encoded_header), _json_segment(encoded_body)
    except (ValueError, RecursionError) as error:
        raise InvalidIdToken("malformed") from error
    kid, issuer, audience = header.get("kid"), body.get("iss"), body.get("aud")
    if header.get("alg") != "RS256":
        raise InvalidIdToken("alg")
    if not claims.is_id(kid):
        raise InvalidIdToken("kid")
    if not claims.is_id(issuer, limit=1024):
        raise InvalidIdToken("iss")
    given = audience if isinstance(audience, list) else [audience]
    audiences = tuple(one for one in given if claims.is_id(one))
    if not audiences or len(audiences) != len(given):
        raise InvalidIdToken("aud")
    return Unverified(kid=kid, issuer=issuer, audiences=audiences)


def validate_id_token(
    token: str, *, platform: RegisteredPlatform, key: RSAPublicKey, tool_origin: str, now: datetime
) -> ResourceLinkLaunch:
    """The launch that `token` describes, after every rule of LTI Security Framework §5.1.3 and LTI Core §5.3.

    Args:
        token: compact JWS as posted.
        platform: the registration that the login began with; `iss`, `aud` and `azp` must match it.
        key: the one key of that platform whose `kid` the token names (`KeySets.key`).
        tool_origin: our origin; `target_link_uri` must lie on it.
        now: aware UTC.

    Raises:
        InvalidIdToken: a rule is broken; `reason` names which.
        AnonymousLaunch: no `sub`.
        UnsupportedMessage: valid, but not a resource link launch.
        ForeignTarget: `target_link_uri` is somebody else's.
    """
    launch = _Hardened(token, platform, key, now=now)
    try:
        body: Mapping[str, Any] = launch.validate().get_launch_data()
        return _convert(body, tool_origin=tool_origin)
    except LaunchRefused:
        raise
    except (LtiException, OIDCException) as error:
        raise InvalidIdToken("message") from error
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
        # PyLTI1p3 trips over claims of another type than it expects; that is a bad token, not a bug of ours.
        raise InvalidIdToken("claim_type") from error


def _json_segment(segment: str) -> dict[str, Any]:
    value = json.loads(base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4)))
    if not isinstance(value, dict):
        raise ValueError("no object")  # noqa: TRY004 - the caller knows one way to be wrong
    return value


def _convert(body: Mapping[str, Any], *, tool_origin: str) -> ResourceLinkLaunch:
    target = body.get(claims.TARGET_LINK_URI)
    if not isinstance(target, str) or origin_of(target) != tool_origin:
        raise ForeignTarget("claim_target")
    roles = body[claims.ROLES]
    if not isinstance(roles, list) or not all(isinstance(role, str) for role in roles):
        raise InvalidIdToken("roles")
    role = map_roles(roles)
    platform = claims.mapping(body, claims.TOOL_PLATFORM)
    presentation = claims.mapping(body, claims.LAUNCH_PRESENTATION)
    custom = claims.mapping(body, claims.CUSTOM)
    return ResourceLinkLaunch(
        nonce=claims.require_id(body, "nonce"),
        deployment_id=claims.require_id(body, claims.DEPLOYMENT_ID),
        sub=claims.require_id(body, "sub"),
        role=role.role,
        test_user=role.test_user,
        resource_link=ResourceLinkClaim.read(body),
        context=ContextClaim.read(body),
        ags=AgsEndpoint.read(body),
        target_link_uri=target,
        issued_at=datetime.fromtimestamp(body["iat"], UTC),
        name=claims.person_name(body),
        email=claims.label(body, "email"),
        locale=claims.label(body, "locale", limit=35) or claims.label(presentation, "locale", limit=35),
        nrps_url=claims.url(claims.mapping(body, claims.NRPS), "context_memberships_url"),
        platform_name=claims.label(platform, "name"),
        product_family=claims.label(platform, "product_family_code", limit=64),
        return_url=claims.url(presentation, "return_url"),
        custom={name: value for name, value in custom.items() if isinstance(value, str)},
    )


class _Hardened(MessageLaunch[Any, Any, Any, Any]):
    """PyLTI1p3's order of work, every weak step replaced.

    As shipped it takes a missing `exp` or `iat`, any `azp`, any age, the algorithm that the platform's key names, and
    gives a clock no second of leeway; Moodle's token lives for one minute, so a wrong clock is everyday life.
    """

    def __init__(self, token: str, platform: RegisteredPlatform, key: RSAPublicKey, *, now: datetime) -> None:
        super().__init__(
            Parameters(),
            OnePlatform(platform),
            session_service=NoSession(),
            cookie_service=NoCookies(),
            requests_session=NoNetwork(),  # type: ignore[arg-type]  # anything but a session: it must never be used
        )
        self._token = token
        self._platform = platform
        self._key = key
        self._now = now.timestamp()

    def _get_request_param(self, key: str) -> str:
        return self._token if key == "id_token" else ""

    def validate_state(self) -> "_Hardened":
        """Nothing: the state is a row, consumed once by the caller. The library's own check accepts replays."""
        return self

    def get_client_id(self) -> str:
        """The client id of the registration; `aud` is judged as a whole, not by its first member."""
        return self._platform.client_id

    def validate_jwt_signature(self) -> "_Hardened":
        """Signature, issuer, audience, authorized party and time, by one fixed algorithm and one chosen key."""
        try:
            body = jwt.decode(
                self._token,
                self._key,
                algorithms=["RS256"],
                audience=self._platform.client_id,
                issuer=self._platform.issuer,
                options={
                    "verify_signature": True,
                    "verify_aud": True,
                    "verify_iss": True,
                    "require": list(_REQUIRED),
                    # Judged below, by our clock.
                    "verify_exp": False,
                    "verify_nbf": False,
                    "verify_iat": False,
                    # A missing `sub` has a page of its own; its type is judged below.
                    "verify_sub": False,
                    "verify_jti": False,
                },
            )
        except jwt.InvalidTokenError as error:
            raise InvalidIdToken(type(error).__name__) from error
        self._jwt["body"] = cast("Any", body)
        _check_parties(body, self._platform.client_id)
        _check_times(body, self._now)
        return self

    def validate_message(self) -> "_Hardened":
        """Version, message type and the claims that a resource link launch must have."""
        body: Mapping[str, Any] = self._jwt["body"]
        for name in (claims.VERSION, claims.MESSAGE_TYPE, claims.ROLES):
            if name not in body:
                raise InvalidIdToken(f"missing_{name.rpartition('/')[2]}")
        if not isinstance(body[claims.MESSAGE_TYPE], str) or not body[claims.MESSAGE_TYPE]:
            raise InvalidIdToken("message_type")
        if body[claims.MESSAGE_TYPE] != "LtiResourceLinkRequest":
            raise UnsupportedMessage("message_type")
        if body.get("sub") in {None, ""}:
            raise AnonymousLaunch("sub")
        super().validate_message()
        return self

    def save_launch_data(self) -> "_Hardened":
        """Nothing: what must be kept is the caller's to keep."""
        return self


def _check_parties(body: Mapping[str, Any], client_id: str) -> None:
    audiences = body["aud"] if isinstance(body["aud"], list) else [body["aud"]]
    if any(audience != client_id for audience in audiences):
        raise InvalidIdToken("untrusted_audience")
    if len(audiences) > 1 and "azp" not in body:
        raise InvalidIdToken("azp_missing")
    if body.get("azp", client_id) != client_id:
        raise InvalidIdToken("azp")


def _check_times(body: Mapping[str, Any], now: float) -> None:
    issued, expires = _seconds(body, "iat"), _seconds(body, "exp")
    if expires + LEEWAY_SECONDS <= now:
        raise InvalidIdToken("expired")
    if issued > now + LEEWAY_SECONDS:
        raise InvalidIdToken("iat_in_future")
    if issued < now - MAX_AGE_SECONDS:
        raise InvalidIdToken("iat_too_old")
    if expires - issued > MAX_LIFE_SECONDS:
        raise InvalidIdToken("lives_too_long")
    if "nbf" in body and _seconds(body, "nbf") > now + LEEWAY_SECONDS:
        raise InvalidIdToken("nbf_in_future")


def _seconds(body: Mapping[str, Any], name: str) -> float:
    value = body[name]
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise InvalidIdToken(f"{name}_type")
    return value
