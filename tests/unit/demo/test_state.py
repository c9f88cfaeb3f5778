"""What a stack keeps in its folder."""

import stat
from pathlib import Path

import pytest

from fieldreel.demo.errors import DemoError
from fieldreel.demo.ports import Ports
from fieldreel.demo.state import StackState, clear, only_one


def test_a_state_is_there_again_after_a_restart(tmp_path: Path) -> None:
    state = StackState(ports=Ports(app=9000), signing_key_id="k", filled=True)
    state.write(tmp_path)
    assert StackState.read(tmp_path) == state


def test_secrets_are_readable_by_their_owner_alone(tmp_path: Path) -> None:
    StackState().write(tmp_path)
    assert stat.S_IMODE((tmp_path / "stack.json").stat().st_mode) == 0o600


def test_two_stacks_share_no_secret() -> None:
    first, second = StackState(), StackState()
    assert first.secret_key != second.secret_key
    assert first.api_token != second.api_token


def test_clearing_leaves_a_folder_of_somebody_else_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(DemoError, match="holds no demo"):
        clear(tmp_path)
    assert (tmp_path / "thesis.txt").exists()


def test_clearing_removes_a_former_stack(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    folder.mkdir()
    StackState().write(folder)
    clear(folder)
    assert not folder.exists()
    clear(folder)


def test_a_second_run_on_the_same_folder_is_told_where_the_first_is(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    folder.mkdir()
    StackState(ports=Ports(lms=9001)).write(folder)
    with only_one(folder):
        with pytest.raises(DemoError, match=r"already runs at http://localhost:9001 \(process \d+\)"), only_one(folder):
            pass
        with only_one(tmp_path / "another"):
            pass
    with only_one(folder):
        pass
