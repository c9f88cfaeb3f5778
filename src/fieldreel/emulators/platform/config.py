"""What the demo LMS must be told: where it lives and which tool it knows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

AGS = "https://purl.imsglobal.org/spec/lti-ags/scope/"
SCOPE_LINE_ITEM = AGS + "lineitem"
SCOPE_LINE_ITEM_READ = AGS + "lineitem.readonly"
SCOPE_RESULT_READ = AGS + "result.readonly"
SCOPE_SCORE = AGS + "score"
SCOPE_MEMBERSHIP_READ = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
AGS_SCOPES = (SCOPE_LINE_ITEM, SCOPE_LINE_ITEM_READ, SCOPE_RESULT_READ, SCOPE_SCORE)


def _default_custom() -> dict[str, str]:
    # Moodle 4.5 knows no due date variable, so the first one arrives unresolved, as it would from a real Moodle.
    return {
        "due_at": "$ResourceLink.submission.endDateTime",
        "context_history": "$Context.id.history",
        "time_zone": "$Person.address.timezone",
    }


@dataclass(frozen=True, slots=True)
class ToolRegistration:
    """The one tool of this LMS, as its administrator would have entered it.

    `launch_url` is the only registered redirect URI and is compared byte for byte (LTI Security Framework §5.1.1.2).
    `second_deployment_id` is the deployment of the other institution on the same site. `custom` is sent with each
    launch; values that begin with `$` are substituted where Moodle 4.5 knows the variable.
    """

    client_id: str
    deployment_id: str
    login_url: str
    launch_url: str
    target_link_uri: str
    jwks_url: str
    second_deployment_id: str = "2"
    custom: Mapping[str, str] = field(default_factory=_default_custom)
    scopes: tuple[str, ...] = (*AGS_SCOPES, SCOPE_MEMBERSHIP_READ)

    def __post_init__(self) -> None:
        if self.deployment_id == self.second_deployment_id:
            msg = f"both deployments would be called {self.deployment_id!r}"
            raise ValueError(msg)

    @property
    def origin(self) -> str:
        """Scheme, host and port of the tool: what the frame's `allow` list names."""
        parts = urlsplit(self.target_link_uri)
        return f"{parts.scheme}://{parts.netloc}"


@dataclass(frozen=True, slots=True)
class DemoLmsConfig:
    """Where the LMS keeps its state, the URL by which browsers and tools reach it (also its issuer), and its tool."""

    folder: Path
    url: str
    tool: ToolRegistration
    product_family_code: str = "moodle"
    name: str = "Demo LMS"

    def __post_init__(self) -> None:
        if self.url.endswith("/"):
            msg = "the issuer carries no trailing slash"
            raise ValueError(msg)

    @property
    def token_url(self) -> str:
        """The token endpoint, which is also the audience of a client assertion."""
        return f"{self.url}/lti/token"

    def lineitems_url(self, course_key: str, deployment_id: str) -> str:
        """The line item container of a course; carries a query as Moodle's does."""
        return f"{self.url}/lti/ags/{course_key}/lineitems?type_id={deployment_id}"

    def lineitem_url(self, course_key: str, deployment_id: str, item_id: int, sub: str = "") -> str:
        """One line item; `sub` (`/scores`, `/results`) goes before the query."""
        return f"{self.url}/lti/ags/{course_key}/lineitems/{item_id}/lineitem{sub}?type_id={deployment_id}"

    def memberships_url(self, course_key: str) -> str:
        """The membership container of a course."""
        return f"{self.url}/lti/nrps/{course_key}/memberships"
