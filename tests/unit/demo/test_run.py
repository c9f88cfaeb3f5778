"""What `fieldreel demo` refuses before it starts anything."""

import socket
from pathlib import Path

import pytest

from fieldreel.demo import Ports, run_demo
from fieldreel.demo.ports import free_ports
from fieldreel.demo.state import StackState, only_one


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    """The folder of a demo that ran before."""
    folder = tmp_path / "demo"
    folder.mkdir()
    ports = free_ports()
    StackState(ports=ports, registrations={ports.lms_url: "id"}, filled=True).write(folder)
    return folder


def test_data_of_an_lms_whose_port_is_busy_is_not_run_without_its_lms(
    filled: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ports = StackState.read(filled).ports  # type: ignore[union-attr]
    with socket.create_server(("127.0.0.1", ports.lms)):
        assert run_demo(filled) == 1
    assert f"belongs to the LMS at {ports.lms_url}" in capsys.readouterr().err
    assert StackState.read(filled).ports == ports  # type: ignore[union-attr]


def test_a_second_demo_on_the_same_folder_ends_with_an_explanation(
    filled: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with only_one(filled):
        assert run_demo(filled) == 1
    assert "already runs" in capsys.readouterr().err


def test_starting_over_leaves_a_folder_of_somebody_else_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    assert run_demo(tmp_path, fresh=True, ports=Ports()) == 1
    assert (tmp_path / "thesis.txt").exists()
    assert "holds no demo" in capsys.readouterr().err
