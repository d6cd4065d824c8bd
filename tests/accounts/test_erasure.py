"""An account that is erased is gone from every table and every key; an export has all of it, and no secret."""

import datetime as dt
import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Boolean, Column, Integer, LargeBinary, String, Table, Text, insert, select, text
from uuid_utils.compat import uuid7

from tests.conftest import SettingsFactory
from tests.factories import make_click, make_link, make_user, make_workspace, now
from vayro.accounts.data_export import DataExport
from vayro.accounts.deletion import AccountErasure
from vayro.cache.adapters import open_link_cache
from vayro.cache.port import LinkCache
from vayro.clicks.purge import purge_deleted_links
from vayro.database.dialect import UtcDateTime, UuidText
from vayro.database.engine import Database
from vayro.database.models import (
    audit_log,
    click_dead_letters,
    click_events,
    links,
    metadata,
    users,
    workspace_members,
)
from vayro.errors import ValidationFailed
from vayro.links.record import record_from_row
from vayro.links.restoration import find_kept, remove
from vayro.links.snapshot import snapshot_from_row

MARK = "unmistakable"
EMAIL = f"{MARK}@ada.test"
MADE_BY_FACTORIES = {"users", "workspaces", "workspace_members", "links", "click_events"}
# What a deletion leaves on purpose: by which engines and late clicks know of it. No word of the user's is in it.
REMEMBERS = {"link_changes", "link_deletions"}


@pytest.fixture
async def cache(settings_factory: SettingsFactory, redis_url: str) -> AsyncIterator[LinkCache]:
    opened = open_link_cache(settings_factory(redis_url=redis_url, redis_timeout_ms=10_000))
    yield opened
    await opened.close()


class Ada:
    """A user with something in every table that knows of users, workspaces or links."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.user: Any = None
        self.link: Any = None
        self.ids = {"business_id": uuid7(), "campaign_id": uuid7()}

    async def fill(self) -> "Ada":
        self.user = await make_user(self.database, email=EMAIL, password_hash=f"$argon2id${MARK}")
        async with self.database.read() as connection:
            self.workspace_id = await connection.scalar(
                select(workspace_members.c.workspace_id).where(workspace_members.c.user_id == self.user.id)
            )
        self.link = await make_link(
            self.database, workspace_id=self.workspace_id, user_id=self.user.id, short_code="code1", title=MARK,
            target_url=f"https://{MARK}.test/", tags=[MARK], metadata={"note": MARK, "large": 1e30},
        )  # fmt: skip
        for _ in range(3):
            await make_click(self.database, self.link.id, referer=f"https://{MARK}.test/", city=MARK)
        own_ids = {"businesses": self.ids["business_id"], "campaigns": self.ids["campaign_id"]}
        for table in metadata.sorted_tables:
            if table.name not in MADE_BY_FACTORIES | REMEMBERS and self._is_about_people(table):
                row = {column.name: self._value(column) for column in table.columns}
                await self._store(table, row | ({"id": own_ids[table.name]} if table.name in own_ids else {}))
        letter = {"id": uuid7(), "segment": "s", "payload": f"$36\r\n{self.link.id}\r\n{MARK}".encode()}
        await self._store(click_dead_letters, letter | {"reason": "bad", "deliveries": 1, "created_at": now()})
        return self

    def _is_about_people(self, table: Table) -> bool:
        return any(name in table.columns for name in self._known())

    def _known(self) -> dict[str, Any]:
        return {
            "workspace_id": self.workspace_id,
            "user_id": self.user.id,
            "invited_by": self.user.id,
            "link_id": self.link.id,
            "subject_id": self.workspace_id,
            "subject": EMAIL,
            "email": f"invited-{EMAIL}",
            **self.ids,
        }

    def _value(self, column: Column[Any]) -> Any:
        if column.name in self._known():
            return self._known()[column.name]
        values: list[tuple[Any, Any]] = [
            (UuidText, uuid7()), (UtcDateTime, now()), (Boolean, False), (Integer, 1), (LargeBinary, MARK.encode()),
        ]  # fmt: skip
        for kind, value in values:
            if isinstance(column.type, kind):
                return value
        if isinstance(column.type, String | Text):
            return MARK[: getattr(column.type, "length", None) or 50]
        return {"who": EMAIL}

    async def _store(self, table: Table, values: dict[str, Any]) -> None:
        async with self.database.transaction() as connection:
            if table.name == "link_stats":
                values |= {"clicks": 3, "bots": 0}
            await connection.execute(insert(table).values({table.c[name]: value for name, value in values.items()}))


async def places_of(database: Database, *needles: str) -> set[str]:
    """The tables in whose rows any of these stands."""
    found = set()
    async with database.read() as connection:
        for table in metadata.sorted_tables:
            for row in await connection.execute(select(table)):
                shown = " ".join(value.decode("latin-1") if isinstance(value, bytes) else str(value) for value in row)
                if any(needle in shown for needle in needles):
                    found.add(table.name)
    return found


async def keys_of(cache: Any, *needles: str) -> list[str]:
    """The keys of Redis in whose name or content any of these stands."""
    found = []
    for key in await cache._commands.execute(b"KEYS", b"*"):
        kind = await cache._commands.execute(b"TYPE", key)
        read = (b"XRANGE", key, b"-", b"+") if kind in {"stream", b"stream"} else (b"GET", key)
        content = f"{key} {await cache._commands.execute(*read)}"
        if any(needle in content for needle in needles):
            found.append(content)
    return found


async def test_nothing_of_an_erased_account_is_left_anywhere(database: Database, cache: LinkCache) -> None:
    ada = await Ada(database).fill()
    await cache.store(snapshot_from_row({**ada.link._mapping, "has_password": False}))
    words = (MARK, str(ada.user.id), str(ada.workspace_id))
    filled = await places_of(database, *words, str(ada.link.id))
    assert filled >= MADE_BY_FACTORIES | {
        "api_keys",
        "sessions",
        "domains",
        "audit_log",
        "link_reports",
        "click_rollups",
    }
    assert len(await keys_of(cache, MARK)) == 1
    erased = await AccountErasure(database, cache).erase(ada.user)
    assert (erased.workspaces, erased.links) == (1, 1)
    await purge_deleted_links(database, now())
    assert await places_of(database, *words, str(ada.link.id)) <= REMEMBERS
    assert await places_of(database, MARK, str(ada.user.id)) == set()
    assert await keys_of(cache, *words) == []


async def test_what_comes_late_goes_too(database: Database, cache: LinkCache) -> None:
    ada = await Ada(database).fill()
    await AccountErasure(database, cache).erase(ada.user)
    await purge_deleted_links(database, now())
    await make_click(database, ada.link.id, referer=f"https://{MARK}.test/")
    await ada._store(
        click_dead_letters,
        {"id": uuid7(), "segment": "s", "payload": str(ada.link.id).encode() + MARK.encode(), "reason": "bad"}
        | {"deliveries": 1, "created_at": now()},
    )
    assert await places_of(database, MARK) == {"click_events", "click_dead_letters"}
    await purge_deleted_links(database, now() + dt.timedelta(days=20))
    assert await places_of(database, MARK) == set()


async def test_erasing_again_after_a_death_ends_it(
    database: Database, cache: LinkCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = await Ada(database).fill()
    erasure = AccountErasure(database, cache)

    async def die(_workspace_id: UUID) -> int:
        raise RuntimeError

    monkeypatch.setattr(erasure, "_delete_links", die)
    with pytest.raises(RuntimeError):
        await erasure.erase(ada.user)
    async with database.read() as connection:
        assert await connection.scalar(select(users.c.disabled_at)) is not None
    monkeypatch.undo()
    await erasure.erase(ada.user)
    assert await places_of(database, str(ada.user.id)) == set()


async def test_what_somebody_did_in_anothers_workspace_stays_without_their_name(
    database: Database, cache: LinkCache
) -> None:
    home = await make_workspace(database)
    bob, eve = await make_user(database, workspace_id=home.id), await make_user(database, email=EMAIL)
    async with database.transaction() as connection:
        member = {"workspace_id": home.id, "user_id": eve.id, "role": "member", "created_at": now()}
        await connection.execute(insert(workspace_members).values(member))
        entry = {"id": uuid7(), "workspace_id": home.id, "user_id": eve.id, "action": "link.create", "subject": "x"}
        await connection.execute(insert(audit_log).values(entry | {"details": {}, "created_at": now()}))
    link = await make_link(database, workspace_id=home.id, user_id=eve.id)
    await AccountErasure(database, cache).erase(eve)
    assert await places_of(database, EMAIL, str(eve.id)) == set()
    async with database.read() as connection:
        assert await connection.scalar(select(links.c.user_id).where(links.c.id == link.id)) is None
        assert await connection.scalar(select(users.c.id).where(users.c.id == bob.id)) == bob.id


async def test_what_was_deleted_a_moment_ago_is_kept_neither_of_their_workspace_nor_with_their_name(
    database: Database, cache: LinkCache
) -> None:
    home = await make_workspace(database)
    eve = await make_user(database)
    async with database.read() as connection:
        own = await connection.scalar(
            select(workspace_members.c.workspace_id).where(workspace_members.c.user_id == eve.id)
        )
    gone = [await make_link(database, workspace_id=one, user_id=eve.id, title=MARK) for one in (home.id, own)]
    async with database.transaction() as connection:
        records = [record_from_row(link._mapping) for link in gone]
        await remove(connection, records, now())
    assert await places_of(database, str(eve.id)) >= {"link_deletions"}
    await AccountErasure(database, cache).erase(eve)
    assert await places_of(database, str(eve.id)) == set()
    async with database.read() as connection:
        assert list(await find_kept(connection, home.id, [link.id for link in gone])) == [gone[0].id]
        assert await find_kept(connection, own, [link.id for link in gone]) == {}


async def test_a_workspace_is_not_left_without_an_owner(database: Database, cache: LinkCache) -> None:
    home = await make_workspace(database)
    ada, bob = await make_user(database, workspace_id=home.id), await make_user(database)
    async with database.transaction() as connection:
        member = {"workspace_id": home.id, "user_id": bob.id, "role": "member", "created_at": now()}
        await connection.execute(insert(workspace_members).values(member))
    with pytest.raises(ValidationFailed, match="no other owner"):
        await AccountErasure(database, cache).erase(ada)
    async with database.transaction() as connection:
        await connection.execute(text("UPDATE workspace_members SET role = 'owner'"))
    await AccountErasure(database, cache).erase(ada)
    assert await places_of(database, str(home.id)) != set()


async def test_the_only_administrator_stays(database: Database, cache: LinkCache) -> None:
    ada = await make_user(database, is_admin=True)
    with pytest.raises(ValidationFailed, match="only administrator"):
        await AccountErasure(database, cache).erase(ada)
    await make_user(database, is_admin=True)
    await AccountErasure(database, cache).erase(ada)


async def test_an_export_has_all_and_no_secret(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vayro.accounts.data_export.PAGE", 2)
    monkeypatch.setattr("vayro.accounts.data_export.LINKS_AT_ONCE", 2)
    ada = await Ada(database).fill()
    for number in range(4):
        more = await make_link(database, workspace_id=ada.workspace_id, short_code=f"more{number}")
        for _ in range(5):
            await make_click(database, more.id)
    await make_link(database)
    document = b"".join([piece async for piece in DataExport(database).write(ada.user.id)])
    found = json.loads(document)
    assert found["account"]["email"] == EMAIL
    assert {link["short_code"] for link in found["links"]} == {"code1", "more0", "more1", "more2", "more3"}
    assert [float(link["metadata"]["large"]) for link in found["links"] if link["metadata"]] == [1e30]
    assert len({click["id"] for click in found["clicks"]}) == len(found["clicks"]) == 23
    for name in ("memberships", "sessions", "api_keys", "domains", "audit_log", "workspaces", "invitations"):
        assert len(found[name]) == 1, name
    for secret in ("password_hash", "key_hash", "token_hash", "code_hash", "$argon2id$"):
        assert secret.encode() not in document


async def test_clicks_of_others_are_in_nobodys_export(database: Database) -> None:
    ada = await Ada(database).fill()
    other = await make_link(database)
    await make_click(database, other.id)
    document = b"".join([piece async for piece in DataExport(database).write(ada.user.id)])
    assert str(other.id).encode() not in document
    async with database.read() as connection:
        assert len((await connection.execute(select(click_events))).all()) == 4
