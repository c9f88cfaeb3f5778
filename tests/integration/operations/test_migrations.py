"""The schema that the migrations make is the schema that the models mean, and the last step can be taken back."""

from collections.abc import Iterator

import pytest
from alembic import command

from fieldreel.db import alembic_config, migrate
from fieldreel.kit import ids
from fieldreel.kit.postgres import EmbeddedPostgres


@pytest.fixture
def empty_database(cluster: EmbeddedPostgres) -> Iterator[str]:
    name = f"empty_{ids.uuid7().hex}"
    cluster.create_database(name)
    yield cluster.url(name)
    cluster.drop_database(name)


def test_the_migrations_make_what_the_models_mean_and_can_be_taken_back_by_one(empty_database: str) -> None:
    migrate(empty_database)
    command.check(alembic_config(empty_database))
    command.downgrade(alembic_config(empty_database), "-1")
    migrate(empty_database)
    command.check(alembic_config(empty_database))


def test_migrating_twice_changes_nothing(empty_database: str) -> None:
    migrate(empty_database)
    migrate(empty_database)
    command.check(alembic_config(empty_database))
