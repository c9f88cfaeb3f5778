"""The people, courses and activities that the demo LMS is born with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from fieldreel.emulators.platform.config import ToolRegistration

_MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership#"


class Role(StrEnum):
    """What somebody is in a course; the value is the short name that Moodle's membership service sends."""

    INSTRUCTOR = "Instructor"
    LEARNER = "Learner"
    ADMINISTRATOR = "Administrator"

    @property
    def is_staff(self) -> bool:
        """Whether this role sees the whole gradebook."""
        return self is not Role.LEARNER

    @property
    def label(self) -> str:
        """The word on the LMS's own pages."""
        return {"Instructor": "Teacher", "Learner": "Student"}.get(self.value, "Site administrator")

    @property
    def claim(self) -> list[str]:
        """Role URIs as Moodle sends them: an administrator launches as Instructor plus two wider roles."""
        if self is Role.ADMINISTRATOR:
            return [
                _MEMBERSHIP + "Instructor",
                "http://purl.imsglobal.org/vocab/lis/v2/institution/person#Administrator",
                "http://purl.imsglobal.org/vocab/lis/v2/system/person#Administrator",
            ]
        return [_MEMBERSHIP + self.value]


@dataclass(frozen=True, slots=True)
class Person:
    """An account; `key` is the user name, `sub` the numeric id that tools see."""

    key: str
    sub: str
    given_name: str
    family_name: str

    @property
    def name(self) -> str:
        """Full name."""
        return f"{self.given_name} {self.family_name}"

    @property
    def email(self) -> str:
        """An address that can never receive mail (RFC 2606)."""
        return f"{self.key}@lms.example"


@dataclass(frozen=True, slots=True)
class Activity:
    """One resource link to the tool. `due_in` counts from the day the LMS was first started."""

    link_id: str
    cmid: int
    title: str
    description: str
    points: int
    due_in: timedelta | None = None

    @property
    def custom(self) -> dict[str, str]:
        """Custom parameters of this activity alone."""
        return {"points": str(self.points)}


@dataclass(frozen=True, slots=True)
class Course:
    """A course under one deployment. `key` is unique on the site; `context_id` only within the deployment."""

    key: str
    deployment_id: str
    institution: str
    context_id: str
    label: str
    title: str
    activities: tuple[Activity, ...]
    roles: Mapping[str, Role] = field(default_factory=dict)

    def activity(self, link_id: str) -> Activity | None:
        """The activity with this resource link id."""
        return next((activity for activity in self.activities if activity.link_id == link_id), None)


PEOPLE = (
    Person("admin", "2", "Imani", "Sorensen"),
    Person("tess", "3", "Tess", "Tanaka"),
    Person("ada", "4", "Ada", "Haddad"),
    Person("ben", "5", "Ben", "Okafor"),
    Person("cleo", "6", "Cleo", "Marín"),
    Person("otto", "7", "Otto", "Weber"),
    Person("lena", "8", "Lena", "Novak"),
)

_ACTIVITIES = (
    Activity(
        "hand-hygiene",
        11,
        "Hand hygiene demonstration",
        "Film the six steps in one take, with both hands in view. Say each step aloud.",
        100,
        timedelta(days=7),
    ),
    Activity(
        "wound-dressing",
        12,
        "Wound dressing",
        "Show a sterile change of dressing on the practice arm and explain each choice.",
        20,
    ),
)


class World:
    """Who and what exists on the site. The two courses share context id and resource link ids, not the deployment."""

    def __init__(self, tool: ToolRegistration) -> None:
        first = Course(
            "nur204",
            tool.deployment_id,
            "Riverside College",
            "204",
            "NUR 204",
            "NUR 204 Clinical skills",
            _ACTIVITIES,
            {"tess": Role.INSTRUCTOR, "ada": Role.LEARNER, "ben": Role.LEARNER, "cleo": Role.LEARNER},
        )
        second = Course(
            "nur204-lakeside",
            tool.second_deployment_id,
            "Lakeside Institute",
            first.context_id,
            first.label,
            first.title,
            _ACTIVITIES,
            {"otto": Role.INSTRUCTOR, "lena": Role.LEARNER},
        )
        self.courses = {course.key: course for course in (first, second)}
        self.people = {person.key: person for person in PEOPLE}

    def person_by_sub(self, sub: str) -> Person | None:
        """The person whom tools call `sub`."""
        return next((person for person in self.people.values() if person.sub == sub), None)

    def role(self, course: Course, person: Person) -> Role | None:
        """What the person is in the course, None for strangers; the administrator is known everywhere."""
        return Role.ADMINISTRATOR if person.key == "admin" else course.roles.get(person.key)

    def courses_of(self, person: Person) -> list[Course]:
        """The courses that the person may open."""
        return [course for course in self.courses.values() if self.role(course, person)]

    def members(self, course: Course) -> list[tuple[Person, Role]]:
        """Those enrolled in the course, teachers first."""
        return [(self.people[key], role) for key, role in course.roles.items()]

    def find_gradable(self, course: Course, sub: str) -> Person | None:
        """The learner of this course with that id: nobody else can hold a grade."""
        person = self.person_by_sub(sub)
        return person if person and course.roles.get(person.key) is Role.LEARNER else None
