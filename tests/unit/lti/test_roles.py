"""LTI roles to what a person may be: deny by default, exact matches."""

import pytest

from fieldreel.lti.roles import Role, map_roles

M = "http://purl.imsglobal.org/vocab/lis/v2/membership"
I = "http://purl.imsglobal.org/vocab/lis/v2/institution/person#"  # noqa: E741 - as in the vocabulary's table
S = "http://purl.imsglobal.org/vocab/lis/v2/system/person#"
TEST_USER = "http://purl.imsglobal.org/vocab/lti/system/person#TestUser"


@pytest.mark.parametrize(
    ("roles", "role"),
    [
        ([f"{M}#Learner"], Role.LEARNER),
        ([f"{M}/Learner#GuestLearner"], Role.LEARNER),
        ([f"{M}/Learner#Instructor"], Role.LEARNER),  # a learner who teaches peers; PyLTI1p3 makes a teacher of it
        ([f"{M}#Instructor"], Role.INSTRUCTOR),
        (["Instructor"], Role.INSTRUCTOR),
        (["Learner"], Role.LEARNER),
        (["urn:lti:role:ims/lis/Learner"], Role.LEARNER),
        (["urn:lti:role:ims/lis/Instructor/TeachingAssistant"], Role.ASSISTANT),
        ([f"{M}/Instructor#PrimaryInstructor"], Role.INSTRUCTOR),
        ([f"{M}/Instructor#Lecturer"], Role.INSTRUCTOR),
        ([f"{M}/Instructor#TeachingAssistant"], Role.ASSISTANT),
        ([f"{M}#Instructor", f"{M}/Instructor#TeachingAssistant"], Role.ASSISTANT),  # Canvas
        ([f"{M}#Instructor", f"{M}/Instructor#TeachingAssistantSectionAssociation"], Role.ASSISTANT),
        ([f"{M}/Instructor#Grader"], Role.ASSISTANT),
        ([f"{M}/Instructor#Grader", f"{M}/Instructor#PrimaryInstructor"], Role.INSTRUCTOR),
        ([f"{M}#Administrator"], Role.INSTRUCTOR),
        ([f"{M}#Administrator", f"{M}#Instructor"], Role.INSTRUCTOR),  # Open edX staff
        ([f"{M}/Administrator#Support"], Role.GUEST),
        ([f"{M}#ContentDeveloper"], Role.DESIGNER),
        ([f"{M}#ContentDeveloper", f"{M}#Instructor"], Role.INSTRUCTOR),
        ([f"{M}#Mentor"], Role.OBSERVER),
        ([f"{M}#Instructor", f"{M}#Learner"], Role.INSTRUCTOR),
        ([f"{M}#Manager"], Role.GUEST),
        ([f"{M}#Officer"], Role.GUEST),
        ([f"{M}#Member"], Role.GUEST),
        ([f"{M}/Instructor#Chancellor"], Role.GUEST),
        ([], Role.GUEST),
        (["Dancer"], Role.GUEST),
        ([f"{M}#instructor"], Role.GUEST),
        ([f" {M}#Instructor"], Role.GUEST),
        ([f"{M}#Instructor\n"], Role.GUEST),
        ([f"{M}#Instructor/x"], Role.GUEST),
        (["https://evil.example/membership#Instructor"], Role.GUEST),
        ([f"x{M}#Instructor"], Role.GUEST),
        # Institution and system roles never teach: they are about other places.
        ([f"{I}Instructor"], Role.GUEST),
        ([f"{I}Faculty"], Role.GUEST),
        ([f"{I}Student"], Role.GUEST),
        ([f"{S}User"], Role.GUEST),
        ([f"{S}None", f"{I}None"], Role.GUEST),
        ([f"{I}Administrator"], Role.ADMINISTRATOR),
        ([f"{S}SysAdmin"], Role.ADMINISTRATOR),
        (["http://purl.imsglobal.org/vocab/lis/v2/person#Administrator"], Role.ADMINISTRATOR),
        ([f"{I}Administrator", f"{M}#Learner"], Role.LEARNER),
        ([f"{I}Instructor", f"{I}Student", f"{S}User", f"{M}#Learner"], Role.LEARNER),  # Canvas sends them all
    ],
)
def test_roles_map_to_what_a_person_may_be(roles, role):
    assert map_roles(roles).role is role
    assert map_roles(reversed(roles)).role is role
    assert map_roles(roles).test_user is False


def test_the_student_view_is_a_learner_and_a_test_user():
    mapped = map_roles([f"{M}#Learner", TEST_USER])
    assert (mapped.role, mapped.test_user) == (Role.LEARNER, True)


def test_the_test_user_marker_alone_gives_nothing():
    mapped = map_roles([TEST_USER])
    assert (mapped.role, mapped.test_user) == (Role.GUEST, True)
