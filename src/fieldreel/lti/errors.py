"""Why a launch did not happen, and why a platform's service refused: in words for a person who is not an engineer.

Each launch error says what happened, that work is safe, and what to do. The reason for an engineer (`reason`) goes to
the log and never to the page: a page must not teach an attacker which check failed.
"""

from typing import ClassVar

from fieldreel.errors import LaunchError, PlatformError

OPEN_AGAIN = "Go back to your course and open the assignment again. Anything you uploaded is safe."


class LaunchRefused(LaunchError):
    """A launch error that keeps its technical reason for the log.

    Attributes:
        reason: a short stable code, such as `azp` or `unknown_kid`. Never text from the token.
    """

    slug = "lti.refused"

    def __init__(self, reason: str = "", *, detail: str | None = None) -> None:
        super().__init__(detail)
        self.reason = reason or self.slug


class MissingLoginParameter(LaunchRefused):
    """A login initiation without `iss`, `login_hint`, `target_link_uri`, or without a `client_id` that is needed."""

    slug = "lti.login_incomplete"
    title = "Your course did not send everything we need"
    default_detail = (
        "Nothing you did caused this. Open the assignment again; if this page stays, ask your course team to check how "
        "this tool is set up."
    )


class ForeignTarget(LaunchRefused):
    """`target_link_uri` points to somebody else: an open redirect, or a wrong setting at the platform."""

    slug = "lti.foreign_target"
    title = "This link does not lead to us"
    default_detail = "The link in your course points to another address. Ask your course team to check it."


class UnknownRegistration(LaunchRefused):
    """No registration for this issuer and client id."""

    status = 404
    slug = "lti.unknown_registration"
    title = "This learning platform is not connected yet"
    default_detail = (
        "Nothing you did caused this. Ask your course team to finish connecting this tool with your learning platform."
    )


class RegistrationDisabled(LaunchRefused):
    """The registration was switched off by an administrator."""

    status = 403
    slug = "lti.registration_disabled"
    title = "This learning platform is switched off here"
    default_detail = "An administrator stopped launches from it. Anything you uploaded is safe. Ask your course team."


class UnknownDeployment(LaunchRefused):
    """A known registration, a deployment that nobody approved yet. It was recorded as pending."""

    status = 403
    slug = "lti.deployment_pending"
    title = "This connection waits for approval"
    default_detail = (
        "Your learning platform reached us for the first time from this place. An administrator has to approve it "
        "once. You do not need to do anything; try again later."
    )


class DeploymentBlocked(LaunchRefused):
    """A deployment that an administrator closed."""

    status = 403
    slug = "lti.deployment_blocked"
    title = "This connection is closed"
    default_detail = "An administrator closed it. Anything you uploaded is safe. Ask your course team."


class StateMismatch(LaunchRefused):
    """The answer came back without the cookie of the browser that began: another browser, or blocked cookies."""

    slug = "lti.state_mismatch"
    title = "Your browser could not finish opening this"
    default_detail = (
        "Your account is fine, and anything you uploaded is safe. Go back to your course and open the assignment "
        "again. If you see this page twice, allow cookies for this site, use another browser, or ask your course team "
        "to let the assignment open in a new window."
    )


class LaunchExpired(LaunchRefused):
    """The state is unknown or older than ten minutes."""

    slug = "lti.launch_expired"
    title = "This page has expired"
    default_detail = OPEN_AGAIN


class LaunchReplayed(LaunchExpired):
    """The state was used before: a reload, the back button, or a replay."""

    slug = "lti.launch_replayed"


class InvalidIdToken(LaunchRefused):
    """The id token breaks a rule of LTI Security Framework §5.1.3 or LTI Core §5.3."""

    status = 401
    slug = "lti.invalid_id_token"
    title = "We could not check who you are"
    default_detail = (
        f"What your learning platform sent does not pass our checks. {OPEN_AGAIN} If this page stays, tell your course "
        "team."
    )


class UnsupportedMessage(LaunchRefused):
    """A valid message of a type that we do not serve."""

    slug = "lti.unsupported_message"
    title = "This kind of link is not supported"
    default_detail = "Your learning platform asked for something this tool does not do. Ask your course team."


class AnonymousLaunch(LaunchRefused):
    """No `sub`: LTI Core §5.3.6.1 allows it, but a submission needs a person."""

    slug = "lti.anonymous"
    title = "Your learning platform did not say who you are"
    default_detail = (
        "A video needs somebody it belongs to. Log in to your course and open the assignment again. If you are logged "
        "in, ask your course team to let this tool know its users."
    )


class PlatformRefused(LaunchRefused):
    """The platform answered with `error` instead of an id token (OpenID Connect Core §3.1.2.6)."""

    slug = "lti.platform_refused"
    title = "Your learning platform did not let you in"
    default_detail = (
        "Log in to your learning platform in this browser, then open the assignment again from your course. Anything "
        "you uploaded is safe."
    )


class DirectVisit(LaunchRefused):
    """Somebody opened a launch address by hand, or the platform called it without a login."""

    slug = "lti.direct_visit"
    title = "Open this from your course"
    default_detail = "This address works only when it is opened from an assignment in your learning platform."


class LegacyLaunch(LaunchRefused):
    """An LTI 1.1 message. We hold no OAuth 1 code at all."""

    slug = "lti.legacy_launch"
    title = "This link uses an old standard"
    default_detail = "It was set up with LTI 1.1, which this tool does not accept. Ask your course team to use LTI 1.3."


class KeySetUnavailable(LaunchRefused):
    """The platform's key set could not be read, so that nobody's signature can be checked."""

    status = 503
    slug = "lti.key_set_unavailable"
    title = "Your learning platform does not answer us"
    retryable = True
    default_detail = "Nothing is lost. Wait a minute, then open the assignment again from your course."


class ServiceRefused(PlatformError):
    """A platform's service answered, and the answer is no.

    Attributes:
        status_code: HTTP status of the platform, None where there was no answer.
    """

    slug = "platform.refused"
    title = "The LMS refused"
    retryable: ClassVar[bool] = False
    default_detail = "The LMS did not accept what we sent. Ask your LMS administrator to look at this tool's rights."

    def __init__(
        self, detail: str | None = None, *, status_code: int | None = None, retry_after_seconds: int | None = None
    ) -> None:
        super().__init__(detail, retry_after_seconds=retry_after_seconds)
        self.status_code = status_code


class PlatformUnavailable(ServiceRefused):
    """No answer, a time-out, 429 or a 5xx: the same request can succeed later."""

    slug = "platform.unavailable"
    title = "The LMS does not answer"
    retryable = True
    default_detail = "Nothing is lost. We keep trying."


class ServiceTokenRefused(ServiceRefused):
    """The platform gave us no access token, or its services do not take the one it gave."""

    slug = "platform.token_refused"
    title = "The LMS does not let us in"
    default_detail = "Ask your LMS administrator to check this tool's key and the services it may use."


class ScoreConflict(ServiceRefused):
    """The platform holds a newer score, or one of the same second (409, or 400 at some platforms)."""

    slug = "platform.score_conflict"
    title = "The gradebook has a newer grade"
    default_detail = (
        "Somebody may have changed the grade in the LMS. Compare the two, then send ours again if you want it."
    )


class ScoreRejected(ServiceRefused):
    """The platform does not accept the score."""

    slug = "platform.score_rejected"
    title = "The LMS did not accept the grade"
    default_detail = "The grade is safe here. Check the maximum points and the settings of the gradebook column."


class LearnerNotGradable(ServiceRefused):
    """The platform has no such learner in the course (left, or a role that takes no grades)."""

    slug = "platform.learner_not_gradable"
    title = "The LMS takes no grade for this person"
    default_detail = "They may have left the course, or their role there takes no grades. The grade is safe here."


class LineItemGone(ServiceRefused):
    """The gradebook column does not exist any more."""

    slug = "platform.line_item_gone"
    title = "The gradebook column is gone"
    default_detail = "It was deleted in the LMS. Open the assignment once from the course to connect it again."


class ForeignServiceUrl(ServiceRefused):
    """A service address that we do not send a token to: plain HTTP at a platform that otherwise uses HTTPS."""

    slug = "platform.unsafe_address"
    title = "The LMS gave us an unsafe address"
    default_detail = "Its gradebook address does not use HTTPS. Ask your LMS administrator to correct the site address."
