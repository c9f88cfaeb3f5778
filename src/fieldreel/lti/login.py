"""Step 1 and 2 of a launch: the platform's login initiation in, our authentication request out.

Nothing of an initiation is signed: every value is a stranger's until the id token says the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Self
from urllib.parse import urlencode, urlsplit

from pylti1p3.exception import OIDCException
from pylti1p3.oidc_login import OIDCLogin
from pylti1p3.registration import Registration

from fieldreel.lti.errors import DirectVisit, ForeignTarget, LegacyLaunch, MissingLoginParameter
from fieldreel.lti.in_memory import NoCookies, NoSession, OnePlatform, Parameters, never
from fieldreel.lti.platform import RegisteredPlatform, origin_of

MAX_PARAMETER: Final = 8192
_LEGACY = "basic-lti-launch-request"


@dataclass(frozen=True, slots=True)
class LoginInitiation:
    """A third-party login initiation (LTI Security Framework §5.1.1.1, LTI Core §4.1)."""

    issuer: str
    login_hint: str
    target_link_uri: str
    client_id: str | None = None
    lti_message_hint: str | None = None
    deployment_hint: str | None = None
    storage_target: str | None = None

    FIELDS: ClassVar[Mapping[str, str]] = {
        "iss": "issuer",
        "login_hint": "login_hint",
        "target_link_uri": "target_link_uri",
        "client_id": "client_id",
        "lti_message_hint": "lti_message_hint",
        "lti_deployment_id": "deployment_hint",
        "lti_storage_target": "storage_target",
    }

    @classmethod
    def parse(cls, parameters: Mapping[str, str], *, tool_origin: str) -> Self:
        """The initiation in `parameters` (query or form; unknown ones are ignored), values byte for byte.

        Canvas sends the deployment as `deployment_id` too; the standard name wins.

        Raises:
            DirectVisit: no parameter of a login at all.
            LegacyLaunch: an LTI 1.1 message.
            MissingLoginParameter: a required one is missing or beyond all measure.
            ForeignTarget: `target_link_uri` is not on `tool_origin`.
        """
        if parameters.get("lti_message_type") == _LEGACY:
            raise LegacyLaunch("login")
        if not any(name in parameters for name in cls.FIELDS):
            raise DirectVisit("login_without_parameters")
        values = {field: parameters[name] for name, field in cls.FIELDS.items() if parameters.get(name)}
        if "deployment_hint" not in values and parameters.get("deployment_id"):
            values["deployment_hint"] = parameters["deployment_id"]
        for name in ("issuer", "login_hint", "target_link_uri"):
            if name not in values:
                raise MissingLoginParameter(f"missing_{name}")
        if any(len(value) > MAX_PARAMETER or "\x00" in value for value in values.values()):
            raise MissingLoginParameter("parameter_unreadable")
        if origin_of(values["target_link_uri"]) != tool_origin:
            raise ForeignTarget("login_target")
        return cls(**values)

    def parameters(self) -> dict[str, str]:
        """The initiation again under its wire names, for a second start in a window of its own."""
        values = ((name, getattr(self, field)) for name, field in self.FIELDS.items())
        return {name: value for name, value in values if value is not None}


def authentication_request_url(
    initiation: LoginInitiation, platform: RegisteredPlatform, *, redirect_uri: str, state: str, nonce: str
) -> str:
    """Where to send the browser: the authentication request of LTI Security Framework §5.1.1.2.

    PyLTI1p3 judges the initiation; the address is joined here, because the library appends `?` even to one with a
    query, and takes its own state and nonce. The authorization URL comes from the registration alone. Hints are echoed
    unchanged: Moodle's `lti_message_hint` is JSON and can be used once.

    Raises:
        MissingLoginParameter: PyLTI1p3 finds the initiation incomplete.
    """
    try:
        registration: Registration = _Login(
            Parameters(initiation.parameters()), OnePlatform(platform), NoSession(), NoCookies()
        ).validate_oidc_login()
    except OIDCException as error:
        raise MissingLoginParameter("pylti1p3") from error
    request = {
        "scope": "openid",
        "response_type": "id_token",
        "response_mode": "form_post",
        "prompt": "none",
        "client_id": registration.get_client_id(),
        "redirect_uri": redirect_uri,
        "login_hint": initiation.login_hint,
        "state": state,
        "nonce": nonce,
    }
    if initiation.lti_message_hint is not None:
        request["lti_message_hint"] = initiation.lti_message_hint
    address = platform.authorization_url
    return f"{address}{'&' if urlsplit(address).query else '?'}{urlencode(request)}"


class _Login(OIDCLogin[Any, Any, Any, Any, Any]):
    get_redirect = never
