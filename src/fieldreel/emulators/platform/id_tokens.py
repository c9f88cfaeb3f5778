"""The claims of a resource link launch, as Moodle 4.5 fills them (LTI Core §5.3, §5.4)."""

import hashlib
from typing import Any

from fieldreel.emulators.platform.config import AGS_SCOPES, SCOPE_MEMBERSHIP_READ, DemoLmsConfig
from fieldreel.emulators.platform.gradebook import Gradebook
from fieldreel.emulators.platform.world import Activity, Course, Person, Role

LIFETIME_SECONDS = 60
CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
AGS_CLAIM = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
NRPS_CLAIM = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"


def _custom(config: DemoLmsConfig, activity: Activity, person: Person) -> dict[str, str]:
    # An unknown variable stays the literal text (LTI Core, appendix B); the due date is unknown to Moodle 4.5.
    known = {
        "$Context.id.history": "",
        "$Moodle.Person.userGroupIds": "",
        "$Person.address.timezone": "Europe/Lisbon",
        "$User.username": person.key,
    }
    resolved = {name: known.get(value, value) for name, value in {**config.tool.custom, **activity.custom}.items()}
    return {name.lower(): value for name, value in resolved.items()} | resolved  # Moodle sends both spellings


def launch_claims(
    config: DemoLmsConfig,
    gradebook: Gradebook,
    *,
    course: Course,
    activity: Activity,
    person: Person,
    role: Role,
    window: bool,
    nonce: str,
    now: int,
) -> dict[str, Any]:
    """The claims of one launch; `now` in Unix seconds. No `azp`, one audience as a string, 60 s: like Moodle."""
    tool = config.tool
    claims: dict[str, Any] = {
        "iss": config.url,
        "aud": tool.client_id,
        "sub": person.sub,
        "iat": now,
        "exp": now + LIFETIME_SECONDS,
        "nonce": nonce,
        "given_name": person.given_name,
        "family_name": person.family_name,
        "name": person.name,
        "email": person.email,
        CLAIM + "version": "1.3.0",
        CLAIM + "message_type": "LtiResourceLinkRequest",
        CLAIM + "deployment_id": course.deployment_id,
        CLAIM + "target_link_uri": tool.target_link_uri,
        CLAIM + "roles": role.claim,
        CLAIM + "resource_link": {
            "id": activity.link_id,
            "title": activity.title,
            "description": activity.description,
        },
        CLAIM + "context": {
            "id": course.context_id,
            "label": course.label,
            "title": course.title,
            "type": ["http://purl.imsglobal.org/vocab/lis/v2/course#CourseSection"],
        },
        CLAIM + "tool_platform": {
            "guid": hashlib.md5(config.url.encode(), usedforsecurity=False).hexdigest(),
            "name": config.name,
            "description": config.name,
            "product_family_code": config.product_family_code,
            "version": "2024100706",
        },
        CLAIM + "launch_presentation": {
            "document_target": "window" if window else "iframe",
            "locale": "en",
            "return_url": f"{config.url}/courses/{course.key}",
        },
        CLAIM + "lis": {"person_sourcedid": "", "course_section_sourcedid": ""},
        CLAIM + "ext": {"user_username": person.key, "lms": "moodle-2"},
        CLAIM + "custom": _custom(config, activity, person),
    }
    if scopes := [scope for scope in AGS_SCOPES if scope in tool.scopes]:
        endpoint: dict[str, Any] = {
            "scope": scopes,
            "lineitems": config.lineitems_url(course.key, course.deployment_id),
        }
        items = gradebook.line_items(course, resource_link_id=activity.link_id)
        if len(items) == 1:  # AGS §3.1.1.1: only when exactly one is bound
            endpoint["lineitem"] = config.lineitem_url(course.key, course.deployment_id, items[0].id)
        claims[AGS_CLAIM] = endpoint
    if SCOPE_MEMBERSHIP_READ in tool.scopes:
        claims[NRPS_CLAIM] = {
            "context_memberships_url": config.memberships_url(course.key),
            "service_versions": ["1.0", "2.0"],
        }
    return claims
