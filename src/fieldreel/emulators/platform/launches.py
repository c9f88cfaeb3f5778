"""Launches: login initiation with a single-use hint, and the checks of the authorization request."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from fieldreel.emulators.platform.config import DemoLmsConfig
from fieldreel.emulators.platform.gradebook import Gradebook
from fieldreel.emulators.platform.id_tokens import launch_claims
from fieldreel.emulators.platform.keys import KeyRing
from fieldreel.emulators.platform.overrides import LaunchOverrides
from fieldreel.emulators.platform.state import PendingLaunch, Store
from fieldreel.emulators.platform.world import Activity, Course, Person, World
from fieldreel.kit import ids
from fieldreel.kit.clock import Clock

_HINT_LIFETIME = timedelta(hours=1)
_REQUIRED = ("scope", "response_type", "client_id", "redirect_uri", "login_hint", "nonce", "lti_message_hint")


class LaunchRefused(Exception):
    """The LMS shows its own page instead of answering the tool: it cannot trust where the answer would go."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


@dataclass(frozen=True, slots=True)
class FormAnswer:
    """A form that the browser submits by itself: where to, by which method, with which fields."""

    url: str
    fields: Mapping[str, str]
    method: str = "post"


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who is signed in to the LMS in this browser, and the id of that session."""

    session: str
    person: Person


class Launches:
    """Starts launches and answers the tool's authorization requests."""

    def __init__(
        self,
        config: DemoLmsConfig,
        world: World,
        store: Store,
        clock: Clock,
        keys: KeyRing,
        gradebook: Gradebook,
        overrides: LaunchOverrides,
    ) -> None:
        self._config = config
        self._world = world
        self._store = store
        self._clock = clock
        self._keys = keys
        self._gradebook = gradebook
        self._overrides = overrides

    def start(
        self, course: Course, activity: Activity, person: Person, *, session: str | None, window: bool
    ) -> dict[str, str]:
        """The parameters of a third-party login initiation (LTI Security Framework §5.1.1.1) for one launch.

        `session` is the browser session that alone may use the hint. None makes a one-time record instead that stands
        in for the sign-in: a driver without a browser has no cookie jar and no sign-in page, yet must walk through the
        same checks.

        Raises:
            LaunchRefused: 403 if the person is not in the course.
        """
        if self._world.role(course, person) is None:
            raise LaunchRefused(403, f"{person.name} is not enrolled in this course.")
        now = self._clock.now()
        self._store.forget_expired(now)
        hint = json.dumps({"cmid": activity.cmid, "launchid": f"ltilaunch{activity.cmid}_{ids.secret(12)}"})
        self._store.state.launches[hint] = PendingLaunch(
            person=person.key,
            course=course.key,
            link_id=activity.link_id,
            session=session,
            window=window,
            expires_at=now + _HINT_LIFETIME,
        )
        self._store.save()
        return {
            "iss": self._config.url,
            "login_hint": person.sub,
            "target_link_uri": self._config.tool.target_link_uri,
            "lti_message_hint": hint,
            "client_id": self._config.tool.client_id,
            "lti_deployment_id": course.deployment_id,
        }

    def belongs_to_browser(self, hint: str) -> bool:
        """Whether this hint was given to a signed-in browser, whose cookie must therefore come along."""
        pending = self._store.state.launches.get(hint)
        return pending is not None and pending.session is not None

    def authorize(self, request: Mapping[str, str], signed_in: SignedIn | None) -> FormAnswer:
        """The form with `id_token` and `state`, or with `error` (LTI Security Framework §5.1.1.2, §5.1.1.3).

        Either way the hint is spent. The order of the checks is that of Moodle's `auth.php`.

        Raises:
            LaunchRefused: what Moodle answers by a page of its own: a missing parameter, an unknown, used or foreign
                hint, a wrong scope or response type, an unregistered redirect URI. The hint is not spent.
        """
        if missing := [name for name in _REQUIRED if not request.get(name)]:
            raise LaunchRefused(400, f"The tool's request lacks {', '.join(missing)}.")
        pending = self._pending(request["lti_message_hint"], signed_in)
        if request["scope"] != "openid":
            raise LaunchRefused(400, "The tool asks for a scope other than openid.")
        if request["response_type"] != "id_token":
            raise LaunchRefused(400, "The tool asks for a response type other than id_token.")
        if request["redirect_uri"] != self._config.tool.launch_url:
            raise LaunchRefused(400, "The redirect URI is not registered for this tool.")
        person = signed_in.person if signed_in else self._world.people[pending.person]
        error = self._error(request, person)
        fields = error | {"state": request["state"]} if request.get("state") else error
        del self._store.state.launches[request["lti_message_hint"]]
        self._store.save()
        if not error:
            fields = self._with_id_token(fields, pending, person, request["nonce"])
        return FormAnswer(request["redirect_uri"], fields)

    def _pending(self, hint: str, signed_in: SignedIn | None) -> PendingLaunch:
        pending = self._store.state.launches.get(hint)
        if pending is None or pending.expires_at <= self._clock.now():
            raise LaunchRefused(400, "This launch was used before or has expired. Open the activity again.")
        if pending.session is not None and (signed_in is None or signed_in.session != pending.session):
            raise LaunchRefused(400, "This launch began in another session. Sign in and open the activity again.")
        return pending

    def _error(self, request: Mapping[str, str], person: Person) -> dict[str, str]:
        if request["client_id"] != self._config.tool.client_id:
            return {"error": "unauthorized_client"}
        if request["login_hint"] != person.sub:
            return {"error": "access_denied"}
        if request.get("response_mode") != "form_post":
            return {"error": "invalid_request", "error_description": "Invalid response_mode"}
        # Moodle lets an absent prompt pass; the specification requires it, so that no sign-in page opens inside a
        # frame.
        if request.get("prompt") != "none":
            return {"error": "invalid_request", "error_description": "Invalid prompt"}
        return {}

    def _with_id_token(
        self, fields: dict[str, str], pending: PendingLaunch, person: Person, nonce: str
    ) -> dict[str, str]:
        course = self._world.courses[pending.course]
        activity, role = course.activity(pending.link_id), self._world.role(course, person)
        assert activity is not None
        assert role is not None
        claims = launch_claims(
            self._config,
            self._gradebook,
            course=course,
            activity=activity,
            person=person,
            role=role,
            window=pending.window,
            nonce=nonce,
            now=int(self._clock.now().timestamp()),
        )
        override = self._overrides.take()
        if override is None:
            return fields | {"id_token": self._keys.sign(claims)}
        return override.change_form(fields | {"id_token": override.id_token(self._keys, claims)})
