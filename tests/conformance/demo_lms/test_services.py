"""Line items, scores, results and memberships against AGS 2.0, NRPS 2.0 and Moodle's grade service."""

import json
from datetime import UTC, datetime

import pytest

LMS = "http://lms.test"
ITEM = "application/vnd.ims.lis.v2.lineitem+json"
ITEMS = "application/vnd.ims.lis.v2.lineitemcontainer+json"
RESULTS = "application/vnd.ims.lis.v2.resultcontainer+json"
MEMBERS = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"


@pytest.fixture
async def get(tool):
    """A GET with a service token and exactly one media type."""

    async def call(url, accept, **params):
        headers = {"Accept": accept} | await tool.authorization()
        return await tool.http.get(url, headers=headers, params=params or None)

    return call


@pytest.fixture
async def write(tool):
    """A POST, PUT or DELETE of a line item."""

    async def call(method, path, body=None, media_type=ITEM):
        headers = {"Content-Type": media_type} | await tool.authorization()
        return await tool.http.request(method, path, content=json.dumps(body), headers=headers)

    return call


async def test_line_items_are_an_array_of_the_course_alone(get):
    answer = await get("/lti/ags/nur204/lineitems?type_id=1", ITEMS)
    assert answer.headers["Content-Type"] == ITEMS
    assert answer.json()[0] == {
        "id": f"{LMS}/lti/ags/nur204/lineitems/1/lineitem?type_id=1",
        "label": "Hand hygiene demonstration",
        "scoreMaximum": 100,
        "resourceId": "",
        "tag": "",
        "resourceLinkId": "hand-hygiene",
        "ltiLinkId": "hand-hygiene",
    }
    assert [item["label"] for item in answer.json()] == ["Hand hygiene demonstration", "Wound dressing"]


@pytest.mark.parametrize("accept", ["*/*", "application/json", ITEM, f"{ITEMS}, */*", f"{ITEMS};q=1"])
async def test_container_needs_exactly_its_media_type(get, accept):
    answer = await get("/lti/ags/nur204/lineitems", accept)
    assert (answer.status_code, answer.json()) == (400, [])
    assert "media type" in answer.headers["X-Demo-Lms-Reason"]


@pytest.mark.parametrize("media_type", ["application/json", f"{ITEM}; charset=utf-8", ITEMS])
async def test_line_item_body_needs_exactly_its_media_type(write, media_type):
    answer = await write("POST", "/lti/ags/nur204/lineitems", {"label": "A", "scoreMaximum": 1}, media_type)
    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("filters", "labels"),
    [
        ({"resource_link_id": "wound-dressing"}, ["Wound dressing", "Peer review"]),
        ({"resource_id": "ours"}, ["Peer review"]),
        ({"tag": "peer"}, ["Peer review"]),
        ({"tag": "other"}, []),
        ({"resource_id": "ours", "tag": "peer", "resource_link_id": "hand-hygiene"}, []),
    ],
)
async def test_line_items_can_be_filtered(get, write, filters, labels):
    new = {
        "label": "Peer review",
        "scoreMaximum": 5,
        "resourceId": "ours",
        "tag": "peer",
        "resourceLinkId": "wound-dressing",
    }
    assert (await write("POST", "/lti/ags/nur204/lineitems?type_id=1", new)).status_code == 201
    answer = await get("/lti/ags/nur204/lineitems", ITEMS, **filters)
    assert [item["label"] for item in answer.json()] == labels


async def test_line_items_are_paged_by_a_link_to_be_used_unchanged(get, write):
    for number in range(3):
        new = {"label": f"Part {number}", "scoreMaximum": 5, "tag": "part"}
        await write("POST", "/lti/ags/nur204/lineitems?type_id=1", new)
    page = await get(f"{LMS}/lti/ags/nur204/lineitems?type_id=1&tag=part&limit=2", ITEMS)
    assert [item["label"] for item in page.json()] == ["Part 0", "Part 1"]
    page = await get(page.links["next"]["url"], ITEMS)
    assert [item["label"] for item in page.json()] == ["Part 2"]
    assert "next" not in page.links


async def test_created_line_item_answers_under_its_own_url(get, write):
    new = {
        "label": "Peer review",
        "scoreMaximum": 5,
        "startDateTime": "2026-01-01T00:00:00Z",
        "endDateTime": "2026-02-01T00:00:00+01:00",
    }
    created = (await write("POST", "/lti/ags/nur204/lineitems?type_id=1", new)).json()
    assert created == (await get(created["id"], ITEM)).json()
    assert created.items() >= new.items()


@pytest.mark.parametrize(
    "body",
    [
        {"label": " ", "scoreMaximum": 5},
        {"scoreMaximum": 5},
        {"label": "A"},
        {"label": "A", "scoreMaximum": 0},
        {"label": "A", "scoreMaximum": "5"},
        {"label": "A", "scoreMaximum": 5, "endDateTime": "tomorrow"},
        [],
    ],
)
async def test_malformed_line_item_is_refused(write, body):
    assert (await write("POST", "/lti/ags/nur204/lineitems", body)).status_code == 400


async def test_line_item_of_an_unknown_resource_link_is_not_found(write):
    body = {"label": "A", "scoreMaximum": 5, "resourceLinkId": "no-such-link"}
    assert (await write("POST", "/lti/ags/nur204/lineitems", body)).status_code == 404


async def test_replacing_a_line_item_drops_what_the_body_leaves_out(write):
    path = "/lti/ags/nur204/lineitems/1/lineitem?type_id=1"
    await write("PUT", path, {"label": "Hygiene", "scoreMaximum": 100, "tag": "ours"})
    replaced = (await write("PUT", path, {"label": "Hygiene", "scoreMaximum": 100})).json()
    assert (replaced["label"], replaced["tag"]) == ("Hygiene", "")
    assert replaced["resourceLinkId"] == "hand-hygiene"


async def test_new_maximum_rescales_the_grades(tool, write):
    await tool.send_score(tool.score(scoreGiven=80))
    await write("PUT", "/lti/ags/nur204/lineitems/1/lineitem", {"label": "Hygiene", "scoreMaximum": 10})
    assert tool.lms.gradebook.grade("nur204", "hand-hygiene", "ada").score == 8


@pytest.mark.parametrize(
    "change", [{"resourceLinkId": "wound-dressing"}, {"id": f"{LMS}/lti/ags/nur204/lineitems/2/lineitem?type_id=1"}]
)
async def test_identity_of_a_line_item_cannot_change(write, change):
    body = {"label": "Hygiene", "scoreMaximum": 100} | change
    assert (await write("PUT", "/lti/ags/nur204/lineitems/1/lineitem", body)).status_code == 400


async def test_deleted_line_item_is_gone(get, write):
    assert (await write("DELETE", "/lti/ags/nur204/lineitems/1/lineitem?type_id=1")).status_code == 204
    assert (await get("/lti/ags/nur204/lineitems/1/lineitem?type_id=1", ITEM)).status_code == 404


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/lti/ags/nur204/lineitems/3/lineitem?type_id=1", 404),  # belongs to the other deployment's course
        ("/lti/ags/nur204-lakeside/lineitems/3/lineitem?type_id=2", 200),
        ("/lti/ags/nur204-lakeside/lineitems/3/lineitem?type_id=1", 401),
        ("/lti/ags/no-such-course/lineitems/1/lineitem", 404),
    ],
)
async def test_line_items_stay_within_their_course_and_deployment(get, path, status):
    assert (await get(path, ITEM)).status_code == status


async def test_score_is_taken_with_an_empty_answer_and_scaled_to_the_line_item(tool):
    answer = await tool.send_score(tool.score(scoreGiven=3, scoreMaximum=4, comment="Good pace", scoringUserId="3"))
    assert (answer.status_code, answer.content) == (200, b"")
    grade = tool.lms.gradebook.grade("nur204", "hand-hygiene", "ada")
    assert (grade.score, grade.comment, grade.scoring_user_id) == (75, "Good pace", "3")


async def test_score_above_the_maximum_is_legal(tool):
    assert (await tool.send_score(tool.score(scoreGiven=110))).status_code == 200


async def test_comment_that_is_left_out_clears_the_earlier_one(tool):
    await tool.send_score(tool.score(comment="Good pace"))
    await tool.send_score(tool.score(1))
    assert tool.lms.gradebook.grade("nur204", "hand-hygiene", "ada").comment == ""


@pytest.mark.parametrize("progress", ["Pending", "PendingManual", "NotReady", "Failed"])
async def test_score_that_is_not_fully_graded_erases_the_grade(tool, progress):
    await tool.send_score(tool.score())
    assert (await tool.send_score(tool.score(1, gradingProgress=progress))).status_code == 200
    assert tool.lms.gradebook.grade("nur204", "hand-hygiene", "ada").score is None


async def test_score_without_score_given_clears_the_grade(tool):
    await tool.send_score(tool.score())
    await tool.send_score(tool.score(1, scoreGiven=None, scoreMaximum=None))
    assert tool.lms.gradebook.grade("nur204", "hand-hygiene", "ada").score is None


@pytest.mark.parametrize(
    ("first", "second", "status"),
    [
        ("2026-03-01T10:00:00Z", "2026-03-01T10:00:00Z", 409),
        ("2026-03-01T10:00:00Z", "2026-03-01T10:00:00.999Z", 409),
        ("2026-03-01T10:00:00.9Z", "2026-03-01T10:00:01.0Z", 200),
        ("2026-03-01T10:00:00Z", "2026-03-01T09:59:59Z", 409),
        ("2026-03-01T10:00:00Z", "2026-03-01T11:00:00+01:00", 409),
        ("2026-03-01T10:00:00Z", "2026-03-01T11:00:01+01:00", 200),
    ],
)
async def test_score_must_be_newer_by_a_whole_second(tool, first, second, status):
    assert (await tool.send_score(tool.score(timestamp=first, scoreGiven=10))).status_code == 200
    answer = await tool.send_score(tool.score(timestamp=second, scoreGiven=20))
    assert answer.status_code == status
    assert tool.lms.gradebook.grade("nur204", "hand-hygiene", "ada").score == (20 if status == 200 else 10)
    assert answer.content == (b"" if status == 200 else b"[]")


async def test_timestamps_of_different_people_do_not_meet(tool):
    same = tool.score()
    assert (await tool.send_score(same)).status_code == 200
    assert (await tool.send_score(same | {"userId": "5"})).status_code == 200
    assert (await tool.send_score(same, item=2)).status_code == 200


async def test_change_by_hand_counts_as_a_newer_grade(tool, tess_browser):
    change = {"person": "ada", "item": "1", "score": "55"}
    assert (await tess_browser.post("/courses/nur204/gradebook", data=change)).status_code == 303
    assert (await tool.send_score(tool.score(-1))).status_code == 409
    assert tool.lms.gradebook.grade("nur204", "hand-hygiene", "ada").score == 55
    assert (await tool.send_score(tool.score(2))).status_code == 200


@pytest.mark.parametrize(
    "change",
    [
        {"scoreMaximum": None},
        {"scoreMaximum": 0},
        {"scoreGiven": -1},
        {"scoreGiven": "80"},
        {"userId": None},
        {"userId": "3"},  # the teacher
        {"userId": "2"},  # the administrator
        {"userId": "8"},  # a learner of the other deployment
        {"userId": "ada"},
        {"timestamp": None},
        {"timestamp": "2026-03-01T10:00:00"},
        {"timestamp": "2026-03-01"},
        {"timestamp": "1772359200"},
        {"activityProgress": None},
        {"activityProgress": "Done"},
        {"gradingProgress": None},
        {"gradingProgress": "fullygraded"},
    ],
)
async def test_malformed_score_or_ungradable_person_is_refused(tool, change):
    answer = await tool.send_score(tool.score(**change))
    assert (answer.status_code, answer.json()) == (400, [])
    assert tool.lms.gradebook.grade("nur204", "hand-hygiene", "ada") is None


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null"])
async def test_score_must_be_a_json_object(tool, body):
    assert (await tool.send_score(body)).status_code == 400


@pytest.mark.parametrize("media_type", ["application/json", "application/vnd.ims.lis.v1.score+json; charset=utf-8"])
async def test_score_needs_exactly_its_media_type(tool, media_type):
    assert (await tool.send_score(tool.score(), Content_Type=media_type)).status_code == 400


async def test_scores_go_before_the_query(tool):
    headers = {"Content-Type": "application/vnd.ims.lis.v1.score+json"} | await tool.authorization()
    wrong = "/lti/ags/nur204/lineitems/1/lineitem?type_id=1/scores"
    assert (await tool.http.post(wrong, json=tool.score(), headers=headers)).status_code == 405


async def test_score_for_the_other_deployment_stays_there(tool):
    assert (await tool.send_score(tool.score(userId="8"), item=3, course="nur204-lakeside")).status_code == 200
    assert (await tool.send_score(tool.score(), item=3, course="nur204-lakeside")).status_code == 400
    assert (await tool.send_score(tool.score(), item=3)).status_code == 404
    assert tool.lms.gradebook.grade("nur204-lakeside", "hand-hygiene", "lena").score == 80
    assert tool.lms.gradebook.grade("nur204", "hand-hygiene", "ada") is None


async def test_results_show_what_the_gradebook_holds(tool, get):
    await tool.send_score(tool.score(comment="Good pace"))
    await tool.send_score(tool.score(userId="5", scoreGiven=None, scoreMaximum=None))
    answer = await get("/lti/ags/nur204/lineitems/1/lineitem/results?type_id=1", RESULTS)
    item = f"{LMS}/lti/ags/nur204/lineitems/1/lineitem"
    assert answer.json() == [
        {
            "id": f"{item}/results?type_id=1&user_id=4",
            "userId": "4",
            "resultScore": 80,
            "resultMaximum": 100,
            "scoreOf": f"{item}?type_id=1",
            "comment": "Good pace",
        },
        {"id": f"{item}/results?type_id=1&user_id=5", "userId": "5"},
    ]


async def test_results_can_be_filtered_and_paged(tool, get):
    for user_id in ("4", "5", "6"):
        await tool.send_score(tool.score(userId=user_id))
    path = "/lti/ags/nur204/lineitems/1/lineitem/results?type_id=1"
    assert [result["userId"] for result in (await get(f"{path}&user_id=5", RESULTS)).json()] == ["5"]
    page = await get(f"{path}&limit=2", RESULTS)
    assert [result["userId"] for result in page.json()] == ["4", "5"]
    assert [result["userId"] for result in (await get(page.links["next"]["url"], RESULTS)).json()] == ["6"]


async def test_members_come_with_short_roles(get):
    body = (await get("/lti/nrps/nur204/memberships", MEMBERS)).json()
    assert body["context"]["id"] == "204"
    assert [(member["user_id"], member["roles"]) for member in body["members"]] == [
        ("3", ["Instructor"]),
        ("4", ["Learner"]),
        ("5", ["Learner"]),
        ("6", ["Learner"]),
    ]
    assert body["members"][3]["name"] == "Cleo Marín"


async def test_members_can_be_filtered_by_role(get):
    learner = "http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"
    body = (await get("/lti/nrps/nur204-lakeside/memberships", MEMBERS, role=learner)).json()
    assert [member["user_id"] for member in body["members"]] == ["8"]


async def test_members_are_paged(get):
    seen, url = [], "/lti/nrps/nur204/memberships?limit=3"
    while url:
        page = await get(url, MEMBERS)
        seen.append([member["user_id"] for member in page.json()["members"]])
        url = page.links.get("next", {}).get("url")
    assert seen == [["3", "4", "5"], ["6"]]


@pytest.mark.parametrize(
    ("path", "accept", "status"),
    [
        ("/lti/nrps/nur204/memberships", "*/*", 400),
        ("/lti/nrps/nur204/memberships?rlid=no-such-link", MEMBERS, 404),
        ("/lti/nrps/nur204/memberships?rlid=hand-hygiene", MEMBERS, 200),
        ("/lti/nrps/no-such-course/memberships", MEMBERS, 404),
    ],
)
async def test_membership_request_is_checked(get, path, accept, status):
    assert (await get(path, accept)).status_code == status


async def test_grade_time_is_that_of_the_score(tool):
    await tool.send_score(tool.score(timestamp="2026-03-01T11:00:00.5+01:00"))
    grade = tool.lms.gradebook.grade("nur204", "hand-hygiene", "ada")
    assert grade.modified_at == datetime(2026, 3, 1, 10, tzinfo=UTC).timestamp()
