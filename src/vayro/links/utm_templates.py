"""Templates of UTM parameters: what a campaign's links have in common, under a name."""

import datetime as dt
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection
from uuid_utils.compat import uuid7

from vayro.accounts import audit
from vayro.accounts.records import Caller
from vayro.database.dialect import is_violation_of
from vayro.database.engine import Database
from vayro.database.models import utm_templates, workspaces
from vayro.errors import NotFound, ValidationFailed
from vayro.links.excerpt import excerpt

MAX_TEMPLATES = 200
PARAMETERS = ("source", "medium", "campaign", "term", "content")


class UtmTemplate(msgspec.Struct, frozen=True):
    """A template; a parameter that is None is left alone."""

    id: UUID
    name: str
    source: str | None
    medium: str | None
    campaign: str | None
    term: str | None
    content: str | None
    created_at: dt.datetime


_COLUMNS = [utm_templates.c[name] for name in UtmTemplate.__struct_fields__]


class UtmTemplates:
    """The templates of each workspace: 200 at most, each with a name of its own."""

    def __init__(self, database: Database) -> None:
        """Args: database."""
        self._database = database

    async def list_all(self, workspace_id: UUID) -> list[UtmTemplate]:
        """Return a workspace's templates, by name."""
        query = select(*_COLUMNS).where(utm_templates.c.workspace_id == workspace_id)
        async with self._database.read() as connection:
            found = [UtmTemplate(*row) for row in await connection.execute(query)]
        return sorted(found, key=lambda template: (template.name.casefold(), template.name))

    async def create(self, caller: Caller, values: Mapping[str, str | None]) -> UtmTemplate:
        """Make a template. Raises ValidationFailed when its name is taken, or there are too many."""
        given = {name: values.get(name) for name in PARAMETERS}
        made = UtmTemplate(uuid7(), values["name"] or "", **given, created_at=dt.datetime.now(dt.UTC))
        async with self._database.transaction() as connection:
            await _require_room(connection, caller.workspace_id)
            row = msgspec.structs.asdict(made) | {"workspace_id": caller.workspace_id}
            await _write(connection, insert(utm_templates).values(row), made.name)
            await audit.note(connection, caller, "utm_template.create", made.name)
        return made

    async def edit(self, caller: Caller, template_id: UUID, changes: Mapping[str, str | None]) -> UtmTemplate:
        """Change what is named. Raises NotFound, and ValidationFailed when the name is taken."""
        async with self._database.transaction() as connection:
            old = await _lock(connection, caller.workspace_id, template_id)
            if not changes:
                return old
            new = msgspec.structs.replace(old, **changes)
            own = utm_templates.c.id == template_id
            await _write(connection, update(utm_templates).where(own).values(dict(changes)), new.name)
            await audit.note(connection, caller, "utm_template.update", new.name, {"fields": sorted(changes)})
        return new

    async def delete(self, caller: Caller, template_id: UUID) -> None:
        """Delete a template; links keep what was made with it. Raises NotFound."""
        async with self._database.transaction() as connection:
            old = await _lock(connection, caller.workspace_id, template_id)
            await connection.execute(delete(utm_templates).where(utm_templates.c.id == template_id))
            await audit.note(connection, caller, "utm_template.delete", old.name)


async def _lock(connection: AsyncConnection, workspace_id: UUID, template_id: UUID) -> UtmTemplate:
    mine = (utm_templates.c.id == template_id) & (utm_templates.c.workspace_id == workspace_id)
    row = (await connection.execute(select(*_COLUMNS).where(mine).with_for_update())).one_or_none()
    if row is None:
        raise NotFound("There is no such template.")
    return UtmTemplate(*row)


async def _require_room(connection: AsyncConnection, workspace_id: UUID) -> None:
    """Hold the workspace, so that two do not both take the last place."""
    own = select(workspaces.c.id).where(workspaces.c.id == workspace_id)
    await connection.execute(own.with_for_update(key_share=True))
    mine = utm_templates.c.workspace_id == workspace_id
    if (await connection.scalar(select(func.count()).select_from(utm_templates).where(mine)) or 0) >= MAX_TEMPLATES:
        raise ValidationFailed(f"There are {MAX_TEMPLATES} templates already; delete one first.")


async def _write(connection: AsyncConnection, statement: Any, name: str) -> None:
    try:
        await connection.execute(statement)
    except IntegrityError as error:
        if is_violation_of(error, utm_templates, "workspace_id", "name"):
            raise ValidationFailed(
                f"There is a template with the name {excerpt(name)} already.", field="name"
            ) from None
        raise
