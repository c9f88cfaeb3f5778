"""A request for a link, from the row that says so to the order that Stream gets. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fieldreel.errors import StreamError
from fieldreel.kit.ids import uuid7
from fieldreel.launches.principal import Principal
from fieldreel.stream.errors import StreamRejected, StreamUnavailable
from fieldreel.stream.models import UploadOrder
from fieldreel.uploads import rules
from fieldreel.uploads.schemas import StartUploadRequest
from fieldreel.videos.models import Video, VideoStatus


@dataclass(frozen=True, slots=True)
class Intent:
    """What a request for a link has written down before Stream is asked.

    `claim` is the row's `next_check_at` of that moment: whoever finds another value there when Stream has answered was
    overtaken, by a repetition of the same request or by the reconciler, and gives back what Stream made for him.
    `dropped` are the person's unfinished uploads that gave way, cancelled but still at Stream.
    """

    video: Video
    claim: datetime
    fresh: bool = True
    dropped: Sequence[Video] = ()


def still_claimed(video: Video, claim: datetime) -> bool:
    """Whether a locked video still waits for the answer that was asked for under `claim`."""
    return video.status is VideoStatus.REQUESTED and video.next_check_at == claim


def may_have_happened(error: StreamError) -> bool:
    """Whether Stream may hold a video although it gave us no link. A clear refusal made none."""
    if isinstance(error, StreamUnavailable):
        return error.may_have_happened
    return isinstance(error, StreamRejected)  # a link that we did not trust: the client tried to delete its video


def new_video(
    principal: Principal, wanted: StartUploadRequest, key: str, *, reserved_seconds: int, now: datetime, claim: datetime
) -> Video:
    """The row of a video that was asked for at `now`."""
    return Video(
        id=uuid7(),
        assignment_id=wanted.assignment_id,
        person_id=principal.person_id,
        status=VideoStatus.REQUESTED,
        request_key=key,
        request_hash=rules.request_hash(wanted),
        filename=wanted.filename,
        mime_type=wanted.mime_type,
        fingerprint=wanted.fingerprint,
        declared_bytes=wanted.size_bytes,
        declared_duration_seconds=wanted.duration_seconds,
        max_duration_seconds=reserved_seconds,
        intent_at=now,
        next_check_at=claim,
    )


def order_for(video: Video, expires_at: datetime, allowed_origins: tuple[str, ...]) -> UploadOrder:
    """What Stream is asked for. Nothing in it is the student's: its creator and its name are our video id."""
    return UploadOrder(
        size_bytes=video.declared_bytes,
        max_duration_seconds=video.max_duration_seconds,
        expires_at=expires_at,
        creator=str(video.id),
        name=str(video.id),
        allowed_origins=allowed_origins,
    )
