"""Rows for tests, made with as few words as the test needs. Each returns the stored row."""

import datetime as dt
import hashlib
import itertools
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Table, insert
from uuid_utils.compat import uuid7

from vayro.database.engine import Database
from vayro.database.models import click_events, link_changes, links, users, workspace_members, workspaces

_numbers = itertools.count(1)


async def make_workspace(database: Database, **over: Any) -> Row[Any]:
    values = {"id": uuid7(), "name": f"Workspace {next(_numbers)}", "created_at": now(), **over}
    return await _store(database, workspaces, values)


async def make_user(database: Database, *, workspace_id: UUID | None = None, **over: Any) -> Row[Any]:
    """A user who owns a workspace: the given one, or a new one."""
    values = {
        "id": uuid7(),
        "email": f"user{next(_numbers)}@example.com",
        "password_hash": "!",  # no password fits it
        "plan": "free",
        "is_admin": False,
        "created_at": now(),
        **over,
    }
    user = await _store(database, users, values)
    owned = workspace_id or (await make_workspace(database)).id
    member = {"workspace_id": owned, "user_id": user.id, "role": "owner", "created_at": now()}
    await _store(database, workspace_members, member)
    return user


async def make_link(database: Database, **over: Any) -> Row[Any]:
    """A standard link on the default domain, in a workspace of its own unless `workspace_id` says which."""
    workspace_id = over.pop("workspace_id", None) or (await make_workspace(database)).id
    number = next(_numbers)
    values = {
        "id": uuid7(),
        "workspace_id": workspace_id,
        "user_id": None,
        "domain": "",
        "short_code": f"code{number}",
        "target_url": f"https://example.com/{number}",
        "link_type": "standard",
        "canonical": False,
        "title": None,
        "tags": [],
        "is_active": True,
        "version": 1,
        "redirect_status": 302,
        "cache_seconds": None,
        "expires_at": None,
        "expired_url": None,
        "max_clicks": None,
        "metadata": {},
        "created_at": now(),
        "updated_at": now(),
        **over,
    }
    link = await _store(database, links, values)
    change = {key: values[key] for key in ("domain", "short_code", "version")}
    await _store(database, link_changes, {**change, "link_id": link.id, "is_deleted": False, "changed_at": now()})
    return link


async def make_click(database: Database, link_id: UUID, **over: Any) -> Row[Any]:
    """A person's click on a desktop, now. Only the row in `click_events`: nothing is counted elsewhere."""
    values = {
        "id": uuid7(),
        "timestamp": now(),
        "link_id": link_id,
        "country_code": "DE",
        "city": None,
        "device_type": "desktop",
        "browser": "Firefox",
        "os": "Linux",
        "referer": None,
        "ip_address": None,
        "is_bot": False,
        "visitor_id": int.from_bytes(hashlib.sha256(str(next(_numbers)).encode()).digest()[:7], "big"),
        **over,
    }
    return await _store(database, click_events, values)


def now() -> dt.datetime:
    """This moment, in UTC."""
    return dt.datetime.now(dt.UTC)


async def _store(database: Database, table: Table, values: dict[str, Any]) -> Row[Any]:
    async with database.transaction() as connection:
        row: Row[Any] = (await connection.execute(insert(table).values(values).returning(table))).one()
        return row
