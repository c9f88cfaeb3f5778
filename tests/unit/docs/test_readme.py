"""The README's promises that a test can hold it to."""

from pathlib import Path

import pytest

from fieldreel.settings import documented_settings

ROOT = Path(__file__).parents[3]
README = (ROOT / "README.md").read_text()


@pytest.mark.parametrize(("name", "default", "description"), list(documented_settings()), ids=lambda value: value[:40])
def test_every_setting_stands_in_the_table_with_its_default(name: str, default: str, description: str) -> None:
    shown = f"`{default}`" if default else ""
    assert f"| `{name}` | {shown} | {description} |" in README
    assert description


def test_the_table_names_no_setting_that_does_not_exist() -> None:
    known = {name for name, _, _ in documented_settings()}
    rows = [line.split("`")[1] for line in README.splitlines() if line.startswith("| `FIELDREEL_")]
    assert rows
    assert set(rows) == known


def test_every_picture_that_is_shown_exists() -> None:
    pictures = [part.split(")")[0] for part in README.split("](")[1:] if part.split(")")[0].endswith(".png")]
    assert pictures
    assert [name for name in pictures if not (ROOT / name).is_file()] == []


def test_every_package_stands_on_the_map() -> None:
    packages = {path.parent.name for path in (ROOT / "src" / "fieldreel").glob("*/__init__.py")}
    assert {name for name in packages if f"{name}/" not in README} == set()
