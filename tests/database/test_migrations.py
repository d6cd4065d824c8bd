"""Migrations: they make exactly the tables that the models declare, on both databases, however many run them."""

import subprocess
import sys

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect, text

from vayro.database.migrations import find_revision, newest_revision, sync_url, upgrade
from vayro.database.models import metadata


@pytest.fixture(params=["sqlite", "postgres"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.db'}"
    return request.getfixturevalue("postgres_server").create_database()


def test_upgrade_reaches_the_newest_revision_and_may_be_repeated(empty_database_url):
    assert find_revision(empty_database_url) is None
    upgrade(empty_database_url)
    upgrade(empty_database_url)
    assert find_revision(empty_database_url) == newest_revision()


def test_six_processes_that_upgrade_at_once_end_as_one(empty_database_url):
    program = "import sys; from vayro.database.migrations import upgrade; upgrade(sys.argv[1])"
    processes = [subprocess.Popen([sys.executable, "-c", program, empty_database_url]) for _ in range(6)]
    assert [process.wait(110) for process in processes] == [0] * 6
    assert find_revision(empty_database_url) == newest_revision()


def test_a_database_of_a_newer_version_is_left_as_it_is(empty_database_url):
    upgrade(empty_database_url)
    _execute(empty_database_url, "UPDATE alembic_version SET version_num = '9999'")
    upgrade(empty_database_url)
    assert find_revision(empty_database_url) == "9999"


def test_the_migrated_schema_is_what_the_models_declare(empty_database_url):
    upgrade(empty_database_url)
    engine = create_engine(sync_url(empty_database_url))
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": False, "include_name": _is_not_partition}
        )
        differences = [
            d for d in compare_metadata(context, metadata) if "ix_click_events_link_id_timestamp" not in str(d)
        ]
    engine.dispose()
    assert differences == []


def test_clicks_are_indexed_by_link_and_descending_time(empty_database_url):
    upgrade(empty_database_url)
    engine = create_engine(sync_url(empty_database_url))
    query = (
        "SELECT sql FROM sqlite_master WHERE name = 'ix_click_events_link_id_timestamp'"
        if engine.dialect.name == "sqlite"
        else "SELECT indexdef FROM pg_indexes WHERE indexname = 'ix_click_events_link_id_timestamp'"
    )
    with engine.connect() as connection:
        definition = connection.execute(text(query)).scalar_one()
    engine.dispose()
    assert "(link_id, timestamp DESC)" in definition.replace('"', "")


def test_months_ahead_have_partitions_on_postgres(postgres_server):
    url = postgres_server.create_database()
    upgrade(url)
    engine = create_engine(sync_url(url))
    names = [name for name in inspect(engine).get_table_names() if name.startswith("click_events_2")]
    engine.dispose()
    assert len(names) == 5


def _execute(url: str, statement: str) -> None:
    engine = create_engine(sync_url(url))
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


def _is_not_partition(name: str | None, kind: str, _parents: object) -> bool:
    return not (kind == "table" and name is not None and name.startswith("click_events_"))
