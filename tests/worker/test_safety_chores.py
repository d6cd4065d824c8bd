"""The chores of safety, as the settings ask for them."""

import pytest
from sqlalchemy import select

from tests.conftest import SettingsFactory
from tests.egress.listeners import hosts
from tests.factories import make_link
from vayro.database.engine import Database
from vayro.database.models import block_lists, link_checks, links
from vayro.errors import Unavailable
from vayro.settings import Settings
from vayro.worker.chores import Chore
from vayro.worker.safety_chores import list_safety_chores


def chores_of(settings: Settings, database: Database) -> dict[str, Chore]:
    return {chore.name: chore for chore in list_safety_chores(settings, database)}


async def test_without_settings_links_are_compared_with_the_block_list_and_nobody_is_asked(
    database: Database, database_url: str, settings_factory: SettingsFactory
) -> None:
    chores = chores_of(settings_factory(database_url=database_url), database)
    assert set(chores) == {"blocked_links"}
    await make_link(database)
    assert await chores["blocked_links"].work() == 0
    async with database.read() as connection:
        assert (await connection.execute(select(link_checks))).all() == []


async def test_each_setting_adds_its_chores(
    database: Database, database_url: str, settings_factory: SettingsFactory
) -> None:
    lists = settings_factory(database_url=database_url, block_list_urls="https://a.test/list, https://b.test/list")
    assert set(chores_of(lists, database)) == {"blocked_links", "block_lists"}
    for setting in ({"web_risk_key": "k"}, {"check_dns": True}, {"check_reachable": True}):
        checks = settings_factory(database_url=database_url, **setting)
        assert set(chores_of(checks, database)) == {"blocked_links", "link_checks", "unchecked_links"}
    mail = settings_factory(database_url=database_url, smtp_url="smtp://127.0.0.1:25")
    assert set(chores_of(mail, database)) == {"blocked_links", "reported_links"}


async def test_a_list_is_fetched_and_then_takes_down_what_it_forbids(
    database: Database, database_url: str, settings_factory: SettingsFactory
) -> None:
    await make_link(database, short_code="bad", target_url="https://x.evil.test/")
    await make_link(database, short_code="good")
    async with hosts("127.0.0.2") as [host]:
        host.otherwise = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nevil.test\n"
        chores = chores_of(
            settings_factory(
                database_url=database_url,
                block_list_urls=f"http://127.0.0.2:{host.port}/list",
                egress_allow="127.0.0.2/32",
            ),
            database,
        )
        assert await chores["block_lists"].work() == 1
        assert await chores["blocked_links"].work() == 1
    async with database.read() as connection:
        found = await connection.execute(select(links.c.short_code, links.c.disabled_reason))
        assert {row.short_code: row.disabled_reason for row in found} == {"bad": "abuse", "good": None}


async def test_a_list_in_a_private_network_is_not_fetched_unless_the_operator_allows_it(
    database: Database, database_url: str, settings_factory: SettingsFactory
) -> None:
    async with hosts("127.0.0.2") as [host]:
        url = f"http://127.0.0.2:{host.port}/list"
        chores = chores_of(settings_factory(database_url=database_url, block_list_urls=url), database)
        with pytest.raises(Unavailable):
            await chores["block_lists"].work()
        assert host.connections == 0
    async with database.read() as connection:
        assert (await connection.execute(select(block_lists))).all() == []


async def test_what_is_due_is_checked_by_asking_the_destination(
    database: Database, database_url: str, settings_factory: SettingsFactory
) -> None:
    link = await make_link(database, target_url="http://127.0.0.1:9/")
    chores = chores_of(settings_factory(database_url=database_url, check_reachable=True), database)
    await chores["unchecked_links"].work()
    assert await chores["link_checks"].work() is None
    async with database.read() as connection:
        row = (await connection.execute(select(link_checks))).one()
    assert (row.link_id, row.verdict, row.version) == (link.id, "suspect", 1)
    assert any(finding.startswith("forbidden_") for finding in row.findings)
