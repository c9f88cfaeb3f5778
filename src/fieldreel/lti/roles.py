"""From LTI roles to what a person may be in one course. Deny by default.

Context roles decide. Institution and system roles never make a teacher: they are sent for everybody, and they are about
other courses. The vocabulary is LTI Core §A.2; unknown roles are ignored.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

_MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership"
_TEST_USER = "http://purl.imsglobal.org/vocab/lti/system/person#TestUser"
_ADMINISTRATORS = frozenset(
    {
        "http://purl.imsglobal.org/vocab/lis/v2/institution/person#Administrator",
        "http://purl.imsglobal.org/vocab/lis/v2/system/person#Administrator",
        "http://purl.imsglobal.org/vocab/lis/v2/system/person#SysAdmin",
        "http://purl.imsglobal.org/vocab/lis/v2/system/person#AccountAdmin",
        # The deprecated prefix of LTI Core §A.2 does not tell institution from system.
        "http://purl.imsglobal.org/vocab/lis/v2/person#Administrator",
        "http://purl.imsglobal.org/vocab/lis/v2/person#SysAdmin",
    }
)
_CONTEXT_ROLE = re.compile(
    rf"(?:{re.escape(_MEMBERSHIP)}(?:/(?P<principal>[A-Za-z]+))?#|urn:lti:role:ims/lis/(?P<urn>[A-Za-z]+/)?)?"
    r"(?P<name>[A-Za-z]+)"
)
_PRINCIPALS = frozenset(
    {"Administrator", "ContentDeveloper", "Instructor", "Learner", "Mentor", "Manager", "Member", "Officer"}
)
# Named one by one: a sub-role nobody knows gives nothing.
_TEACHES: frozenset[tuple[str, str | None]] = frozenset(
    ("Instructor", sub)
    for sub in ("PrimaryInstructor", "SecondaryInstructor", "Lecturer", "GuestInstructor", "ExternalInstructor")
)
_ADMINISTERS: frozenset[tuple[str, str | None]] = frozenset(
    ("Administrator", sub) for sub in (None, "Administrator", "SystemAdministrator")
)


class Role(StrEnum):
    """What a person is in one course."""

    LEARNER = "learner"
    INSTRUCTOR = "instructor"
    ASSISTANT = "assistant"
    DESIGNER = "designer"
    OBSERVER = "observer"
    ADMINISTRATOR = "administrator"
    GUEST = "guest"


@dataclass(frozen=True, slots=True)
class MappedRole:
    """The role of a launch, and whether it is the platform's test student ("Student View")."""

    role: Role
    test_user: bool


def map_roles(roles: Iterable[str]) -> MappedRole:
    """The most capable role that the context roles give; `GUEST` where nothing is known.

    An assistant is sent as Instructor *and* Instructor#TeachingAssistant, so the sub-role wins over its principal.
    A visiting administrator has no role in the course, only at the institution or in the system.
    """
    given = set(roles)
    pairs = {pair for role in given if (pair := _context_role(role)) is not None}
    return MappedRole(role=_from_context(pairs) or _visiting(given), test_user=_TEST_USER in given)


def _context_role(role: str) -> tuple[str, str | None] | None:
    """(principal, sub-role) of a context role, None for anything else.

    Takes the full form, the sub-role form, the simple name (legal for context roles) and the URN of LTI 1.1 habits.
    """
    match = _CONTEXT_ROLE.fullmatch(role)
    if match is None:
        return None
    name, principal = match["name"], match["principal"] or (match["urn"] or "").removesuffix("/") or None
    if principal is None:
        return (name, None) if name in _PRINCIPALS else None
    return (principal, name) if principal in _PRINCIPALS else None


def _from_context(pairs: set[tuple[str, str | None]]) -> Role | None:
    """The first rule that holds, most capable first."""
    principals = {principal for principal, _ in pairs}
    assists = any(
        principal == "Instructor" and sub is not None and (sub.startswith("TeachingAssistant") or sub == "Grader")
        for principal, sub in pairs
    )
    rules = (
        (bool(pairs & (_ADMINISTERS | _TEACHES)), Role.INSTRUCTOR),
        (assists, Role.ASSISTANT),
        (("Instructor", None) in pairs, Role.INSTRUCTOR),
        ("ContentDeveloper" in principals, Role.DESIGNER),
        ("Learner" in principals, Role.LEARNER),
        ("Mentor" in principals, Role.OBSERVER),
    )
    return next((role for holds, role in rules if holds), None)


def _visiting(roles: set[str]) -> Role:
    return Role.ADMINISTRATOR if roles & _ADMINISTRATORS else Role.GUEST
