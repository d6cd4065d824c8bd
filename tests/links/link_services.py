"""A link service on a test's database, and what it tells the cache."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import select

from tests.factories import make_user, make_workspace
from vayro.cache.none import NoLinkCache
from vayro.cache.snapshot import LinkSnapshot
from vayro.database.engine import Database
from vayro.database.models import link_changes
from vayro.links.allocation import build_allocator
from vayro.links.draft import LinkDraft, LinkEdit
from vayro.links.service import LinkService
from vayro.observability import get_metrics
from vayro.settings import Settings


@dataclass(frozen=True)
class Person:
    """An owner of links."""

    workspace_id: UUID
    user_id: UUID
    key_id: UUID | None = None
    plan: str = ""


@dataclass
class RecordingCache(NoLinkCache):
    """Remembers what it was told, in order."""

    stored: list[LinkSnapshot] = field(default_factory=list)
    announced: list[LinkSnapshot] = field(default_factory=list)

    async def store_many(self, snapshots: Sequence[LinkSnapshot]) -> bool:
        self.stored.extend(snapshots)
        return True

    async def announce(self, changes: Sequence[LinkSnapshot]) -> bool:
        self.announced.extend(changes)
        return True


@asynccontextmanager
async def open_links(settings: Settings, database: Database, cache: Any = None) -> AsyncIterator[LinkService]:
    allocator = build_allocator(settings, database)
    service = LinkService(settings, database, cache or NoLinkCache(), allocator, get_metrics())
    yield service
    await service.close()
    await allocator.close()


async def make_person(database: Database) -> Person:
    workspace = await make_workspace(database, plan="enterprise")
    return Person(workspace.id, (await make_user(database, workspace_id=workspace.id)).id)


def draft(target_url: str = "https://example.com/a", **over: Any) -> LinkDraft:
    return LinkDraft.model_validate({"target_url": target_url, **over})


def edit(**changes: Any) -> LinkEdit:
    return LinkEdit.model_validate(changes)


async def changes_of(database: Database, code: str) -> list[tuple[int, bool]]:
    """The change feed of a code: each version, and whether it is a deletion."""
    async with database.read() as connection:
        query = select(link_changes.c.version, link_changes.c.is_deleted).where(link_changes.c.short_code == code)
        return [(row.version, row.is_deleted) for row in await connection.execute(query.order_by(link_changes.c.id))]
