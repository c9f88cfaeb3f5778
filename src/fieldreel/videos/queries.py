"""Statements on videos."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from fieldreel.errors import NotFound
from fieldreel.videos.models import Video, VideoStatus

ON_THEIR_WAY = (VideoStatus.REQUESTED, VideoStatus.UPLOADING, VideoStatus.PROCESSING)
ENDED = (VideoStatus.EXPIRED, VideoStatus.CANCELLED, VideoStatus.DELETING, VideoStatus.DELETED)

_BY_ID = select(Video).where(Video.id == bindparam("video_id"))
_LOCKED = _BY_ID.with_for_update(key_share=True).execution_options(populate_existing=True)
_BY_UID = select(Video.id).where(Video.stream_uid == bindparam("uid"))
_BY_REQUEST_KEY = select(Video).where(Video.person_id == bindparam("person_id"), Video.request_key == bindparam("key"))
_OF_PERSON = (
    select(Video)
    .where(Video.assignment_id == bindparam("assignment_id"), Video.person_id == bindparam("person_id"))
    .order_by(Video.id.desc())
)
_DUE_CHECKS = (
    select(Video)
    .where(Video.status.in_(ON_THEIR_WAY), Video.next_check_at <= bindparam("now"))
    .order_by(Video.next_check_at)
    .limit(bindparam("batch"))
    .with_for_update(skip_locked=True)
)


async def get_video(session: AsyncSession, video_id: UUID) -> Video | None:
    """The video, or None."""
    return await session.scalar(_BY_ID, {"video_id": video_id})


async def require_video(session: AsyncSession, video_id: UUID) -> Video:
    """The video.

    Raises:
        NotFound: there is none.
    """
    video = await get_video(session, video_id)
    if video is None:
        raise NotFound
    return video


async def lock_video(session: AsyncSession, video_id: UUID) -> Video:
    """The video as it is now, locked until the transaction ends.

    Raises:
        NotFound: there is none.
    """
    video = await session.scalar(_LOCKED, {"video_id": video_id})
    if video is None:
        raise NotFound
    return video


async def get_video_id_by_uid(session: AsyncSession, uid: str) -> UUID | None:
    """Our id of the video that Stream calls `uid`, or None: the account may serve others too."""
    return await session.scalar(_BY_UID, {"uid": uid})


async def get_video_by_request_key(session: AsyncSession, person_id: UUID, key: str) -> Video | None:
    """The video that an earlier request of the same person with this idempotency key made, or None."""
    return await session.scalar(_BY_REQUEST_KEY, {"person_id": person_id, "key": key})


async def list_videos_of_person(session: AsyncSession, assignment_id: UUID, person_id: UUID) -> Sequence[Video]:
    """All videos of a person in an assignment, newest first."""
    return (await session.scalars(_OF_PERSON, {"assignment_id": assignment_id, "person_id": person_id})).all()


async def claim_due_checks(session: AsyncSession, now: datetime, batch: int) -> Sequence[Video]:
    """Videos on their way that are due for a look at Stream, locked and skipped by other workers."""
    return (await session.scalars(_DUE_CHECKS, {"now": now, "batch": batch})).all()
