"""One test per scar."""

import pytest

from fieldreel.lti.quirks import insert_path_before_query, profile_for


@pytest.mark.parametrize(
    ("url", "joined"),
    [
        ("https://moodle.example/mod/lti/services.php/2/lineitems/5/lineitem?type_id=6",
         "https://moodle.example/mod/lti/services.php/2/lineitems/5/lineitem/scores?type_id=6"),
        ("https://canvas.example/api/lti/courses/1/line_items/9", "https://canvas.example/api/lti/courses/1/line_items/9/scores"),
        ("https://lms.example/item/", "https://lms.example/item/scores"),
        ("https://lms.example/item?a=1&b=%2F", "https://lms.example/item/scores?a=1&b=%2F"),
    ],
)  # fmt: skip
def test_a_segment_goes_into_the_path_and_the_query_stays(url, joined):
    assert insert_path_before_query(url, "scores") == joined


def test_a_profile_is_chosen_by_product_family_in_any_case():
    assert profile_for("Canvas").appends_comments is True
    assert profile_for("moodle").appends_comments is False
    assert profile_for("BlackboardLearn").html_comments is True


@pytest.mark.parametrize("unknown", [None, "", "desire2learn", "something new"])
def test_an_unknown_platform_gets_the_careful_profile(unknown):
    profile = profile_for(unknown)
    assert (profile.appends_comments, profile.html_comments) == (False, False)
