from fieldreel.emulators.platform import ToolRegistration
from fieldreel.emulators.platform.world import PEOPLE, Role, World

TOOL = ToolRegistration("client", "1", "http://t/login", "http://t/launch", "http://t/launch", "http://t/jwks")


def test_both_courses_share_the_ids_that_tools_see():
    first, second = World(TOOL).courses.values()
    assert first.context_id == second.context_id
    assert [activity.link_id for activity in first.activities] == [activity.link_id for activity in second.activities]
    assert {first.deployment_id, second.deployment_id} == {"1", "2"}
    assert first.key != second.key


def test_nobody_is_enrolled_in_both():
    first, second = World(TOOL).courses.values()
    assert not set(first.roles) & set(second.roles)


def test_user_ids_are_unique_on_the_site():
    assert len({person.sub for person in PEOPLE}) == len(PEOPLE)


def test_administrator_may_enter_but_is_enrolled_nowhere():
    world = World(TOOL)
    admin = world.people["admin"]
    assert world.courses_of(admin) == list(world.courses.values())
    assert all(admin not in dict(world.members(course)) for course in world.courses.values())
    assert world.role(world.courses["nur204"], admin) is Role.ADMINISTRATOR


def test_only_learners_of_the_course_are_gradable():
    world = World(TOOL)
    course = world.courses["nur204"]
    assert {person.key for person in PEOPLE if world.find_gradable(course, person.sub)} == {"ada", "ben", "cleo"}
    assert world.find_gradable(course, "999") is None
