"""What PyLTI1p3 asks its host for, answered from memory: one known platform, no session, no cookies, no network.

State, nonce and browser binding are rows and headers of ours. A method of the library that would look anything up by
itself is a bug that a test must see, so it raises.
"""

from collections.abc import Mapping
from typing import Any, NoReturn

from pylti1p3.cookie import CookieService
from pylti1p3.deployment import Deployment
from pylti1p3.registration import Registration
from pylti1p3.request import Request
from pylti1p3.session import SessionService
from pylti1p3.tool_config.abstract import ToolConfAbstract

from fieldreel.lti.platform import RegisteredPlatform


def never(*_: object, **__: object) -> NoReturn:
    """Stands for everything that PyLTI1p3 must not do here."""
    raise RuntimeError("PyLTI1p3 reached outside its request")


class Parameters(Request):
    """Parameters that were read from the request already."""

    def __init__(self, parameters: Mapping[str, str] | None = None) -> None:
        self._parameters = parameters or {}

    def is_secure(self) -> bool:
        """Say yes: the library only builds addresses from it, which we do not use."""
        return True

    def get_param(self, key: str) -> str:
        """The parameter, empty where it is missing."""
        return self._parameters.get(key, "")


class OnePlatform(ToolConfAbstract[Any]):
    """The registration that was found before the library was asked."""

    find_registration_by_issuer = never
    find_deployment = never

    def __init__(self, platform: RegisteredPlatform) -> None:
        self._platform = platform

    def check_iss_has_one_client(self, iss: str) -> bool:  # noqa: ARG002 - the library's signature
        """No: an issuer may have many clients. The library's own answer lives in a dict shared by the process."""
        return False

    def find_registration_by_params(self, *_: object, **__: object) -> Registration:
        """The registration; whether issuer and client are its own is judged with the signature."""
        return Registration().set_issuer(self._platform.issuer).set_client_id(self._platform.client_id)

    def find_deployment_by_params(self, *_: object, **__: object) -> Deployment:
        """A deployment: the database judges whether it is approved, when it consumes the state."""
        return Deployment()


class NoSession(SessionService):
    """Keeps nothing; a nonce must be there, and the database compares it."""

    def __init__(self) -> None:
        pass

    def save_nonce(self, nonce: str) -> None:
        """Keep nothing."""

    def check_nonce(self, nonce: str) -> bool:
        """Whether there is one at all."""
        return bool(nonce)


class NoCookies(CookieService):
    """Our cookie is `Partitioned`, which the library does not know, so the routes set it."""

    get_cookie = never

    def set_cookie(self, name: str, value: str | int, exp: int | None = 3600) -> None:
        """Set nothing."""


class NoNetwork:
    """Stands where the library keeps its `requests` session."""

    def __getattr__(self, name: str) -> NoReturn:
        raise RuntimeError(f"PyLTI1p3 tried to use the network ({name})")
