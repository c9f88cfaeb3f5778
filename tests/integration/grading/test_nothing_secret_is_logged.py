"""One student's work from the upload to the gradebook, and not one secret in the log."""

import json
import re

from tests.factories import API_TOKEN, WEBHOOK_SECRET, Stage
from tests.integration.grading.conftest import SUBS, Gradebook, Wire
from tests.logs import Log

from fieldreel.settings import Settings


async def test_a_whole_flow_logs_no_secret(
    stage: Stage, gradebook: Gradebook, wire: Wire, log: Log, settings: Settings
) -> None:
    ada, tess = stage.as_("ada"), stage.as_("tess")
    secrets = {
        API_TOKEN,
        WEBHOOK_SECRET,
        *settings.secret_keys,
        settings.stream.signing_key_pem.get_secret_value().splitlines()[1],
        *(client.headers["Authorization"].removeprefix("Bearer ") for client in stage.clients.values()),
    }

    upload = await stage.start(ada)
    secrets.add(upload["upload_url"])
    secrets.add(upload["upload_url"].rsplit("/", 1)[1].split("?")[0])
    await stage.send(upload)
    await stage.encoded(upload["id"])
    (stored,) = stage.stored(upload["id"])
    assert (await stage.notify(stage.notice(stored.uid))).status_code == 204
    video = await stage.complete(ada, upload["id"])
    submission = await stage.submit(ada, video)
    for who in (ada, tess):
        secrets.add((await who.post(f"videos/{video['id']}/playback")).json()["token"])
    graded = await tess.put(
        f"submissions/{submission['id']}/grade", json={"points": 78}, headers={"If-None-Match": "*"}
    )
    assert graded.status_code == 200
    assert (await gradebook.deliver()).sent == 1
    secrets |= {request.headers["Authorization"].removeprefix("Bearer ") for request in wire.sent("/scores")}
    secrets |= set(re.findall(r"client_assertion=([^&]+)", wire.sent("/token")[0].content.decode()))

    stage.stream.faults.add("any", status=500, error_code=10001, times=1)
    gradebook.fail("scores", status=500)
    await tess.put(f"submissions/{submission['id']}/grade", json={"points": 79}, headers={"If-Match": "*"})
    gradebook.advance(seconds=2)
    assert (await gradebook.deliver()).put_off == 1
    async with stage.client("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJmb3JnZWQifQ.Zm9yZ2VkLWZvcmdlZA") as forger:
        assert (await forger.get("me")).status_code == 401

    assert len(log.lines) > 10
    assert len(secrets) >= 14
    assert [secret for secret in secrets if secret in log.text] == []
    assert "eyJ" not in log.text
    told = json.dumps([line for line in log.lines if line["event"] == "request"])
    assert upload["id"] not in told, "requests are logged by route"
    for name in ("Ada", SUBS["ada"] + "@", stored.uid):
        assert name not in log.text
