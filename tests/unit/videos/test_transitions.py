"""The state machine of a video, as a graph."""

import pytest

from fieldreel.videos.errors import WrongVideoState
from fieldreel.videos.models import TRANSITIONS, Video, VideoStatus
from fieldreel.videos.queries import ENDED, ON_THEIR_WAY
from fieldreel.videos.schemas import VIDEO_PROBLEMS, VideoProblem
from fieldreel.videos.service import Videos


def reachable(start):
    seen, waiting = set(), [start]
    while waiting:
        status = waiting.pop()
        for following in TRANSITIONS[status] - seen:
            seen.add(following)
            waiting.append(following)
    return seen


def test_every_status_has_its_transitions_and_is_reached_from_the_request():
    assert set(TRANSITIONS) == set(VideoStatus)
    assert reachable(VideoStatus.REQUESTED) == set(VideoStatus) - {VideoStatus.REQUESTED}


@pytest.mark.parametrize("status", [status for status in VideoStatus if status is not VideoStatus.DELETED])
def test_every_life_ends_in_deleted(status):
    assert VideoStatus.DELETED in reachable(status)


def test_from_an_end_nothing_leads_back():
    for status in ENDED:
        assert reachable(status) <= set(ENDED)
    assert reachable(VideoStatus.DELETED) == set()


def test_a_ready_video_never_fails():
    assert VideoStatus.FAILED not in TRANSITIONS[VideoStatus.READY]


def test_nothing_is_both_on_its_way_and_ended():
    assert not set(ON_THEIR_WAY) & set(ENDED)


def test_only_known_codes_of_stream_have_a_reason_of_their_own():
    assert VideoProblem.UNKNOWN not in VIDEO_PROBLEMS.values()
    assert set(VIDEO_PROBLEMS.values()) == set(VideoProblem) - {VideoProblem.UNKNOWN}


async def test_a_step_that_the_graph_does_not_have_is_refused_and_changes_nothing():
    video = Video(status=VideoStatus.READY)
    with pytest.raises(WrongVideoState) as refused:
        await Videos(clock=None, audit=None, assignments=None).move(None, video, VideoStatus.FAILED)
    assert refused.value.extensions == {"video_status": "ready", "wanted": "failed"}
    assert video.status is VideoStatus.READY
