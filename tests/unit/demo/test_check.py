"""The check of the main job: it can hold, and it can fail."""

import tempfile
from pathlib import Path

import pytest

from fieldreel.demo import run_check
from fieldreel.demo.check import must
from fieldreel.demo.errors import StepFailed


@pytest.fixture(autouse=True)
def temporary_folders_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave nothing of a failed check on the machine."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    tmp_path.chmod(0o711)


def test_a_file_that_is_no_video_fails_the_check_before_anything_starts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "notes.txt").write_text("not a film")
    assert run_check(tmp_path / "notes.txt") == 1
    said = capsys.readouterr()
    assert "FAILED" in said.out
    assert "at “A video to hand in” after 0 steps" in said.err
    assert "notes.txt cannot be read as a video" in said.err


def test_a_part_that_does_not_start_fails_the_check_and_names_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FIELDREEL_PG_BIN", "/nowhere")
    assert run_check() == 1
    assert "at “PostgreSQL”" in (said := capsys.readouterr().err)
    assert "FIELDREEL_PG_BIN is /nowhere" in said


def test_an_expectation_that_does_not_hold_fails_its_step() -> None:
    must(holds=True, otherwise="")
    with pytest.raises(StepFailed, match="Stream still has it"):
        must(holds=False, otherwise="Stream still has it")


@pytest.mark.stack
@pytest.mark.xdist_group("e2e")
def test_the_main_job_holds_on_the_whole_stack(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_check() == 0, capsys.readouterr().err
    assert not any(path.name.startswith("fieldreel-check-") for path in tmp_path.iterdir())
