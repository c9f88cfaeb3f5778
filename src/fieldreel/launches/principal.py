"""Who acts, where, as what: the only thing that a use-case knows of a session."""

from dataclasses import dataclass
from uuid import UUID

from fieldreel.errors import Forbidden
from fieldreel.lti.roles import Role

_GRADERS = frozenset({Role.INSTRUCTOR, Role.ASSISTANT})
_SETTERS = frozenset({Role.INSTRUCTOR, Role.DESIGNER, Role.ADMINISTRATOR})


@dataclass(frozen=True, slots=True)
class Principal:
    """One person in one assignment of one deployment, for as long as the launch lasts.

    Nothing outside `assignment_id` is reachable with it: tenancy and course borders follow from that one rule.
    """

    launch_id: UUID
    deployment_id: UUID
    context_id: UUID
    assignment_id: UUID
    person_id: UUID
    role: Role
    test_user: bool = False

    @property
    def can_upload(self) -> bool:
        """Whether this person may hand in."""
        return self.role is Role.LEARNER

    @property
    def can_grade(self) -> bool:
        """Whether this person may see all submissions and grade them."""
        return self.role in _GRADERS

    @property
    def can_configure(self) -> bool:
        """Whether this person may change the assignment's settings."""
        return self.role in _SETTERS

    def require_learner(self) -> None:
        """Raise `Forbidden` unless this person may hand in."""
        if not self.can_upload:
            raise Forbidden("Only students can hand in here.")

    def require_grader(self) -> None:
        """Raise `Forbidden` unless this person may grade."""
        if not self.can_grade:
            raise Forbidden("Only teachers can see and grade submissions.")

    def require_setter(self) -> None:
        """Raise `Forbidden` unless this person may change settings."""
        if not self.can_configure:
            raise Forbidden("Only teachers can change the settings of this assignment.")
