"""500 previews of one site, 50 at a time, at two API processes: one link, one URL, and not one write."""

import asyncio
import contextlib
import datetime as dt
import re
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import psycopg
from sqlalchemy import func, select, update

from tests.api.conftest import client
from tests.api.signing_in import browser, make_person, sign_in
from tests.campaigns.rows import make_business, make_site
from tests.conftest import SettingsFactory
from tests.factories import now
from tests.processes import vayro
from tests.servers import PostgresServer, free_port, wait_until
from vayro.accounts.service import AccountService
from vayro.database.engine import Database, open_database
from vayro.database.models import api_keys, links, sessions
from vayro.settings import Settings

REQUESTS, AT_ONCE = 500, 50
VARIANTS = ("friendly", "professional", "urgent", "custom")
STATEMENT = re.compile(r"(?:statement|execute [^:]+): (.*)")
READS = re.compile(r"\s*(?:SELECT|BEGIN|COMMIT|ROLLBACK|SET|SHOW|DEALLOCATE|DISCARD)\b", re.IGNORECASE)


@dataclass
class Scene:
    """A site with its link, two processes that serve it, and clients whose use would be due to be noted."""

    database: Database
    site: Any
    clients: list[httpx.AsyncClient]

    async def preview(self, number: int) -> dict[str, Any]:
        variant = VARIANTS[number % len(VARIANTS)]
        wanted = {"site_id": str(self.site.id), "variant": variant, "locale": ("en", "de", "fr")[number % 3]}
        if variant == "custom":
            wanted["text"] = "Look, {business}: {link}"
        answer = await self.clients[number % len(self.clients)].post("/v1/campaigns/preview-sms", json=wanted)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def preview_all(self) -> list[dict[str, Any]]:
        places = asyncio.Semaphore(AT_ONCE)

        async def one(number: int) -> dict[str, Any]:
            async with places:
                return await self.preview(number)

        return await asyncio.gather(*map(one, range(REQUESTS)))

    async def read(self) -> tuple[list[Any], list[Any], int | None]:
        """When keys and sessions were last used, and how many links there are."""
        async with self.database.read() as connection:
            used = list(await connection.scalars(select(api_keys.c.last_used_at)))
            seen = list(await connection.scalars(select(sessions.c.last_seen_at)))
            return used, seen, await connection.scalar(select(func.count()).select_from(links))


@contextlib.asynccontextmanager
async def scene(settings: Settings) -> AsyncIterator[Scene]:
    async with contextlib.AsyncExitStack() as stack:
        database = open_database(settings)
        stack.push_async_callback(database.close)
        accounts = AccountService(database)
        stack.push_async_callback(accounts.close)
        email = await make_person(settings)
        person = await accounts.get_user(email)
        key = await accounts.create_key(person.as_caller(), "previews")
        urls = [stack.enter_context(vayro("api", settings, api_port=free_port())).url for _ in range(2)]
        first, second = [await stack.enter_async_context(client(url, key)) for url in urls]
        page = await stack.enter_async_context(browser(urls[1]))
        site = await _make_site(database, person.workspace_id, first)
        assert (await sign_in(page, email)).status_code == 200
        await _await_noted(database)
        await _make_due(database)
        # The first process knows the key, and has noted it; the second has never seen it.
        yield Scene(database, site, [first, second, page])


async def _make_site(database: Database, workspace_id: Any, api: httpx.AsyncClient) -> Any:
    wanted = {"target_url": "https://sunrise.sites.test/", "link_type": "site_preview"}
    link = (await api.put("/v1/links/canonical", json=wanted)).json()
    business = await make_business(database, workspace_id, name="Sunrise Bakery")
    return await make_site(database, business, link_id=link["id"], short_url=link["short_url"])


async def _await_noted(database: Database) -> None:
    """The request before is a use of the key: it is written beside the answer."""
    for _ in range(600):
        async with database.read() as connection:
            if await connection.scalar(select(api_keys.c.last_used_at)):
                return
        await asyncio.sleep(0.1)
    raise TimeoutError("the use of the key was not noted")


async def _make_due(database: Database) -> None:
    old = now() - dt.timedelta(hours=1)
    async with database.transaction() as connection:
        await connection.execute(update(api_keys).values(last_used_at=old))
        await connection.execute(update(sessions).values(last_seen_at=old))


def check(answers: list[dict[str, Any]], site: Any) -> None:
    assert len(answers) == REQUESTS
    assert {answer["url"] for answer in answers} == {site.short_url}
    assert {answer["body"].count(site.short_url) for answer in answers} == {1}
    assert len(set(Counter(answer["variant"] for answer in answers).values())) == 1


async def test_on_postgresql_the_statement_log_shows_no_write(
    postgres_server: PostgresServer, postgres_url: str, settings_factory: SettingsFactory
) -> None:
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        name = postgres_url.rsplit("/", 1)[1]
        connection.execute(f"ALTER DATABASE \"{name}\" SET log_statement = 'all'")  # of connections from now on
    async with scene(settings_factory(database_url=postgres_url)) as stage:
        before, began = await stage.read(), len(postgres_server.log())
        answers = await stage.preview_all()
        statements = STATEMENT.findall(postgres_server.log()[began:])
        assert [one for one in statements if not READS.match(one)] == []
        # Those that came together shared a read.
        read = sum(one.startswith("SELECT businesses.id") for one in statements)
        assert REQUESTS // AT_ONCE <= read <= REQUESTS, "the log does not tell"
        check(answers, stage.site)
        assert await stage.read() == before
        assert before[2] == 1
        # What is a use is written, and the log shows it: it would have shown the others.
        await stage.clients[1].get("/v1/campaigns")
        wait_until(lambda: "UPDATE api_keys" in postgres_server.log()[began:], seconds=60)


async def test_on_sqlite_the_file_does_not_change(sqlite_url: str, settings_factory: SettingsFactory) -> None:
    async with scene(settings_factory(database_url=sqlite_url)) as stage:
        with contextlib.closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as connection:

            def version() -> int:
                """It differs as soon as another connection has committed something."""
                return connection.execute("PRAGMA data_version").fetchone()[0]

            before, began = await stage.read(), version()
            answers = await stage.preview_all()
            assert version() == began
            check(answers, stage.site)
            assert await stage.read() == before
            assert before[2] == 1
            await stage.clients[1].get("/v1/campaigns")
            wait_until(lambda: version() != began, seconds=60)
