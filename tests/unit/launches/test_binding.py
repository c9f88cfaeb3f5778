"""The cookie that ties a login to a browser."""

from fieldreel.launches.binding import PREFIX, clear_cookie, cookie_name, set_cookie, surplus

ATTRIBUTES = {"Path=/", "Secure", "HttpOnly", "SameSite=None", "Partitioned"}


def test_a_cookie_carries_the_secret_and_every_attribute_that_frames_need():
    pair, *attributes = set_cookie("state", "secret").split("; ")
    assert pair == f"{cookie_name('state')}=secret"
    assert set(attributes) == ATTRIBUTES | {"Max-Age=600"}


def test_a_cookie_is_cleared_with_the_attributes_it_was_set_with():
    pair, *attributes = clear_cookie(cookie_name("state")).split("; ")
    assert pair == f"{cookie_name('state')}="
    assert set(attributes) == ATTRIBUTES | {"Max-Age=0"}


def test_names_differ_by_state_and_do_not_show_it():
    names = {cookie_name(f"state-{number}") for number in range(100)}
    assert len(names) == 100
    assert all(name.startswith("__Host-") and "state" not in name for name in names)


def test_the_oldest_of_ours_give_way_and_others_are_left_alone():
    ours = [f"{PREFIX}{number}" for number in range(12)]
    cookies = dict.fromkeys(["moodle", *ours, "canvas"], "x")
    assert list(surplus(cookies)) == ours[:3]
    assert list(surplus(dict.fromkeys(ours[:9], "x"))) == []
