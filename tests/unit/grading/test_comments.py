"""A comment goes to the gradebook once where the platform appends, and every time where it replaces."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from fieldreel.grading.jobs import Deliverer
from fieldreel.lti.quirks import profile_for


def sent_comment(family: str, *, before: str | None, now: str) -> str | None:
    owed: Any = SimpleNamespace(score=SimpleNamespace(last_comment=before), grade=SimpleNamespace(comment=now))
    gradebook: Any = SimpleNamespace(profile=profile_for(family))
    return cast("str | None", Deliverer._comment(owed, gradebook))


def test_canvas_alone_is_known_to_append_comments() -> None:
    assert profile_for("canvas").appends_comments
    assert [
        family for family in ("moodle", "blackboardlearn", "sakai", None) if profile_for(family).appends_comments
    ] == []


@pytest.mark.parametrize("family", ["moodle", "blackboardlearn", "unheard-of"])
def test_an_unchanged_comment_is_repeated_because_a_score_without_one_would_clear_it(family: str) -> None:
    assert sent_comment(family, before="Well done.", now="Well done.") == "Well done."


def test_an_unchanged_comment_is_not_added_a_second_time_at_canvas() -> None:
    assert sent_comment("canvas", before="Well done.", now="Well done.") is None


def test_a_changed_comment_is_sent_to_canvas() -> None:
    assert sent_comment("canvas", before="Well done.", now="Even better.") == "Even better."
    assert sent_comment("canvas", before=None, now="Well done.") == "Well done."
