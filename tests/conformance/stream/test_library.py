"""Creating, listing, editing and deleting, and what the account has room for."""

import pytest
from tests.conformance.stream.conftest import ACCOUNT, API, MEDIA, TUS, Stream

ORIGIN = {"Origin": "https://tool.example.edu"}


async def pending(stream: Stream, name: str = "a", creator: str = "c") -> str:
    made = await stream.http.post(
        "stream/direct_upload", json={"maxDurationSeconds": 60, "meta": {"name": name}, "creator": creator}
    )
    stream.advance(seconds=1)
    return made.json()["result"]["uid"]


@pytest.mark.parametrize("missing", [None, "Basic abc", "Bearer"])
async def test_without_a_bearer_token_nothing_is_told(stream, missing):
    del stream.http.headers["Authorization"]
    answer = await stream.http.get("stream", headers={"Authorization": missing} if missing else {})
    assert answer.status_code == 401
    assert answer.json()["errors"][0]["code"] == 10000


async def test_another_account_and_unknown_paths_have_no_route(stream):
    for path in (
        f"/client/v4/accounts/{'f' * 32}/stream",
        "/client/v4/nothing",
        f"/client/v4/accounts/{ACCOUNT}/stream/a/b/c",
    ):
        answer = await stream.http.get(API + path)
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (404, 7003)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"maxDurationSeconds": 60}, 200),
        ({}, 400),
        ({"maxDurationSeconds": 36_001}, 400),
        ({"maxDurationSeconds": "60"}, 400),
        ({"maxDurationSeconds": True}, 400),
        ({"maxDurationSeconds": 60, "creator": "c" * 65}, 400),
        ({"maxDurationSeconds": 60, "requireSignedURLs": "yes"}, 400),
        ({"maxDurationSeconds": 60, "allowedOrigins": ["http://x.org"]}, 400),
        ({"maxDurationSeconds": 60, "thumbnailTimestampPct": 2}, 400),
        ({"maxDurationSeconds": 60, "expiry": "2020-01-01T00:00:00Z"}, 400),
        ([1], 400),
    ],
)
async def test_direct_upload_judges_its_body(stream, body, status):
    assert (await stream.http.post("stream/direct_upload", json=body)).status_code == status


async def test_a_misspelt_key_is_ignored_and_counted(stream):  # cloudflare-go#1201
    made = await stream.result(
        "POST", "stream/direct_upload", json={"maxDurationSeconds": 60, "requiredSignedURLs": True}
    )
    assert (await stream.result("GET", f"stream/{made['uid']}"))["requireSignedURLs"] is False
    assert (await stream.emu("warnings"))["warnings"] == {
        "direct_upload: unknown key 'requiredSignedURLs' was ignored": 1
    }


async def test_a_basic_url_takes_one_multipart_post(stream, sample):
    made = await stream.result("POST", "stream/direct_upload", json={"maxDurationSeconds": 60})
    assert made["uploadURL"] == f"{MEDIA}/{made['uid']}"
    not_multipart = await stream.http.post(made["uploadURL"], content=b"", headers={**TUS, "Upload-Length": "5"})
    assert not_multipart.status_code == 400  # the tus client pointed at the basic URL
    assert "Decoding Error" in not_multipart.text
    first = await stream.http.post(made["uploadURL"], files={"file": ("a.mp4", sample)}, headers=ORIGIN)
    assert (first.status_code, first.headers["Access-Control-Allow-Origin"]) == (200, "*")
    assert (await stream.settled(made["uid"]))["readyToStream"] is True
    assert (await stream.http.post(made["uploadURL"], files={"file": ("a.mp4", sample)})).status_code == 409


async def test_a_basic_url_refuses_more_than_200_mb(stream):
    made = await stream.result("POST", "stream/direct_upload", json={"maxDurationSeconds": 60})
    headers = {"Content-Type": "multipart/form-data; boundary=b", "Content-Length": "200100000"}
    assert (await stream.http.post(made["uploadURL"], content=b"", headers=headers)).status_code == 413


async def test_a_basic_url_ends(stream, sample):
    made = await stream.result("POST", "stream/direct_upload", json={"maxDurationSeconds": 60})
    stream.advance(minutes=31)
    assert (await stream.http.post(made["uploadURL"], files={"file": ("a.mp4", sample)})).status_code == 410


async def test_a_file_can_be_posted_with_the_api_token(stream, sample):
    answer = await stream.http.post("stream", files={"file": ("a.mp4", sample)}, headers={"Upload-Creator": "me"})
    video = answer.json()["result"]
    assert (video["creator"], video["meta"]) == ("me", {"name": "a.mp4"})
    assert (await stream.settled(video["uid"]))["readyToStream"] is True


async def test_the_list_is_newest_first_and_can_be_narrowed(stream):
    a, b, c = [
        await pending(stream, name, creator) for name, creator in (("film a", "x"), ("film b", "y"), ("clip", "y"))
    ]

    async def listed(**query: object) -> list[str]:
        return [video["uid"] for video in await stream.result("GET", "stream", params=query)]

    assert await listed() == [c, b, a]
    assert await listed(asc="true") == [a, b, c]
    assert await listed(limit=2) == [c, b]
    assert await listed(creator="y") == [c, b]
    assert await listed(id=f"{a},{c},{'0' * 32}") == [c, a]
    assert await listed(search="FILM") == [b, a]
    assert await listed(video_name="clip") == [c]
    assert await listed(status="ready,error") == []
    assert await listed(status="pendingupload,ready") == [c, b, a]
    middle = (await stream.result("GET", f"stream/{b}"))["created"]
    assert await listed(end=middle) == await listed(before=middle) == [b, a]
    assert await listed(start=middle) == await listed(after=middle) == [c, b]
    counted = (await stream.http.get("stream", params={"include_counts": "true", "limit": 1})).json()
    assert (counted["total"], counted["range"]) == (3, 1)
    for query in ({"limit": 1001}, {"limit": 0}, {"status": "done"}, {"end": "yesterday"}):
        assert (await stream.http.get("stream", params=query)).status_code == 400


async def test_an_edit_changes_only_what_it_names_and_replaces_meta(stream):
    uid = await pending(stream)
    in_40_days = stream.emulator.core.library.later(40 * 86_400).isoformat()
    edited = await stream.result(
        "POST", f"stream/{uid}", json={"meta": {"b": 2}, "requireSignedURLs": True, "scheduledDeletion": in_40_days}
    )
    assert (edited["meta"], edited["requireSignedURLs"], edited["creator"]) == ({"b": 2}, True, "c")
    assert edited["scheduledDeletion"]
    cleared = await stream.result("POST", f"stream/{uid}", json={"scheduledDeletion": None})
    assert cleared["scheduledDeletion"] is None
    assert cleared["modified"] > edited["modified"]
    for body in (
        {"uid": "0" * 32},
        {"meta": "x"},
        {"allowedOrigins": ["https://x.org"]},
        {"scheduledDeletion": "2020-01-01T00:00:00Z"},
    ):
        assert (await stream.http.post(f"stream/{uid}", json=body)).status_code == 400
    assert (await stream.http.patch(f"stream/{uid}", json={})).status_code == 405


async def test_limits_of_an_upload_cannot_be_changed_once_it_has_ended(stream, sample):
    uid = await stream.upload(sample)
    await stream.settled(uid)
    assert (await stream.http.post(f"stream/{uid}", json={"maxDurationSeconds": 5})).status_code == 400


async def test_delete_answers_with_no_bytes_and_404_the_second_time(stream):
    uid = await pending(stream)
    first = await stream.http.delete(f"stream/{uid}")
    assert (first.status_code, first.content) == (200, b"")
    assert (await stream.http.delete(f"stream/{uid}")).status_code == 404
    assert (await stream.http.get(f"stream/{uid}")).json()["errors"][0]["code"] == 10003


async def test_scheduled_deletion_comes(stream, sample):
    uid = await stream.upload(sample, scheduleddeletion=stream.emulator.core.library.later(31 * 86_400).isoformat())
    await stream.settled(uid)
    stream.advance(days=30)
    assert (await stream.http.get(f"stream/{uid}")).status_code == 200
    stream.advance(days=2)
    assert (await stream.http.get(f"stream/{uid}")).status_code == 404
    assert await stream.result("GET", "stream") == []


async def test_open_urls_reserve_minutes_until_they_end(stream):
    stream.emulator.switches.storage_limit_minutes = 3
    assert (await stream.create(10)).status_code == 201
    assert (await stream.create(10, maxDurationSeconds="120")).status_code == 201
    full = await stream.create(10, maxDurationSeconds="1")
    assert (full.status_code, full.json()["errors"][0]["code"]) == (413, 10011)
    assert (await stream.emu("state"))["reserved_minutes"] == 3
    stream.advance(minutes=31)
    assert (await stream.create(10)).status_code == 201


async def test_a_ready_video_costs_its_seconds_and_a_failed_one_nothing(stream, sample):
    await stream.settled(await stream.upload(sample))
    await stream.settled(await stream.upload(b"no film" * 100))
    state = await stream.emu("state")
    assert (state["stored_minutes"], state["reserved_minutes"]) == (pytest.approx(5 / 60), 0)
    assert state["states"] == {"ready": 1, "error": 1}


async def test_an_account_without_stream_has_no_room_at_all(stream):
    stream.emulator.switches.storage_limit_minutes = 0
    assert (await stream.create(10)).json()["errors"][0]["code"] == 10011
    assert (await stream.result("GET", "stream/storage-usage"))["totalStorageMinutesLimit"] == 0


async def test_too_many_videos_in_process_are_429(stream, sample):
    stream.emulator.switches.max_in_process, stream.emulator.switches.stuck_in_queue = 1, True
    uid = await stream.upload(sample)
    assert (await stream.create(10)).status_code == 429
    stream.emulator.switches.stuck_in_queue = False
    await stream.settled(uid)
    assert (await stream.create(10)).status_code == 201


async def test_the_call_budget_is_told_and_kept(stream):
    stream.emulator.switches.rate_limit_calls = 3
    left = [(await stream.http.get("stream")).headers["Ratelimit"] for _ in range(3)]
    assert [text.split(";")[1] for text in left] == ["r=2", "r=1", "r=0"]
    stream.advance(seconds=100)
    blocked = await stream.http.get("stream")
    assert blocked.status_code == 429
    assert blocked.headers["retry-after"] == "300"
    assert blocked.headers["Ratelimit-Policy"] == '"default";q=3;w=300'
    stream.advance(seconds=201)  # the window has ended, the block has not
    assert (await stream.http.delete("stream/x")).status_code == 429
    stream.advance(seconds=100)
    assert (await stream.http.get("stream")).status_code == 200
