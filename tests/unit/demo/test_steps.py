"""The lines of a check."""

import re

import pytest

from fieldreel.demo.errors import StepFailed
from fieldreel.demo.steps import Steps


def test_a_step_that_holds_says_what_was_seen() -> None:
    spoken: list[str] = []
    steps = Steps(spoken.append)
    with steps.step("Ada submits") as seen:
        seen("attempt 1")
    assert re.fullmatch(r" +ok +\d+\.\d\d s  Ada submits: attempt 1", spoken[0])
    assert (steps.held, steps.failed) == (1, None)


def test_a_step_that_fails_is_named_and_not_counted() -> None:
    spoken: list[str] = []
    steps = Steps(spoken.append)
    with pytest.raises(StepFailed), steps.step("Ada submits"):
        raise StepFailed("it is withdrawn")
    assert spoken[0].startswith("FAILED")
    assert (steps.held, steps.failed) == (0, "Ada submits")
