"""What the demo LMS remembers over a restart, and the files in which it does."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field

from fieldreel.emulators.platform.world import World


class LineItem(BaseModel):
    """A gradebook column. Those with `made_by_tool` came through AGS."""

    id: int
    course: str
    label: str
    score_maximum: float
    resource_link_id: str | None = None
    resource_id: str = ""
    tag: str = ""
    start_at: str | None = None
    end_at: str | None = None
    made_by_tool: bool = False


class Grade(BaseModel):
    """What the gradebook holds for one person: `score` on the scale of the line item, None for "no grade".

    `modified_at` is in whole Unix seconds, the resolution at which Moodle compares score timestamps.
    """

    score: float | None
    comment: str = ""
    activity_progress: str = ""
    grading_progress: str = ""
    timestamp: str = ""
    modified_at: int
    scoring_user_id: str | None = None
    by_hand: bool = False


class ScoreCall(BaseModel):
    """One score message as it arrived and the status it was answered with."""

    user_id: str | None
    status: int
    reason: str = ""
    body: Any = None


class PendingLaunch(BaseModel):
    """A launch between login initiation and authorization; `session` is None when a driver asked without signing in."""

    person: str
    course: str
    link_id: str
    session: str | None
    window: bool
    expires_at: datetime


class IssuedToken(BaseModel):
    """A service token, stored under its hash."""

    scopes: list[str]
    expires_at: datetime


class SigningKey(BaseModel):
    """A key pair of the platform; the last published one signs."""

    kid: str
    pem: str
    published: bool = True


class KeyState(BaseModel):
    """All key pairs, oldest first."""

    keys: list[SigningKey] = Field(default_factory=list)


class LmsState(BaseModel):
    """Everything but the keys."""

    created_at: datetime
    clock_offset_seconds: float = 0
    next_line_item_id: int = 1
    line_items: dict[int, LineItem] = Field(default_factory=dict)
    grades: dict[int, dict[str, Grade]] = Field(default_factory=dict)
    score_calls: dict[int, list[ScoreCall]] = Field(default_factory=dict)
    sessions: dict[str, str] = Field(default_factory=dict)
    launches: dict[str, PendingLaunch] = Field(default_factory=dict)
    tokens: dict[str, IssuedToken] = Field(default_factory=dict)
    assertions: dict[str, datetime] = Field(default_factory=dict)

    def add_line_item(self, **values: Any) -> LineItem:
        """A new column under the next id; ids are never used twice."""
        item = LineItem(id=self.next_line_item_id, **values)
        self.next_line_item_id += 1
        self.line_items[item.id] = item
        return item


def _write(path: Path, text: str) -> None:
    fresh = path.with_suffix(".new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    fresh.replace(path)


class Store:
    """Loads the state of a folder, or seeds it, and writes it back whole: readers of the file never see half of it."""

    def __init__(self, folder: Path, world: World) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._world = world
        self._state_path = folder / "state.json"
        self._keys_path = folder / "keys.json"
        self.keys = (
            KeyState.model_validate_json(self._keys_path.read_bytes()) if self._keys_path.exists() else KeyState()
        )
        if self._state_path.exists():
            self.state = LmsState.model_validate_json(self._state_path.read_bytes())
        else:
            self.state = self._seeded()
            self.save()

    def save(self) -> None:
        """Write the state."""
        _write(self._state_path, self.state.model_dump_json(indent=1))

    def save_keys(self) -> None:
        """Write the key pairs."""
        _write(self._keys_path, self.keys.model_dump_json(indent=1))

    def reset(self) -> None:
        """Back to the first day: seeded columns, no grades, nobody signed in. Keys stay, tools may have cached them."""
        self.state = self._seeded()
        self.save()

    def _seeded(self) -> LmsState:
        state = LmsState(created_at=datetime.now(UTC))
        for course in self._world.courses.values():
            for activity in course.activities:
                state.add_line_item(
                    course=course.key,
                    label=activity.title,
                    score_maximum=float(activity.points),
                    resource_link_id=activity.link_id,
                )
        return state

    def forget_expired(self, now: datetime) -> None:
        """Drop what can no longer matter, so that the file of a long demo stays small."""
        state = self.state
        state.launches = {key: launch for key, launch in state.launches.items() if launch.expires_at > now}
        state.tokens = {key: token for key, token in state.tokens.items() if token.expires_at > now}
        day_ago = now - timedelta(days=1)
        state.assertions = {key: at for key, at in state.assertions.items() if at > day_ago}
