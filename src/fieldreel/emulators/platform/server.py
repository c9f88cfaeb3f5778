"""The demo LMS as a process."""

import signal
from types import FrameType
from typing import NoReturn

import uvicorn

from fieldreel.emulators.platform.config import DemoLmsConfig
from fieldreel.emulators.platform.lms import DemoLms


class _Stopped(BaseException):
    """A stop signal outside uvicorn's care; no `Exception`, so that nothing swallows it."""


def _stop(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise _Stopped


def serve(config: DemoLmsConfig, *, port: int) -> None:
    """Serve on 127.0.0.1 until SIGTERM or SIGINT, then return; to be called in the main thread.

    Proxy headers are ignored, since the control routes decide by the peer's address.
    """
    # uvicorn raises the signal again after its shutdown; without handlers of our own the process would then die of it.
    previous = {number: signal.signal(number, _stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        uvicorn.Server(
            uvicorn.Config(
                DemoLms(config).app,
                host="127.0.0.1",
                port=port,
                log_level="warning",
                proxy_headers=False,
                server_header=False,
                timeout_graceful_shutdown=3,
            )
        ).run()
    except _Stopped:
        pass
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
