"""Line items, scores and results, with the rules of Moodle 4.5's grade service (AGS 2.0)."""

import json
from datetime import datetime
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic.alias_generators import to_camel

from fieldreel.emulators.platform.config import DemoLmsConfig
from fieldreel.emulators.platform.state import Grade, LineItem, ScoreCall, Store
from fieldreel.emulators.platform.world import Course, Person, World
from fieldreel.kit.clock import Clock

_KEPT_SCORE_CALLS = 500
_M = TypeVar("_M", bound=BaseModel)


class ServiceRefused(Exception):
    """A service call is answered with this status. Moodle's body is then `[]`; `reason` is for people who debug."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


def _iso_instant(text: str) -> str:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None or "T" not in text:
        raise ValueError("a timestamp needs a date, a time and an offset")
    return text


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("must not be blank")
    return text


class _Wire(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, strict=True)


class ScoreMessage(_Wire):
    """A score (AGS §3.4.1)."""

    user_id: str
    timestamp: Annotated[str, AfterValidator(_iso_instant)]
    activity_progress: Literal["Initialized", "Started", "InProgress", "Submitted", "Completed"]
    grading_progress: Literal["FullyGraded", "Pending", "PendingManual", "Failed", "NotReady"]
    score_given: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None
    score_maximum: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    comment: str | None = None
    scoring_user_id: str | None = None

    @model_validator(mode="after")
    def _maximum_with_score(self) -> "ScoreMessage":
        if self.score_given is not None and self.score_maximum is None:
            raise ValueError("scoreGiven needs scoreMaximum")
        return self


class LineItemMessage(_Wire):
    """A line item as a tool writes it (AGS §3.2)."""

    id: str | None = None
    label: Annotated[str, AfterValidator(_not_blank)]
    score_maximum: Annotated[float, Field(gt=0, allow_inf_nan=False)]
    resource_link_id: str | None = None
    resource_id: str = ""
    tag: str = ""
    start_date_time: Annotated[str, AfterValidator(_iso_instant)] | None = None
    end_date_time: Annotated[str, AfterValidator(_iso_instant)] | None = None


def _parse(model: type[_M], body: bytes) -> _M:
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        first = error.errors()[0]
        raise ServiceRefused(400, f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from error


class Gradebook:
    """Reads and writes the gradebook of every course. Refusals are `ServiceRefused`."""

    def __init__(self, config: DemoLmsConfig, world: World, store: Store, clock: Clock) -> None:
        self._config = config
        self._world = world
        self._store = store
        self._clock = clock

    def line_items(
        self,
        course: Course,
        *,
        resource_link_id: str | None = None,
        resource_id: str | None = None,
        tag: str | None = None,
    ) -> list[LineItem]:
        """The columns of a course in order of their ids; a filter left at None does not filter."""
        return [
            item
            for item in self._store.state.line_items.values()
            if item.course == course.key
            and resource_link_id in {None, item.resource_link_id}
            and resource_id in {None, item.resource_id}
            and tag in {None, item.tag}
        ]

    def line_item(self, course: Course, item_id: int) -> LineItem:
        """One column of this course; 404 for unknown ids and for those of other courses."""
        item = self._store.state.line_items.get(item_id)
        if item is None or item.course != course.key:
            raise ServiceRefused(404, f"Line item {item_id} does not exist in {course.key}")
        return item

    def grades(self, item: LineItem) -> dict[str, Grade]:
        """The grades of a column by the people's `sub`."""
        return self._store.state.grades.get(item.id, {})

    def grade(self, course_key: str, link_id: str, person_key: str) -> Grade | None:
        """What a person has in the activity's own column, or None: the question that tests ask."""
        items = self.line_items(self._world.courses[course_key], resource_link_id=link_id)
        own = next(item for item in items if not item.made_by_tool)
        return self.grades(own).get(self._world.people[person_key].sub)

    def score_calls(self, item: LineItem) -> list[ScoreCall]:
        """The score messages sent to a column, refused ones included, oldest first."""
        return self._store.state.score_calls.get(item.id, [])

    def create(self, course: Course, body: bytes) -> LineItem:
        """A new column made by the tool."""
        message = _parse(LineItemMessage, body)
        if message.resource_link_id is not None and course.activity(message.resource_link_id) is None:
            raise ServiceRefused(404, f"No resource link {message.resource_link_id!r}")  # AGS §3.2.9
        item = self._store.state.add_line_item(
            course=course.key,
            label=message.label,
            score_maximum=message.score_maximum,
            resource_link_id=message.resource_link_id,
            resource_id=message.resource_id,
            tag=message.tag,
            start_at=message.start_date_time,
            end_at=message.end_date_time,
            made_by_tool=True,
        )
        self._store.save()
        return item

    def replace(self, course: Course, item_id: int, body: bytes) -> LineItem:
        """PUT: what the body leaves out is gone. A new maximum rescales the grades, as Moodle does."""
        item = self.line_item(course, item_id)
        message = _parse(LineItemMessage, body)
        if message.id not in {None, self.as_json(course, item)["id"]}:
            raise ServiceRefused(400, "The id of a line item cannot change")
        if message.resource_link_id not in {None, item.resource_link_id}:
            raise ServiceRefused(400, "The resource link of a line item cannot change")
        for grade in self.grades(item).values():
            if grade.score is not None:
                grade.score *= message.score_maximum / item.score_maximum
        item.label = message.label
        item.score_maximum = message.score_maximum
        item.resource_id = message.resource_id
        item.tag = message.tag
        item.start_at = message.start_date_time
        item.end_at = message.end_date_time
        self._store.save()
        return item

    def delete(self, course: Course, item_id: int) -> None:
        """Remove a column and its grades; as in Moodle, a tool may even delete an activity's own."""
        item = self.line_item(course, item_id)
        del self._store.state.line_items[item.id]
        self._store.state.grades.pop(item.id, None)
        self._store.state.score_calls.pop(item.id, None)
        self._store.save()

    def record_score(self, course: Course, item_id: int, body: bytes) -> Grade:
        """Take a score message.

        Raises:
            ServiceRefused: 400 for a malformed message, a score without maximum or somebody who is not gradable; 409 if
                the stored grade is not older by at least one whole second, hand-made changes included.
        """
        item = self.line_item(course, item_id)
        try:
            grade = self._score(course, item, _parse(ScoreMessage, body))
        except ServiceRefused as refused:
            self._note(item, body, refused.status, refused.reason)
            raise
        self._note(item, body, 200, "")
        return grade

    def _score(self, course: Course, item: LineItem, message: ScoreMessage) -> Grade:
        if self._world.find_gradable(course, message.user_id) is None:
            raise ServiceRefused(400, f"User {message.user_id!r} holds no grades in this course")
        sent_at = int(datetime.fromisoformat(message.timestamp).timestamp())
        previous = self.grades(item).get(message.user_id)
        if previous is not None and previous.modified_at >= sent_at:
            raise ServiceRefused(409, f"Refusing score with an earlier timestamp for item {item.id}")
        score = None
        if message.score_given is not None and message.score_maximum and message.grading_progress == "FullyGraded":
            score = message.score_given * item.score_maximum / message.score_maximum
        grade = Grade(
            score=score,
            comment=message.comment or "",
            activity_progress=message.activity_progress,
            grading_progress=message.grading_progress,
            timestamp=message.timestamp,
            modified_at=sent_at,
            scoring_user_id=message.scoring_user_id,
        )
        self._store.state.grades.setdefault(item.id, {})[message.user_id] = grade
        return grade

    def _note(self, item: LineItem, body: bytes, status: int, reason: str) -> None:
        try:
            message = json.loads(body)
        except ValueError:
            message = None
        user_id = message.get("userId") if isinstance(message, dict) else None
        calls = self._store.state.score_calls.setdefault(item.id, [])
        calls.append(ScoreCall(user_id=str(user_id) if user_id else None, status=status, reason=reason, body=message))
        del calls[:-_KEPT_SCORE_CALLS]
        self._store.save()

    def change_by_hand(self, item: LineItem, person: Person, score: float | None) -> Grade:
        """What a teacher types into the gradebook; from now on only a later score message replaces it."""
        grade = Grade(score=score, modified_at=int(self._clock.now().timestamp()), by_hand=True)
        self._store.state.grades.setdefault(item.id, {})[person.sub] = grade
        self._store.save()
        return grade

    def as_json(self, course: Course, item: LineItem) -> dict[str, Any]:
        """A line item on the wire."""
        body: dict[str, Any] = {
            "id": self._config.lineitem_url(course.key, course.deployment_id, item.id),
            "label": item.label,
            "scoreMaximum": item.score_maximum,
            "resourceId": item.resource_id,
            "tag": item.tag,
        }
        if item.resource_link_id is not None:
            body["resourceLinkId"] = body["ltiLinkId"] = item.resource_link_id
        if item.start_at is not None:
            body["startDateTime"] = item.start_at
        if item.end_at is not None:
            body["endDateTime"] = item.end_at
        return body

    def results_as_json(self, course: Course, item: LineItem, user_id: str | None) -> list[dict[str, Any]]:
        """The results of a column, of one person if asked; without a grade only id and user are there, as in Moodle."""
        results = []
        for sub, grade in self.grades(item).items():
            if user_id not in {None, sub}:
                continue
            url = self._config.lineitem_url(course.key, course.deployment_id, item.id, "/results")
            result: dict[str, Any] = {"id": f"{url}&user_id={sub}", "userId": sub}
            if grade.score is not None:
                result |= {
                    "resultScore": grade.score,
                    "resultMaximum": item.score_maximum,
                    "scoreOf": self.as_json(course, item)["id"],
                }
                if grade.comment:
                    result["comment"] = grade.comment
            results.append(result)
        return results
