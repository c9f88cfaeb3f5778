"""Errors of grading."""

from fieldreel.errors import Conflict, InvalidRequest, NotFound


class NoGrade(NotFound):
    """Not graded, or not for your eyes."""

    slug = "grade.none"
    title = "There is no grade yet"
    default_detail = "Your teacher has not graded this yet."


class InvalidPoints(InvalidRequest):
    """Points outside of 0 to the maximum."""

    slug = "grade.invalid_points"
    title = "The points do not fit"


class NothingToSend(Conflict):
    """No score is owed for this submission."""

    slug = "grade.nothing_to_send"
    title = "There is nothing to send to the gradebook"
    default_detail = "Save points first. Feedback without points is not sent."
