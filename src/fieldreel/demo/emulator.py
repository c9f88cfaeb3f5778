"""The two stand-ins as processes of their own: `python -m fieldreel.demo.emulator stream` and `… lms`."""

import json
import logging
import os
import sys
from pathlib import Path
from typing import Any

from fieldreel.demo.processes import EMULATOR_CONFIG


def main(kind: str, config: dict[str, Any]) -> None:
    """Serve until SIGTERM."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    folder = Path(config.pop("folder"))
    if kind == "stream":
        from fieldreel.emulators import stream

        ports = {"api_port": config.pop("api_port"), "media_port": config.pop("media_port")}
        stream.serve(stream.StreamEmulatorConfig(folder=folder, **config), **ports)
    else:
        from fieldreel.emulators import platform

        port = config.pop("port")
        tool = platform.ToolRegistration(**config.pop("tool"))
        platform.serve(platform.DemoLmsConfig(folder=folder, tool=tool, **config), port=port)


if __name__ == "__main__":
    main(sys.argv[1], json.loads(os.environ[EMULATOR_CONFIG]))
