"""`python -m tests.bench [--quick]`: measure, print one table; status 1 on an alarm."""

import argparse
import os
import sys
import tempfile
from pathlib import Path

import uvloop
from tests.bench.goals import Verdict, table
from tests.bench.run import Plan, run
from tests.bench.stage import postgres_for_bench


def main() -> int:
    """Run the bench."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Speed as ratios measured in one run.")
    parser.add_argument("--quick", action="store_true", help="three small rounds: whether it works, not how fast")
    parser.add_argument("--folder", type=Path, help="keep logs and data here (must be new or empty)")
    arguments = parser.parse_args()
    if not Path("/proc/self/stat").exists() or not hasattr(os, "sched_setaffinity"):
        sys.stderr.write("The bench reads CPU time from /proc and pins processes to cores: it needs Linux.\n")
        return 2
    with tempfile.TemporaryDirectory(prefix="fieldreel-bench-") as temporary:
        folder = arguments.folder or Path(temporary)
        folder.mkdir(exist_ok=True)
        folder.chmod(0o711)
        with postgres_for_bench(folder) as postgres:
            report = uvloop.run(run(Plan.quick() if arguments.quick else Plan(), postgres, folder))
    sys.stdout.write(f"{table(report.goals)}\n\n{report.notes}\n")
    return int(any(goal.verdict is Verdict.ALARM for goal in report.goals))


if __name__ == "__main__":
    sys.exit(main())
