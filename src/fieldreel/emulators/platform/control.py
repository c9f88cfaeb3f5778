"""The switches under `/__lms/`: for tests and the demo, never for the network."""

from datetime import timedelta
from ipaddress import ip_address
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, HTTPException, Request
from pydantic import BaseModel, ConfigDict, Field

from fieldreel.emulators.platform.faults import Fault
from fieldreel.emulators.platform.overrides import LaunchOverride
from fieldreel.emulators.platform.site import Lms, Site


def _loopback_only(request: Request) -> None:
    host = request.client.host if request.client else ""
    try:
        local = ip_address(host).is_loopback
    except ValueError:
        local = False
    # A tunnel or reverse proxy in front also comes from loopback; and so does any page open in the browser of this
    # machine.
    forwarded = any(name in request.headers for name in ("Forwarded", "X-Forwarded-For", "Via"))
    origin = request.headers.get("Origin")
    foreign = origin is not None and urlsplit(origin).netloc != request.headers.get("Host")
    if not local or forwarded or foreign:
        raise HTTPException(403, "The control routes answer local programs only.")


router = APIRouter(prefix="/__lms", dependencies=[Depends(_loopback_only)])


class ClockChange(BaseModel):
    """Move the clock by `advance_seconds`, or set how far it is off."""

    model_config = ConfigDict(extra="forbid")

    advance_seconds: float = 0
    offset_seconds: float | None = None


class Rotation(BaseModel):
    """Whether the old keys stay in the key set."""

    keep_old: bool = True


def _clock(lms: Site) -> dict[str, Any]:
    return {"now": lms.clock.now().isoformat(), "offset_seconds": lms.clock.offset.total_seconds()}


@router.get("/gradebook")
async def read_gradebook(lms: Lms, course: str) -> dict[str, Any]:
    """Columns, grades by person, and every score message with its answer."""
    if course not in lms.world.courses:
        raise HTTPException(404, f"Known courses: {', '.join(lms.world.courses)}")
    there = lms.world.courses[course]
    names = {person.sub: key for key, person in lms.world.people.items()}
    return {
        "course": course,
        "line_items": [
            item.model_dump()
            | {
                "url": lms.gradebook.as_json(there, item)["id"],
                "grades": {names[sub]: grade.model_dump() for sub, grade in lms.gradebook.grades(item).items()},
                "score_calls": [call.model_dump() for call in lms.gradebook.score_calls(item)],
            }
            for item in lms.gradebook.line_items(there)
        ],
    }


@router.get("/faults")
async def list_faults(lms: Lms) -> list[Fault]:
    """The faults in waiting."""
    return lms.faults.waiting


@router.post("/faults", status_code=201)
async def add_fault(lms: Lms, fault: Fault) -> Fault:
    """Make coming service calls fail."""
    lms.faults.waiting.append(fault)
    return fault


@router.delete("/faults", status_code=204)
async def clear_faults(lms: Lms) -> None:
    """No more faults."""
    lms.faults.waiting.clear()


@router.get("/clock")
async def read_clock(lms: Lms) -> dict[str, Any]:
    """The time of this LMS."""
    return _clock(lms)


@router.post("/clock")
async def change_clock(lms: Lms, change: ClockChange) -> dict[str, Any]:
    """Move the clock of this LMS."""
    offset = lms.clock.offset if change.offset_seconds is None else timedelta(seconds=change.offset_seconds)
    lms.move_clock(offset + timedelta(seconds=change.advance_seconds))
    return _clock(lms)


@router.get("/launch_overrides")
async def list_overrides(lms: Lms) -> list[LaunchOverride]:
    """The overrides in waiting."""
    return lms.overrides.queue


@router.post("/launch_overrides", status_code=201)
async def add_override(lms: Lms, override: LaunchOverride) -> LaunchOverride:
    """Make the next launch hostile."""
    lms.overrides.queue.append(override)
    return override


@router.delete("/launch_overrides", status_code=204)
async def clear_overrides(lms: Lms) -> None:
    """No more hostile launches."""
    lms.overrides.queue.clear()


@router.post("/rotate_key")
async def rotate_key(lms: Lms, rotation: Annotated[Rotation, Field(default_factory=Rotation)]) -> dict[str, str]:
    """Sign with a new key from now on."""
    return {"kid": lms.keys.rotate(keep_old=rotation.keep_old)}


@router.post("/reset", status_code=204)
async def reset(lms: Lms) -> None:
    """Back to the first day."""
    lms.reset()
