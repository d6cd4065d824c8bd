"""Rows as an older system left them: the migration gives each site the newest active link that is its own."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, create_engine, text
from uuid_utils.compat import uuid7

from vayro.database.migrations import sync_url, upgrade

NOW = "2026-01-01 12:00:00.000000"


@pytest.fixture(params=["sqlite", "postgres"])
def old_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'old.db'}"
    else:
        url = request.getfixturevalue("postgres_server").create_database()
    upgrade(url, "0008")
    return url


class Old:
    """A database of the revision before."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.workspace = self.insert("workspaces", name="W", plan="free", created_at=NOW)

    def insert(self, table: str, **values: Any) -> str:
        row = {"id": str(uuid7()), **values}
        names = ", ".join(row)
        sql = f"INSERT INTO {table} ({names}) VALUES ({', '.join(f':{name}' for name in row)})"
        self.connection.execute(text(sql), row)
        return str(row["id"])

    def site(self, subdomain: str) -> str:
        common = {"workspace_id": self.workspace, "created_at": NOW, "updated_at": NOW}
        business = self.insert("businesses", name="B", locale="en", **common)
        made = {"subdomain": subdomain, "generator": "template", "design": "d", "status": "completed", "step": "done"}
        counts = {"generation_id": str(uuid7()), "generations": 1, "is_published": True, "cost_micros": 0}
        return self.insert("sites", business_id=business, **made, **counts, **common)

    def link(self, code: str, target: str, created_at: str = NOW, **over: Any) -> str:
        values = {
            "workspace_id": self.workspace,
            "domain": "",
            "short_code": code,
            "target_url": target,
            "link_type": "site_preview",
            "canonical": False,
            "tags": "[]",
            "is_active": True,
            "version": 1,
            "redirect_status": 302,
            "metadata": "{}",
            "created_at": created_at,
            "updated_at": NOW,
            **over,
        }
        return self.insert("links", **values)


@pytest.fixture
def old(old_url: str) -> Iterator[Old]:
    engine = create_engine(sync_url(old_url))
    with engine.connect() as connection:
        yield Old(connection)
    engine.dispose()


def migrated(old: Old, url: str) -> dict[str, tuple[UUID | None, str | None]]:
    old.connection.commit()
    upgrade(url)
    rows = old.connection.execute(text("SELECT subdomain, link_id, short_url FROM sites"))
    found = {row[0]: (None if row[1] is None else UUID(str(row[1])), row[2]) for row in rows}
    old.connection.commit()
    return found


def test_a_site_gets_the_newest_active_link_that_names_it_or_leads_to_it(old: Old, old_url: str) -> None:
    named = json.dumps({"site_id": old.site("named")})
    old.link("named-old", "https://x.example/", "2026-01-01 10:00:00.000000", metadata=named)
    newest = old.link("named-new", "https://x.example/2", "2026-01-01 11:00:00.000000", metadata=named)
    old.link("named-off", "https://x.example/3", NOW, metadata=named, is_active=False)
    old.link("other-type", "https://x.example/4", NOW, metadata=named, link_type="standard")
    old.site("by-host")
    host = old.link("by-host", "https://by-host.sites.example.com/", domain="go.example.com")
    old.site("by-path")
    path = old.link("by-path", "https://app.example.com/s/by-path")
    old.site("nobody")
    stranger = old.insert("workspaces", name="S", plan="free", created_at=NOW)
    old.link("stranger", "https://nobody.sites.example.com/", workspace_id=stranger)
    old.link("odd", "https://y.example/", metadata='{"site_id": 7}')
    assert migrated(old, old_url) == {
        "named": (UUID(newest), "http://127.0.0.1:8000/named-new"),
        "by-host": (UUID(host), "http://go.example.com/by-host"),
        "by-path": (UUID(path), "http://127.0.0.1:8000/by-path"),
        "nobody": (None, None),
    }
