"""Monthly partitions: made ahead, and rows that came before their partition are moved into it."""

import datetime as dt

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from vayro.database.migrations import sync_url
from vayro.database.partitions import create_ahead, month_start


@pytest.mark.parametrize(
    ("day", "offset", "expected"),
    [
        (dt.date(2026, 11, 30), 0, dt.date(2026, 11, 1)),
        (dt.date(2026, 11, 30), 2, dt.date(2027, 1, 1)),
        (dt.date(2026, 1, 1), -1, dt.date(2025, 12, 1)),
    ],
)
def test_month_start_crosses_years(day, offset, expected):
    assert month_start(day, offset) == expected


def test_rows_of_the_default_partition_move_into_their_month(postgres_url):
    engine = create_engine(sync_url(postgres_url))
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO click_events (id, timestamp, link_id, device_type, is_bot) VALUES"
                " (gen_random_uuid(), '2931-04-05', gen_random_uuid(), 'other', false)"
            )
        )
        before = connection.execute(text("SELECT tableoid::regclass::text FROM click_events")).scalars().all()
        made = create_ahead(connection, dt.date(2931, 2, 1))
        after = connection.execute(text("SELECT tableoid::regclass::text FROM click_events")).scalars().all()
        again = create_ahead(connection, dt.date(2931, 2, 1))
    engine.dispose()
    assert before == ["click_events_default"]
    assert after == ["click_events_2931_04"]
    assert made == [f"click_events_2931_{month:02}" for month in (1, 2, 3, 4, 5)]
    assert again == []


def test_rows_of_a_month_long_ago_get_a_partition(postgres_url):
    engine = create_engine(sync_url(postgres_url))
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO click_events (id, timestamp, link_id, device_type, is_bot) VALUES"
                " (gen_random_uuid(), '2019-12-31T23:59:59Z', gen_random_uuid(), 'other', false)"
            )
        )
        assert "click_events_2019_12" in create_ahead(connection, dt.date(2931, 2, 1))
        assert connection.execute(text("SELECT count(*) FROM click_events_default")).scalar_one() == 0
    engine.dispose()


def test_partitions_are_not_waited_for_behind_somebody_who_reads(postgres_url):
    engine = create_engine(sync_url(postgres_url))
    with engine.connect() as reading, engine.begin() as connection:
        reading.execute(text("SELECT id FROM click_events LIMIT 1"))
        with pytest.raises(OperationalError, match="lock timeout"):
            create_ahead(connection, dt.date(2931, 2, 1))
    engine.dispose()
