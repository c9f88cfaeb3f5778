"""The use-case of looking at everybody's work."""

from collections import defaultdict
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from fieldreel.assignments import queries as assignment_queries
from fieldreel.assignments.schemas import AssignmentOut
from fieldreel.assignments.service import Assignments, own
from fieldreel.courses.models import Person
from fieldreel.grading import queries as grading_queries
from fieldreel.grading.schemas import DeliveryStatus, GradeOut
from fieldreel.kit.clock import Clock
from fieldreel.launches.principal import Principal
from fieldreel.review import queries
from fieldreel.review.schemas import QueueCounts, QueueItem, QueueOut, RunningUpload
from fieldreel.submissions.models import SubmissionStatus
from fieldreel.submissions.schemas import PersonOut, SubmissionOut
from fieldreel.videos.models import Video, VideoStatus

_UPLOADING = frozenset({VideoStatus.REQUESTED, VideoStatus.UPLOADING})
_UNPLAYABLE = frozenset({VideoStatus.FAILED, VideoStatus.DELETED, VideoStatus.DELETING})


class Review:
    """Reads the queue."""

    def __init__(self, *, clock: Clock, assignments: Assignments) -> None:
        self._clock = clock
        self._assignments = assignments

    async def queue(self, session: AsyncSession, principal: Principal, assignment_id: UUID) -> QueueOut:
        """All learners of the course with what they handed in.

        Raises:
            NotFound: another assignment than this launch's.
            Forbidden: not a grader.
        """
        own(principal, assignment_id)
        principal.require_grader()
        assignment, context = await assignment_queries.require_assignment(session, assignment_id)
        policy = self._assignments.policy(assignment)
        people = {person.id: person for person in await queries.list_learners(session, context.id)}
        grades = await grading_queries.list_grades(session, assignment_id)
        attempts: dict[UUID, list[SubmissionOut]] = defaultdict(list)
        for submission, video in await queries.list_attempts(session, assignment_id):
            if (person := people.get(submission.person_id)) is not None:
                attempts[person.id].append(SubmissionOut.of(submission, person, video, policy))
        running = {video.person_id: video for video in await queries.list_latest_videos(session, assignment_id)}
        items = [_item(person, attempts[person.id], running.get(person.id), grades) for person in people.values()]
        return QueueOut(
            assignment=AssignmentOut.of(assignment, context, policy),
            items=items,
            counts=_counts(items),
            now=self._clock.now(),
        )


def _item(
    person: Person, attempts: list[SubmissionOut], latest: Video | None, grades: dict[UUID, grading_queries.GradeRow]
) -> QueueItem:
    current = next((attempt for attempt in attempts if attempt.status is SubmissionStatus.SUBMITTED), None)
    grade = grades.get(current.id) if current is not None else None
    return QueueItem(
        person=PersonOut.of(person),
        submission=current,
        attempts=attempts,
        uploading=_running(latest),
        grade=GradeOut.of(*grade) if grade is not None else None,
    )


def _running(video: Video | None) -> RunningUpload | None:
    if video is None or video.status not in _UPLOADING:
        return None
    percent = min(100.0, 100 * video.offset_bytes / video.declared_bytes)
    return RunningUpload(status=video.status, percent=percent, intent_at=video.intent_at)


def _counts(items: list[QueueItem]) -> QueueCounts:
    submitted = [item for item in items if item.submission is not None]
    return QueueCounts(
        people=len(items),
        submitted=len(submitted),
        to_grade=sum(item.grade is None for item in submitted),
        problems=sum(_has_problem(item) for item in items),
        not_submitted=len(items) - len(submitted),
        uploading=sum(item.uploading is not None for item in items),
    )


def _has_problem(item: QueueItem) -> bool:
    unplayable = item.submission is not None and item.submission.video.status in _UNPLAYABLE
    return unplayable or (item.grade is not None and item.grade.delivery.status is DeliveryStatus.PARKED)
