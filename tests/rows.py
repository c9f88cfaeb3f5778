"""Rows as the use-cases would have left them, for tests that begin where the work is already handed in."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from tests.factories import Stage

from fieldreel.courses.models import Person
from fieldreel.grading.models import Score
from fieldreel.kit.ids import secret, short_code, uuid7
from fieldreel.submissions.models import Submission, SubmissionStatus
from fieldreel.videos.models import Video, VideoStatus


async def add_video(stage: Stage, name: str, status: VideoStatus = VideoStatus.READY, **columns: Any) -> Video:
    """A video of somebody in the assignment of their launch; Stream knows nothing of it."""
    principal, now = stage.principals[name], stage.clock.now()
    has_bytes = status in {VideoStatus.PROCESSING, VideoStatus.READY, VideoStatus.FAILED}
    video = Video(
        id=uuid7(),
        **{
            "assignment_id": principal.assignment_id,
            "person_id": principal.person_id,
            "status": status,
            "request_key": secret(12),
            "request_hash": b"",
            "stream_uid": uuid7().hex,
            "filename": "film.mp4",
            "mime_type": "video/mp4",
            "fingerprint": "film.mp4|1",
            "declared_bytes": 1000,
            "max_duration_seconds": 60,
            "intent_at": now - timedelta(minutes=5),
            "uploaded_at": now if has_bytes else None,
            "duration_seconds": 12.5 if status is VideoStatus.READY else None,
            **columns,
        },
    )
    await stage.add(video)
    return video


async def add_submission(
    stage: Stage, name: str, video: Video | None = None, attempt: int = 1, **columns: Any
) -> Submission:
    """What somebody handed in."""
    video = video or await add_video(stage, name)
    submission = Submission(
        id=uuid7(),
        **{
            "assignment_id": video.assignment_id,
            "person_id": video.person_id,
            "video_id": video.id,
            "attempt": attempt,
            "status": SubmissionStatus.SUBMITTED,
            "late": False,
            "receipt": f"VA-{short_code()}",
            "request_key": secret(12),
            "intent_at": video.intent_at,
            "submitted_at": stage.clock.now(),
            **columns,
        },
    )
    await stage.add(submission)
    return submission


async def change_person(stage: Stage, name: str, **columns: Any) -> None:
    """Change columns of somebody."""
    async with stage.parts.database.begin() as session:
        person = await session.get_one(Person, stage.principals[name].person_id)
        for column, value in columns.items():
            setattr(person, column, value)


async def score_of(stage: Stage, submission_id: UUID | str) -> Score | None:
    """The score owed for a submission, as it is now."""
    wanted = select(Score).where(Score.submission_id == UUID(str(submission_id)))
    async with stage.parts.database.begin() as session:
        return await session.scalar(wanted)
