"""Rules of the house that no linter knows, read off the syntax trees of the product."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import fieldreel

ROOT = Path(fieldreel.__file__).parent
STATEMENTS = {"select", "update", "insert", "delete", "text"}
# `text` in a model is a server default or the condition of an index, not a statement.
STATEMENT_MODULES = ("sqlalchemy", "sqlalchemy.dialects.postgresql")
ONLY_IN: dict[str, tuple[str, ...]] = {
    "jose": ("stream/signing.py", "launches/session_tokens.py"),
    "pylti1p3": ("lti/",),
    "httpx": ("kit/", "lti/", "stream/", "parts.py", "demo/", "emulators/"),
    "asyncpg": ("db.py", "kit/postgres.py", "demo/", "playback/queries.py", "launches/"),
    "apscheduler": ("scheduler.py",),
    "jinja2": ("web/pages.py", "launches/pages.py", "emulators/"),
}
HTTP = ("fastapi", "starlette")
BELOW_HTTP = {"service.py", "queries.py", "jobs.py", "models.py", "policy.py", "rules.py"}
CLOCKS = {
    "kit/clock.py": "the clock itself",
    "kit/ids.py": "a UUIDv7 begins with the machine's own time, wherever a demo has moved the clock",
    "emulators/platform/state.py": "the LMS of the demo was founded on the day of its first start",
}
NOBODYS_NAMES = {"utils", "util", "helpers", "helper", "misc", "common", "manager", "managers", "base"}
MOST_LINES = 400


class Module:
    """One file of the product."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = path.relative_to(ROOT).as_posix()
        self.source = path.read_text()
        self.tree = ast.parse(self.source)

    @property
    def is_emulator(self) -> bool:
        return self.name.startswith("emulators/")

    def imported(self) -> Iterator[tuple[str, str]]:
        """(module, name) of every import; the name is empty for `import module`."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((alias.name, "") for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield from ((node.module, alias.name) for alias in node.names)

    def calls(self) -> Iterator[str]:
        """Every called thing as it is written, such as `datetime.now`."""
        yield from (ast.unparse(node.func) for node in ast.walk(self.tree) if isinstance(node, ast.Call))

    def offends(self, name: str) -> bool:
        """Whether the package `name` is imported."""
        return any(module == name or module.startswith(f"{name}.") for module, _ in self.imported())


MODULES = [Module(path) for path in sorted(ROOT.rglob("*.py"))]


def test_the_whole_product_was_read() -> None:
    assert {"app.py", "uploads/service.py", "lti/launch.py"} <= {module.name for module in MODULES}


def statements_outside_of_queries(module: Module) -> set[str]:
    forbidden = STATEMENTS - {"text"} if module.path.name == "models.py" or module.name == "db.py" else STATEMENTS
    return {name for where, name in module.imported() if where in STATEMENT_MODULES and name in forbidden}


def test_statements_stand_in_queries_and_nowhere_else() -> None:
    found = {
        m.name: names for m in MODULES if m.path.name != "queries.py" and (names := statements_outside_of_queries(m))
    }
    assert found == {}


def test_nobody_commits_by_hand() -> None:
    assert [m.name for m in MODULES if any(call.endswith(".commit") for call in m.calls())] == []


@pytest.mark.parametrize("package", ONLY_IN)
def test_a_foreign_package_is_imported_only_where_it_is_adapted(package: str) -> None:
    assert [m.name for m in MODULES if m.offends(package) and not m.name.startswith(ONLY_IN[package])] == []


def test_rules_statements_and_jobs_know_no_http() -> None:
    offenders = [m.name for m in MODULES if m.path.name in BELOW_HTTP and any(m.offends(name) for name in HTTP)]
    assert offenders == []


def test_time_comes_from_a_clock() -> None:
    asking = ("datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.time_ns")
    found = {m.name for m in MODULES if any(call.endswith(asking) for call in m.calls())}
    assert found == set(CLOCKS), "a new exception needs its reason in CLOCKS; one that is gone leaves the list"


def test_no_file_is_named_after_nothing() -> None:
    assert [m.name for m in MODULES if NOBODYS_NAMES & {m.path.stem, m.path.parent.name}] == []


def test_files_stay_short_enough_to_be_read_at_once() -> None:
    assert {m.name: lines for m in MODULES if (lines := len(m.source.splitlines())) > MOST_LINES} == {}


def test_every_package_says_what_it_owns_and_what_it_refuses() -> None:
    records = [m for m in MODULES if m.path.name == "__init__.py"]
    assert [m.name for m in records if not ast.get_docstring(m.tree)] == []


def test_nothing_prints_but_the_command_line() -> None:
    printing = {m.name for m in MODULES if "print" in set(m.calls())}
    assert {name for name in printing if not name.startswith("demo/")} == set()


def test_a_statement_in_a_service_would_be_found() -> None:
    module = Module(ROOT / "uploads" / "service.py")
    module.tree = ast.parse("from sqlalchemy import select, text")
    assert statements_outside_of_queries(module) == {"select", "text"}
