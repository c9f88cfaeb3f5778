"""The whole thing on one machine: a demo LMS, a Stream emulator, PostgreSQL and the product, as real processes.

Owns: starting and stopping that stack (`run_demo`), filling it by walking through it as its people would (`seed`), and
proving the main job on it step by step (`run_check`).
Refuses: short cuts. Nothing here writes to the database or calls the product's code: it speaks HTTP to the product, the
LMS and Stream, and uses the same commands as an administrator. So a demo that works is evidence, not decoration.
"""

from pathlib import Path

from fieldreel.demo.ports import Ports

__all__ = ["Ports", "run_check", "run_demo"]

# Each imports late: the emulators' processes pass through this package too, and should start quickly.


def run_demo(folder: Path, *, fresh: bool = False, ports: Ports | None = None) -> int:
    """Run the demo until Ctrl-C. The exit status: 0 after a stop, 1 if it could not start or a part of it ended.

    Args:
        folder: keeps everything between runs; made if it is not there.
        fresh: delete what a former run left in it first.
        ports: the ports to prefer; otherwise those of the former run, or the defaults.
    """
    from fieldreel.demo import run

    return run.run(folder.absolute(), fresh=fresh, ports=ports)


def run_check(file: Path | None = None) -> int:
    """Prove the main job and give the exit status: 0 only if every step held.

    One line per step with its time and what was seen. The stack lives on free ports in a temporary folder, which is
    kept for a look when a step failed.

    Args:
        file: the video to hand in; otherwise one of three upload chunks is made.
    """
    from fieldreel.demo import check

    return check.run(file)
