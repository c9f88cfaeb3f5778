"""Stream's webhook: believed only when signed, and even then only a hint."""

from datetime import timedelta

import pytest
from tests.factories import TOOL, WEBHOOK_SECRET


async def test_a_notice_moves_the_video_without_the_browser(stage, ada):
    stage.subscribe()
    upload = await stage.start(ada)
    await stage.send(upload)
    await stage.until(lambda: stage.stream.core.webhooks.sent)
    assert stage.stream.core.webhooks.sent[0]["outcome"] == "204"
    assert (await ada.get(f"videos/{upload['id']}")).json()["status"] == "ready"


async def test_a_notice_is_a_hint_and_stream_itself_is_asked(stage, ada):
    upload = await stage.start(ada)
    uid = stage.stored(upload["id"])[0].uid
    answer = await stage.notify(stage.notice(uid, size=1, duration=99))
    assert answer.status_code == 204
    assert (await ada.get(f"videos/{upload['id']}")).json()["status"] == "uploading"


async def test_a_notice_twice_and_one_that_comes_late_do_no_harm(stage, ada):
    upload = await stage.start(ada)
    await stage.send(upload)
    uid = (await stage.encoded(upload["id"])).uid
    late = stage.notice(uid, readyToStream=False, status={"state": "inprogress"}, modified="2020-01-01T00:00:00Z")
    for body in (stage.notice(uid), stage.notice(uid), late):
        assert (await stage.notify(body)).status_code == 204
    assert (await ada.get(f"videos/{upload['id']}")).json()["status"] == "ready"
    assert len(await stage.events("video.ready")) == 1


async def test_a_notice_with_a_wrong_signature_an_old_one_or_none_is_refused_and_logged(stage, ada):
    upload = await stage.start(ada)
    await stage.send(upload)
    body = stage.notice((await stage.encoded(upload["id"])).uid)
    hour = timedelta(hours=1)
    answers = [
        await stage.notify(body, secret="somebody-else"),
        await stage.notify(body, at=stage.clock.now() - hour),
        await stage.notify(body, at=stage.clock.now() + hour),
        await stage.notify(b"[]"),
        await ada.post(f"{TOOL}/webhooks/stream", content=body),
    ]
    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(403, "stream.webhook_rejected")] * 5
    assert len(await stage.events("webhook.refused")) == 5
    assert (await ada.get(f"videos/{upload['id']}")).json()["status"] == "uploading"


async def test_a_body_too_large_to_be_a_notice_is_refused_unread(stage):
    answer = await stage.notify(b" " * (256 * 1024 + 1))
    assert (answer.status_code, answer.json()["code"]) == (403, "stream.webhook_rejected")


async def test_a_video_of_somebody_else_in_the_account_is_none_of_our_business(stage):
    calls = len(stage.wire.requests)
    assert (await stage.notify(stage.notice("ab" * 16))).status_code == 204
    assert len(stage.wire.requests) == calls


async def test_when_stream_does_not_answer_the_notice_is_to_be_sent_again(stage, ada):
    upload = await stage.start(ada)
    await stage.send(upload)
    uid = (await stage.encoded(upload["id"])).uid
    stage.stream.faults.add("get", status=500, times=3)
    answer = await stage.notify(stage.notice(uid))
    assert (answer.status_code, answer.json()["code"]) == (503, "stream.unavailable")
    assert (await stage.notify(stage.notice(uid))).status_code == 204
    assert (await ada.get(f"videos/{upload['id']}")).json()["status"] == "ready"


class TestWithoutASecret:
    @pytest.fixture
    def settings(self, settings):
        return settings.model_copy(update={"stream": settings.stream.model_copy(update={"webhook_secrets": ()})})

    async def test_no_notice_is_believed_and_none_is_let_pass(self, stage):
        answer = await stage.notify(stage.notice("ab" * 16), secret=WEBHOOK_SECRET)
        assert (answer.status_code, answer.json()["code"]) == (503, "stream.webhook_not_configured")
