"""The SQL that lists links: filters, order, and where a page begins."""

import datetime as dt
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Select, func, literal, or_, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from vayro.database.dialect import has_json_member
from vayro.database.models import link_stats, links
from vayro.links.record import LinkRecord, record_from_row
from vayro.links.repository import select_links

Sort = Literal["-created_at", "created_at", "-clicks"]


@dataclass(frozen=True, slots=True)
class LinkFilter:
    """What a list shows; None: all. `domain` as it is stored; `q` is looked for in code, title and destination."""

    q: str | None = None
    tag: str | None = None
    link_type: str | None = None
    domain: str | None = None
    short_code: str | None = None
    is_active: bool | None = None


class Position(msgspec.Struct, frozen=True, array_like=True):
    """The last link of a page, in the order of the list: the next page begins behind it."""

    sort: Sort
    value: dt.datetime | int
    link_id: UUID


@dataclass(frozen=True, slots=True)
class Page:
    """Some links of a list; `next` is None on the last page."""

    links: list[LinkRecord]
    next: Position | None


async def list_links(
    connection: AsyncConnection,
    workspace_id: UUID | None,
    wanted: LinkFilter,
    *,
    sort: Sort = "-created_at",
    limit: int = 50,
    after: Position | None = None,
) -> Page:
    """Return one page of a workspace's links, or of everybody's (workspace None: the command line's export)."""
    query = select_links().where(*_conditions(wanted, connection.dialect.name))
    if workspace_id is not None:
        query = query.where(links.c.workspace_id == workspace_id)
    rows = (await connection.execute(_ordered(query, sort, after).limit(limit + 1))).mappings().all()
    page = [record_from_row(row) for row in rows[:limit]]
    return Page(page, _position(sort, page[-1]) if len(rows) > limit else None)


def _conditions(wanted: LinkFilter, dialect_name: str) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [
        links.c[name] == value
        for name in ("link_type", "domain", "short_code", "is_active")
        if (value := getattr(wanted, name)) is not None
    ]
    if wanted.tag is not None:
        conditions.append(has_json_member(links.c.tags, wanted.tag, dialect_name))
    if wanted.q:
        searched = (links.c.short_code, links.c.title, links.c.target_url)
        conditions.append(or_(*(column.icontains(wanted.q, autoescape=True) for column in searched)))
    return conditions


def _ordered(query: Select[Any], sort: Sort, after: Position | None) -> Select[Any]:
    """Order by the value and, among equals, by the id, which is what makes a position exact."""
    value = _sort_value(sort)
    if sort == "created_at":
        query = query.order_by(value.asc(), links.c.id.asc())
        return query.where(tuple_(value, links.c.id) > tuple_(*_bound(after))) if after else query
    query = query.order_by(value.desc(), links.c.id.desc())
    return query.where(tuple_(value, links.c.id) < tuple_(*_bound(after))) if after else query


def _sort_value(sort: Sort) -> ColumnElement[Any]:
    return func.coalesce(link_stats.c.clicks, 0) if sort == "-clicks" else links.c.created_at


def _bound(after: Position) -> tuple[Any, Any]:
    kind = None if after.sort == "-clicks" else links.c.created_at.type
    return literal(after.value, kind), literal(after.link_id, links.c.id.type)


def _position(sort: Sort, last: LinkRecord) -> Position:
    return Position(sort, last.clicks if sort == "-clicks" else last.created_at, last.id)
