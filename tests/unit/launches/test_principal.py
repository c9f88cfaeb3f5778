"""What each role may do, and which face of the app it sees."""

import uuid

import pytest

from fieldreel.errors import Forbidden
from fieldreel.launches.pages import mode
from fieldreel.launches.principal import Principal
from fieldreel.lti.roles import Role

EXPECTED = {
    Role.LEARNER: (True, False, False, "student"),
    Role.INSTRUCTOR: (False, True, True, "teacher"),
    Role.ASSISTANT: (False, True, False, "teacher"),
    Role.DESIGNER: (False, False, True, "teacher"),
    Role.ADMINISTRATOR: (False, False, True, "teacher"),
    Role.OBSERVER: (False, False, False, "guest"),
    Role.GUEST: (False, False, False, "guest"),
}


@pytest.mark.parametrize("role", Role)
def test_a_role_may_do_what_the_table_says_and_no_more(role):
    ids = (uuid.UUID(int=number) for number in range(5))
    principal = Principal(*ids, role=role)
    upload, grade, configure, face = EXPECTED[role]

    assert (principal.can_upload, principal.can_grade, principal.can_configure) == (upload, grade, configure)
    assert mode(principal) == face
    for allowed, require in (
        (upload, principal.require_learner),
        (grade, principal.require_grader),
        (configure, principal.require_setter),
    ):
        if allowed:
            require()
        else:
            with pytest.raises(Forbidden):
                require()
