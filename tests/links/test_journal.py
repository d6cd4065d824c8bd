"""What the audit log says of links."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from tests.links.link_services import Person, draft, edit
from vayro.accounts.records import Caller
from vayro.database.engine import Database
from vayro.database.models import audit_log
from vayro.errors import CodeTaken
from vayro.links.service import LinkService


async def entries(database: Database) -> list[dict[str, Any]]:
    async with database.read() as connection:
        rows = await connection.execute(select(audit_log).order_by(audit_log.c.created_at, audit_log.c.id))
        return [dict(row._mapping) for row in rows]


@pytest.mark.parametrize("over", [{}, {"short_code": "chosen"}])
@pytest.mark.parametrize("plan", ["", "enterprise"])
async def test_a_link_that_is_made_is_noted(
    service: LinkService, database: Database, ada: Person, over: dict[str, Any], plan: str
) -> None:
    made = await service.create(replace(ada, plan=plan), draft(**over))
    [entry] = await entries(database)
    assert (entry["action"], entry["subject"], entry["user_id"]) == ("link.create", str(made.id), ada.user_id)
    assert entry["workspace_id"] == ada.workspace_id
    assert entry["details"] == {"links": 1, "short_codes": [made.short_code]}


@pytest.mark.parametrize("code", [None, "c"])
@pytest.mark.parametrize("plan", ["", "enterprise"])
async def test_a_bulk_is_one_entry(
    service: LinkService, database: Database, ada: Person, code: str | None, plan: str
) -> None:
    made = await service.create_many(
        replace(ada, plan=plan), [draft(short_code=code and f"{code}{n:03}") for n in range(150)]
    )
    [entry] = await entries(database)
    assert (entry["subject"], entry["details"]["links"]) == ("150 links", 150)
    assert len(entry["details"]["short_codes"]) == 100
    assert set(entry["details"]["short_codes"]) <= {link.short_code for link in made}


async def test_each_callers_links_are_noted_apart(
    service: LinkService, database: Database, ada: Person, bob: Person
) -> None:
    await asyncio.gather(*(service.create(person, draft()) for person in [ada, bob] * 10))
    told = [(entry["user_id"], entry["details"]["links"]) for entry in await entries(database)]
    assert {user for user, _ in told} == {ada.user_id, bob.user_id}
    assert sum(number for user, number in told if user == ada.user_id) == 10
    assert sum(number for _, number in told) == 20


async def test_a_link_that_was_not_made_is_not_noted(service: LinkService, database: Database, ada: Person) -> None:
    await service.create(ada, draft(short_code="taken"))
    with pytest.raises(CodeTaken):
        await service.create(ada, draft(short_code="taken"))
    assert len(await entries(database)) == 1


async def test_edits_and_deletions_are_noted_with_what_changed(
    service: LinkService, database: Database, ada: Person
) -> None:
    made = await service.create(ada, draft())
    caller = Caller(ada.workspace_id, ada.user_id, made.id, is_admin=False)  # any identifier stands for a key
    await service.edit(ada.workspace_id, made.id, edit(target_url="https://example.com/b", title="x"), by=caller)
    await service.delete(ada.workspace_id, made.id, by=caller)
    _, edited, deleted = await entries(database)
    assert (edited["action"], deleted["action"]) == ("link.update", "link.delete")
    assert edited["subject"] == deleted["subject"] == str(made.id)
    assert edited["key_id"] == deleted["key_id"] == made.id
    assert edited["details"]["fields"] == ["target_url", "title"]
    assert edited["details"]["target_url_from"] == "https://example.com/a"
    assert edited["details"]["target_url_to"] == "https://example.com/b"
    assert deleted["details"]["target_url"] == "https://example.com/b"


async def test_an_edit_that_changes_nothing_is_not_noted(service: LinkService, database: Database, ada: Person) -> None:
    made = await service.create(ada, draft())
    await service.edit(ada.workspace_id, made.id, edit())
    assert len(await entries(database)) == 1
