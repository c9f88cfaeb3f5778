"""What a teacher reads of a score on its way."""

from datetime import UTC, datetime
from typing import Any

import pytest

from fieldreel.grading.jobs import DeliveryBroke, NoGradebook
from fieldreel.grading.models import Score, ScoreStatus
from fieldreel.grading.schemas import PROBLEMS, DeliveryOut, DeliveryStatus
from fieldreel.lti import errors as lti_errors

AT = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


def score(status: ScoreStatus, **columns: Any) -> Score:
    return Score(status=status, attempts=1, next_attempt_at=AT, **columns)


@pytest.mark.parametrize(
    ("row", "status", "code"),
    [
        (None, DeliveryStatus.NONE, None),
        (score(ScoreStatus.DUE), DeliveryStatus.DUE, None),
        (score(ScoreStatus.SENDING), DeliveryStatus.DUE, None),
        (score(ScoreStatus.DUE, last_error="platform.unavailable"), DeliveryStatus.RETRYING, "platform.unavailable"),
        (score(ScoreStatus.SENT, sent_at=AT), DeliveryStatus.SENT, None),
        (score(ScoreStatus.PARKED, last_error="platform.refused"), DeliveryStatus.PARKED, "platform.refused"),
    ],
)
def test_the_row_is_told_in_five_words(row: Score | None, status: DeliveryStatus, code: str | None) -> None:
    told = DeliveryOut.of(row)
    assert (told.status, told.code) == (status, code)
    assert (told.problem is None) == (code is None)


def test_a_next_attempt_is_promised_only_while_there_will_be_one() -> None:
    assert DeliveryOut.of(score(ScoreStatus.DUE)).next_attempt_at == AT
    assert DeliveryOut.of(score(ScoreStatus.SENT)).next_attempt_at is None
    assert DeliveryOut.of(score(ScoreStatus.PARKED, last_error="platform.refused")).next_attempt_at is None


def test_every_refusal_of_a_platform_has_words_of_its_own() -> None:
    kinds = [lti_errors.ServiceRefused, *lti_errors.ServiceRefused.__subclasses__()]
    unsaid = {kind.slug for kind in kinds if kind is not DeliveryBroke} - PROBLEMS.keys()
    assert unsaid == set()
    assert NoGradebook.slug in PROBLEMS


def test_an_unforeseen_reason_still_reads_as_a_sentence() -> None:
    told = DeliveryOut.of(score(ScoreStatus.DUE, last_error="internal.bug"))
    assert told.problem is not None
    assert told.problem.endswith(".")
