"""The whole tree of errors: codes, statuses and words."""

import importlib
import pkgutil
from collections.abc import Iterator

import pytest

import fieldreel
from fieldreel.errors import FieldreelError, every_slug


def load_everything() -> None:
    """Import every module of the product, so that every error of ours exists."""
    for module in pkgutil.walk_packages(fieldreel.__path__, "fieldreel."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)


def tree(kind: type[FieldreelError] = FieldreelError) -> Iterator[type[FieldreelError]]:
    yield kind
    for child in kind.__subclasses__():
        if child.__module__.startswith("fieldreel."):
            yield from tree(child)


load_everything()
KINDS = sorted(set(tree()), key=lambda kind: (kind.__module__, kind.__name__))


def test_the_tree_is_as_large_as_it_looks() -> None:
    assert len(KINDS) > 60


def test_a_code_means_one_thing_or_a_kind_of_it() -> None:
    by_slug: dict[str, list[type[FieldreelError]]] = {}
    for kind in KINDS:
        by_slug.setdefault(kind.slug, []).append(kind)
    for slug, kinds in by_slug.items():
        eldest = min(kinds, key=lambda kind: len(kind.__mro__))
        assert all(issubclass(kind, eldest) for kind in kinds), slug


def test_the_api_names_every_code() -> None:
    assert set(every_slug()) == {kind.slug for kind in KINDS}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
class TestEveryError:
    def test_has_a_code_of_area_and_cause(self, kind: type[FieldreelError]) -> None:
        area, _, cause = kind.slug.partition(".")
        assert area.isidentifier()
        assert cause.isidentifier()
        assert kind.slug == kind.slug.lower()

    def test_has_a_title_that_is_one_sentence_without_a_full_stop(self, kind: type[FieldreelError]) -> None:
        assert kind.title
        assert kind.title[0].isupper()
        assert not kind.title.endswith((".", "!", "?"))

    def test_says_what_to_do_in_whole_sentences(self, kind: type[FieldreelError]) -> None:
        assert kind.default_detail
        assert kind.default_detail[0].isupper()
        assert kind.default_detail.endswith(".")

    def test_speaks_plainly(self, kind: type[FieldreelError]) -> None:
        words = f"{kind.title} {kind.default_detail}".lower()
        for banned in ("oops", "successfully", "!", "please", "invalid token", "exception", "null", "fieldreel."):
            assert banned not in words

    def test_has_a_status_that_a_caller_can_act_on(self, kind: type[FieldreelError]) -> None:
        assert 400 <= kind.status < 600
        assert kind.status not in {502, 504}, "proxies replace their bodies"

    def test_promises_another_try_only_with_a_status_that_allows_one(self, kind: type[FieldreelError]) -> None:
        if kind.retryable:
            assert kind.status in {409, 429, 503}

    def test_is_not_shown_as_a_bug_unless_it_is_one(self, kind: type[FieldreelError]) -> None:
        if kind.status != 500:
            assert kind.title != FieldreelError.title
            assert kind.default_detail != FieldreelError.default_detail
