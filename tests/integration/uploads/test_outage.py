"""PostgreSQL goes away for a while: a problem that says so, nothing lost, and no restart of ours."""

import asyncio

import asyncpg
import pytest

from fieldreel.db import migrate
from fieldreel.kit.postgres import EmbeddedPostgres

KEY = {"Idempotency-Key": "a-key-of-the-browser"}


async def test_connections_that_were_cut_cost_at_most_one_answer_each(stage, ada, cluster):
    upload = await stage.start(ada)
    await asyncio.gather(*(ada.get(f"uploads/{upload['id']}") for _ in range(8)))  # fill the pool
    admin = await asyncpg.connect(cluster.url("postgres").replace("+asyncpg", ""))
    await admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
    await admin.close()
    answers = [await ada.get(f"uploads/{upload['id']}") for _ in range(4)]
    assert {answer.status_code for answer in answers} <= {200, 503}
    for answer in answers:
        if answer.status_code == 503:
            assert (answer.json()["code"], answer.json()["retryable"]) == ("service.unavailable", True)
    assert answers[-1].status_code == 200
    assert answers[-1].json()["upload_url"] == upload["upload_url"]


class TestWithAServerOfItsOwn:
    @pytest.fixture
    def cluster(self, tmp_path):
        tmp_path.chmod(0o711)
        with EmbeddedPostgres(tmp_path / "cluster", durable=False) as running:
            yield running

    @pytest.fixture
    def database_url(self, cluster):
        cluster.create_database("fieldreel")
        migrate(cluster.url("fieldreel"))
        return cluster.url("fieldreel")

    async def test_while_the_server_is_down_every_answer_says_so_and_afterwards_all_goes_on(self, stage, ada, cluster):
        upload = await stage.start(ada)
        await stage.send(upload)
        await stage.encoded(upload["id"])
        await asyncio.to_thread(cluster.stop)
        calls = len(stage.wire.requests)
        refused = [
            await ada.get(f"uploads/{upload['id']}"),
            await ada.post(f"uploads/{upload['id']}/complete"),
            await ada.post("uploads", json=stage.file(), headers=KEY),
            await stage.notify(stage.notice(stage.stored(upload["id"])[0].uid)),
        ]
        for answer in refused:
            assert (answer.status_code, answer.json()["code"]) == (503, "service.unavailable")
            assert answer.headers["Retry-After"] == "5"
        assert len(stage.wire.requests) == calls  # nothing was ordered that could not be noted
        await asyncio.to_thread(cluster.start)
        assert (await stage.complete(ada, upload["id"]))["status"] == "ready"
        again = await ada.post("uploads", json=stage.file(), headers=KEY)
        assert again.status_code == 201
