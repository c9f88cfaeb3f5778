"""The two steps of a launch."""

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import structlog

from fieldreel.audit.service import Event
from fieldreel.db import Database
from fieldreel.errors import Unauthenticated
from fieldreel.kit import ids
from fieldreel.kit.clock import Clock
from fieldreel.kit.crypto import digest
from fieldreel.launches import queries
from fieldreel.launches.binding import cookie_name
from fieldreel.launches.principal import Principal
from fieldreel.launches.session_tokens import SessionTokens
from fieldreel.lti.errors import (
    DirectVisit,
    InvalidIdToken,
    LaunchExpired,
    LaunchRefused,
    LaunchReplayed,
    LegacyLaunch,
    PlatformRefused,
    RegistrationDisabled,
    StateMismatch,
)
from fieldreel.lti.keysets import KeySets
from fieldreel.lti.launch import ResourceLinkLaunch, read_unverified, validate_id_token
from fieldreel.lti.login import LoginInitiation, authentication_request_url
from fieldreel.lti.platform import origin_of
from fieldreel.platforms.models import RegistrationStatus
from fieldreel.platforms.service import ConnectedPlatform, Platforms

STATE_LIFE: Final = timedelta(minutes=10)
KEPT_AFTER_EXPIRY: Final = timedelta(minutes=15)  # longer than the oldest id token that is still accepted
MAX_STATE: Final = 128
UNTITLED: Final = "Video assignment"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class LoginStarted:
    """Where the browser goes next, and the secret that it must bring back."""

    initiation: LoginInitiation
    platform: ConnectedPlatform
    authentication_url: str
    state: str
    binding: str


@dataclass(frozen=True, slots=True)
class LaunchAccepted:
    """A verified launch, written down."""

    principal: Principal
    session_token: str
    session_expires_at: datetime
    person_name: str | None
    course_label: str | None
    course_title: str | None
    platform: ConnectedPlatform
    launch: ResourceLinkLaunch


class Launches:
    """Login, launch, and whether a launch still holds."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        platforms: Platforms,
        key_sets: KeySets,
        tokens: SessionTokens,
        *,
        public_url: str,
        session_life: timedelta,
    ) -> None:
        """Take collaborators.

        Args:
            database: runs the hot statements on the driver connection.
            clock: the time.
            platforms: who is connected.
            key_sets: their keys.
            tokens: issues the session token.
            public_url: our origin; `redirect_uri` is always `<public_url>/lti/launch`.
            session_life: how long a launch's session token is good.
        """
        origin = origin_of(public_url)
        assert origin is not None
        self._origin = origin
        self._redirect_uri = f"{public_url}/lti/launch"
        self._database = database
        self._clock = clock
        self._platforms = platforms
        self._key_sets = key_sets
        self._tokens = tokens
        self._session_life = session_life

    async def begin(self, parameters: Mapping[str, str]) -> LoginStarted:
        """Answer a login initiation: one insert, then the browser may go to the platform.

        Raises:
            MissingLoginParameter, ForeignTarget, LegacyLaunch, DirectVisit: the initiation is no good.
            UnknownRegistration, RegistrationDisabled: the platform is not connected, or switched off.
        """
        initiation = LoginInitiation.parse(parameters, tool_origin=self._origin)
        platform = await self._platforms.find_for_login(initiation.issuer, initiation.client_id)
        state, nonce, binding = ids.secret(), ids.secret(), ids.secret()
        url = authentication_request_url(
            initiation, platform.protocol, redirect_uri=self._redirect_uri, state=state, nonce=nonce
        )
        now = self._clock.now()
        await self._database.fetchrow(
            queries.INSERT_STATE,
            digest(state),
            digest(binding),
            digest(nonce),
            platform.protocol.registration_id,
            initiation.deployment_hint,
            initiation.target_link_uri,
            initiation.storage_target,
            now,
            now + STATE_LIFE,
        )
        return LoginStarted(initiation, platform, url, state, binding)

    async def accept(self, form: Mapping[str, str], cookies: Mapping[str, str]) -> LaunchAccepted:
        """Judge the platform's answer: verify the id token, then consume the state and write the launch, in one go.

        Whatever fails, the state of this browser is burnt. A state whose cookie the browser does not bring is left
        alone: a stranger cannot spoil somebody's login.

        Raises:
            LaunchRefused: one of its leaves, in words for a student; its `reason` is logged.
            ServiceUnavailable: our database is away; the state is not burnt, the same post may be sent again.
        """
        state, id_token = _answer(form)
        binding = cookies.get(cookie_name(state))
        if binding is None:
            raise StateMismatch("no_cookie")
        try:
            platform, launch = await self._verify(id_token)
        except LaunchRefused as refusal:
            raise await self._burn(state, binding) or refusal from refusal
        accepted = await self._record(state, binding, platform, launch)
        if accepted is None:
            raise await self._burn(state, binding, platform, launch) or InvalidIdToken("not_recorded")
        return accepted

    async def require_live(self, principal: Principal) -> None:
        """Make sure that the launch was not revoked, nor its deployment or registration closed since.

        Raises:
            Unauthenticated: it was.
        """
        if await self._database.fetchrow(queries.LAUNCH_IS_LIVE, principal.launch_id) is None:
            raise Unauthenticated

    async def delete_expired_states(self) -> int:
        """Forget old logins; gives how many. A used state is kept while its id token could still be replayed."""
        before = self._clock.now() - KEPT_AFTER_EXPIRY
        row = await self._database.fetchrow(queries.DELETE_EXPIRED_STATES, before)
        assert row is not None
        return int(row["deleted"])

    async def _verify(self, id_token: str) -> tuple[ConnectedPlatform, ResourceLinkLaunch]:
        unverified = read_unverified(id_token)
        platform = await self._platforms.find_for_token(unverified.issuer, unverified.audiences)
        key = await self._key_sets.key(platform.protocol, unverified.kid)
        launch = validate_id_token(
            id_token, platform=platform.protocol, key=key, tool_origin=self._origin, now=self._clock.now()
        )
        return platform, launch

    async def _record(
        self, state: str, binding: str, platform: ConnectedPlatform, launch: ResourceLinkLaunch
    ) -> LaunchAccepted | None:
        now = self._clock.now()
        launch_id, expires_at = ids.uuid7(), now + self._session_life
        context, ags = launch.context, launch.ags
        row = await self._database.fetchrow(
            queries.RECORD_LAUNCH,
            digest(state),
            digest(binding),
            digest(launch.nonce),
            platform.protocol.registration_id,
            launch.deployment_id,
            now,
            ids.uuid7(),
            launch.sub,
            launch.name,
            launch.email,
            launch.locale,
            launch.test_user,
            ids.uuid7(),
            # A link outside any course is a course of its own: everything of ours lies in one.
            context.id if context else f"link:{launch.resource_link.id}",
            context.label if context else None,
            context.title if context else None,
            ids.uuid7(),
            launch.resource_link.id,
            launch.resource_link.title,
            UNTITLED,
            ags.line_item_url if ags else None,
            ags.line_items_url if ags else None,
            json.dumps(ags.scopes) if ags else None,
            launch_id,
            launch.role.value,
            launch.product_family,
            expires_at,
            Event.LAUNCHED.value,
        )
        if row is None:
            return None
        principal = Principal(
            launch_id=launch_id,
            deployment_id=row["deployment_id"],
            context_id=row["context_id"],
            assignment_id=row["assignment_id"],
            person_id=row["person_id"],
            role=launch.role,
            test_user=launch.test_user,
        )
        return LaunchAccepted(
            principal=principal,
            session_token=self._tokens.issue(principal, expires_at=expires_at),
            session_expires_at=expires_at,
            person_name=row["person_name"],
            course_label=row["context_label"],
            course_title=row["context_title"],
            platform=platform,
            launch=launch,
        )

    async def _burn(
        self,
        state: str,
        binding: str,
        platform: ConnectedPlatform | None = None,
        launch: ResourceLinkLaunch | None = None,
    ) -> LaunchRefused | None:
        """Burn the state and say what was wrong with it; None where the state itself was good.

        A bad state explains more than a bad token: somebody who reloads the page has both, and has done nothing wrong.
        """
        row = await self._database.fetchrow(queries.BURN_STATE, digest(state), digest(binding), self._clock.now())
        fault = _state_fault(row)
        if fault is not None or row is None or platform is None or launch is None:
            return fault
        mismatch = _mismatch(row, platform, launch)
        if mismatch is not None:
            return mismatch
        return await self._platforms.refused_deployment(platform.protocol.registration_id, launch.deployment_id)


def _state_fault(row: Mapping[str, Any] | None) -> LaunchRefused | None:
    if row is None:
        return LaunchExpired("unknown_state")
    rules = (
        (not row["bound"], StateMismatch("other_browser")),
        (row["used"], LaunchReplayed("state_used")),
        (row["expired"], LaunchExpired("state_expired")),
    )
    return next((fault for broken, fault in rules if broken), None)


def _mismatch(row: Mapping[str, Any], platform: ConnectedPlatform, launch: ResourceLinkLaunch) -> LaunchRefused | None:
    """How a verified token does not belong to the login of this state."""
    rules = (
        (row["registration_id"] != platform.protocol.registration_id, InvalidIdToken("other_registration")),
        (row["registration_status"] == RegistrationStatus.DISABLED, RegistrationDisabled("registration")),
        (not hmac.compare_digest(row["nonce_hash"], digest(launch.nonce)), InvalidIdToken("nonce")),
        (row["deployment_hint"] not in {None, launch.deployment_id}, InvalidIdToken("other_deployment")),
    )
    return next((fault for broken, fault in rules if broken), None)


def _answer(form: Mapping[str, Any]) -> tuple[str, str]:
    """State and id token of the platform's post (OpenID Connect Core §3.2.2.5, response mode `form_post`)."""
    if form.get("lti_message_type"):
        raise LegacyLaunch("launch")
    if form.get("error"):
        # The platform's words stay in the log: they are written for engineers, and anybody can post them.
        log.info(
            "launch.platform_error", error=form["error"][:100], description=form.get("error_description", "")[:300]
        )
        raise PlatformRefused("platform_error")
    state, id_token = form.get("state", ""), form.get("id_token", "")
    if not state and not id_token:
        raise DirectVisit("no_id_token")
    if not id_token:
        raise InvalidIdToken("no_id_token")
    if not state or len(state) > MAX_STATE:
        raise StateMismatch("no_state")
    return state, id_token
