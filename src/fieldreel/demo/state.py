"""What a stack keeps in its folder between two runs: its secrets, its ports, and whether it was filled."""

import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from fieldreel.demo.errors import DemoError
from fieldreel.demo.ports import Ports
from fieldreel.kit.crypto import new_key

_FILE = "stack.json"
_LOCK = "running"


class StackState(BaseModel):
    """The contents of `stack.json`. Secrets of a demo, yet secrets: the file is its owner's alone."""

    model_config = ConfigDict(extra="forbid")

    ports: Ports = Ports()
    secret_key: str = Field(default_factory=new_key)
    account_id: str = Field(default_factory=lambda: secrets.token_hex(16))
    api_token: str = Field(default_factory=lambda: secrets.token_urlsafe(30))
    signing_key_id: str = ""
    signing_key_pem: str = ""
    webhook_secret: str = ""
    registrations: dict[str, str] = Field(default_factory=dict, description="Our id of each issuer that we registered")
    filled: bool = False

    @classmethod
    def read(cls, folder: Path) -> Self | None:
        """The state of the stack in `folder`, None if there is none."""
        file = folder / _FILE
        return cls.model_validate_json(file.read_text()) if file.exists() else None

    def write(self, folder: Path) -> None:
        """Keep it; a crash leaves the former one or this one, never half of it."""
        new = folder / f"{_FILE}.new"
        new.touch(mode=0o600)
        new.write_text(self.model_dump_json(indent=2) + "\n")
        new.replace(folder / _FILE)


def clear(folder: Path) -> None:
    """Delete the stack in `folder`.

    Raises:
        DemoError: there is something else in it.
    """
    if folder.exists():
        if any(folder.iterdir()) and StackState.read(folder) is None:
            raise DemoError(f"{folder} holds no demo, so it is left alone. Choose another folder or empty it yourself.")
        shutil.rmtree(folder)


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Hold the folder for this process; the lock is the kernel's and dies with us.

    Raises:
        DemoError: another process holds it.
    """
    lock = folder.with_name(f"{folder.name}.{_LOCK}")  # beside it: the folder itself may be cleared under the lock
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            pid = file.read().strip() or "unknown"
            state = StackState.read(folder)
            where = f" at {state.ports.lms_url}" if state else ""
            raise DemoError(
                f"This demo already runs{where} (process {pid}). Use it, stop it with Ctrl-C in its terminal, or start "
                "another one with another folder."
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
