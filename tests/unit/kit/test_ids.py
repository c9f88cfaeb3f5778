"""Ids, codes and random text."""

import base64
import re
import time
import uuid

import pytest

from fieldreel.kit import ids


def test_a_uuid7_says_its_version_its_variant_and_its_moment() -> None:
    before = time.time_ns() // 1_000_000
    made = ids.uuid7()
    after = time.time_ns() // 1_000_000
    assert made.version == 7
    assert made.variant == uuid.RFC_4122
    assert before <= made.int >> 80 <= after


def test_uuid7s_sort_by_time(monkeypatch: pytest.MonkeyPatch) -> None:
    moments = iter([1_000_000_000_000, 1_000_001_000_000, 1_700_000_000_000_000_000])
    monkeypatch.setattr(time, "time_ns", lambda: next(moments))
    made = [ids.uuid7() for _ in range(3)]
    assert made == sorted(made)


def test_uuid7s_of_one_moment_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time_ns", lambda: 1_700_000_000_000_000_000)
    assert len({ids.uuid7() for _ in range(1000)}) == 1000


def test_a_code_has_no_letter_that_looks_like_another() -> None:
    code = ids.short_code(groups=200)
    assert re.fullmatch(r"[2-9A-HJKMNP-TV-Z]{4}(-[2-9A-HJKMNP-TV-Z]{4}){199}", code)


def test_a_reference_looks_as_the_help_desk_knows_it() -> None:
    assert re.fullmatch(r"VA-[2-9A-Z]{4}-[2-9A-Z]{2}", ids.reference())


def test_a_secret_holds_as_much_chance_as_it_says() -> None:
    assert len(base64.urlsafe_b64decode(ids.secret() + "==")) == 32
    assert len(base64.urlsafe_b64decode(ids.secret(12))) == 12
    assert ids.secret() != ids.secret()
