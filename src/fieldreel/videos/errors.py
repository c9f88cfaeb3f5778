"""Errors of videos."""

from fieldreel.errors import Conflict


class WrongVideoState(Conflict):
    """The video is in a state that does not allow this step."""

    slug = "video.wrong_state"
    title = "The video has moved on"
    default_detail = "Reload the page to see where it is now. Nothing is lost."
