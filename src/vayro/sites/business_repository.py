"""Every SQL statement about businesses. All see those of one workspace only."""

import datetime as dt
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from sqlalchemy import (
    ColumnElement,
    RowMapping,
    Select,
    bindparam,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from vayro.accounts.repository import AnyRow
from vayro.database.models import businesses, campaign_messages, sites, workspaces
from vayro.sites.business import COLUMNS

MAX_CATEGORIES_LISTED = 1_000
WRITTEN = tuple(name for name in COLUMNS if name not in {"id", "created_at"})
_DIGITS = re.compile(r"[+()/.\s\d-]{3,}", re.ASCII)
_SITE = (
    sites.c.id.label("site_id"),
    sites.c.status.label("site_status"),
    sites.c.short_url,
    sites.c.subdomain,
    sites.c.custom_domain,
    sites.c.verified_at,
)


@dataclass(frozen=True, slots=True)
class BusinessFilter:
    """What a list shows; None: all. `q` is looked for in name, phone number and e-mail address."""

    q: str | None = None
    category: str | None = None
    country: str | None = None
    has_site: bool | None = None


class BusinessPosition(msgspec.Struct, frozen=True, array_like=True, tag="businesses"):
    """The last entry of a page."""

    created_at: dt.datetime
    business_id: UUID


class CategoryCount(NamedTuple):
    """A category, and how many businesses have it."""

    category: str
    businesses: int


def select_businesses() -> Select[Any]:
    """Return the SELECT of businesses, each with what is shown of its site."""
    joined = businesses.outerjoin(sites, sites.c.business_id == businesses.c.id)
    return select(*(businesses.c[name] for name in COLUMNS), *_SITE).select_from(joined)


def conditions_of(wanted: BusinessFilter) -> list[ColumnElement[bool]]:
    """Return what the filter asks of `businesses`; with `has_site`, of `sites` joined to it."""
    conditions: list[ColumnElement[bool]] = [
        businesses.c[name] == value for name in ("category", "country") if (value := getattr(wanted, name)) is not None
    ]
    if wanted.has_site is not None:
        conditions.append(sites.c.id.is_not(None) if wanted.has_site else sites.c.id.is_(None))
    if wanted.q:
        columns = (businesses.c.name, businesses.c.email)
        found = [column.icontains(wanted.q, autoescape=True) for column in columns]
        conditions.append(or_(*found, businesses.c.phone.contains(_as_digits(wanted.q), autoescape=True)))
    return conditions


async def list_businesses(
    connection: AsyncConnection,
    workspace_id: UUID,
    wanted: BusinessFilter,
    *,
    limit: int,
    after: BusinessPosition | None = None,
    is_oldest_first: bool = False,
) -> Sequence[AnyRow]:
    """Return some businesses, newest first unless asked otherwise."""
    columns = (businesses.c.created_at, businesses.c.id)
    query = select_businesses().where(businesses.c.workspace_id == workspace_id, *conditions_of(wanted))
    if after is not None:
        place = tuple_(*columns)
        bound = tuple_(literal(after.created_at, columns[0].type), literal(after.business_id, columns[1].type))
        query = query.where(place > bound if is_oldest_first else place < bound)
    order = [column.asc() if is_oldest_first else column.desc() for column in columns]
    rows: Sequence[AnyRow] = (await connection.execute(query.order_by(*order).limit(limit))).all()
    return rows


async def find_business(connection: AsyncConnection, workspace_id: UUID, business_id: UUID) -> AnyRow | None:
    """Return the business with its site, or None."""
    return next(iter(await find_businesses(connection, workspace_id, [business_id])), None)


async def find_businesses(connection: AsyncConnection, workspace_id: UUID, ids: Collection[UUID]) -> Sequence[AnyRow]:
    """Return those of these businesses that there are, each with its site."""
    mine = businesses.c.workspace_id == workspace_id
    query = select_businesses().where(mine, businesses.c.id.in_(ids))
    rows: Sequence[AnyRow] = (await connection.execute(query)).all()
    return rows


async def lock_business(connection: AsyncConnection, workspace_id: UUID, business_id: UUID) -> RowMapping | None:
    """Return the business and keep it as it is until the transaction ends, or None."""
    mine = (businesses.c.id == business_id) & (businesses.c.workspace_id == workspace_id)
    return (await connection.execute(select(businesses).where(mine).with_for_update())).mappings().one_or_none()


async def lock_businesses(connection: AsyncConnection, workspace_id: UUID, ids: Iterable[UUID]) -> Sequence[RowMapping]:
    """Return those of these businesses that there are, and keep them as they are until the transaction ends."""
    mine = (businesses.c.workspace_id == workspace_id) & businesses.c.id.in_(list(ids))
    # In one order, so that two who want the same wait for each other instead of deadlocking.
    query = select(businesses).where(mine).order_by(businesses.c.id)
    return (await connection.execute(query.with_for_update())).mappings().all()


async def insert_businesses(connection: AsyncConnection, rows: Sequence[dict[str, Any]]) -> None:
    """Store new businesses."""
    if rows:
        await connection.execute(insert(businesses), rows)


async def update_businesses(connection: AsyncConnection, rows: Iterable[dict[str, Any]]) -> None:
    """Write all columns of businesses that are there, all by one prepared statement. A row has `id` and the columns."""
    values = {name: bindparam(f"new_{name}", type_=businesses.c[name].type) for name in WRITTEN}
    statement = update(businesses).where(businesses.c.id == bindparam("key", type_=businesses.c.id.type))
    parameters = [{"key": row["id"]} | {f"new_{name}": row[name] for name in WRITTEN} for row in rows]
    if parameters:
        await connection.execute(statement.values(values), parameters)


async def delete_business(connection: AsyncConnection, business_id: UUID) -> None:
    """Delete a business that is locked. Raises IntegrityError when it has a site."""
    await connection.execute(delete(businesses).where(businesses.c.id == business_id))


async def has_site(connection: AsyncConnection, business_id: UUID) -> bool:
    """Return whether the business has a site, whatever its state."""
    return await connection.scalar(select(sites.c.id).where(sites.c.business_id == business_id)) is not None


async def was_written_to(connection: AsyncConnection, business_id: UUID) -> bool:
    """Return whether there is a message to the business, whatever became of it."""
    own = campaign_messages.c.business_id == business_id
    return await connection.scalar(select(campaign_messages.c.id).where(own).limit(1)) is not None


async def hold_workspace(connection: AsyncConnection, workspace_id: UUID) -> None:
    """Wait for others who hold it, and keep it to the end of the transaction. On SQLite there is one writer anyway."""
    own = select(workspaces.c.id).where(workspaces.c.id == workspace_id)
    await connection.execute(own.with_for_update(key_share=True))


async def count_businesses(connection: AsyncConnection, workspace_id: UUID) -> int:
    """Return how many there are. Reads an entry of the index for each: 10 ms for 100,000."""
    own = businesses.c.workspace_id == workspace_id
    return int(await connection.scalar(select(func.count()).select_from(businesses).where(own)) or 0)


async def list_namesakes(
    connection: AsyncConnection, workspace_id: UUID, phones: Collection[str], names: Collection[str]
) -> Sequence[RowMapping]:
    """Return businesses with one of these phone numbers or names, oldest first: id, phone, name, address."""
    found: list[RowMapping] = []
    for column, values in ((businesses.c.phone, phones), (businesses.c.name, names)):
        if values:
            query = select(businesses.c.id, businesses.c.phone, businesses.c.name, businesses.c.address)
            query = query.where(businesses.c.workspace_id == workspace_id, column.in_(list(values)))
            found += (await connection.execute(query.order_by(businesses.c.created_at, businesses.c.id))).mappings()
    return found


async def list_categories(connection: AsyncConnection, workspace_id: UUID) -> list[CategoryCount]:
    """Return the categories of a workspace's businesses, the most used first, equals by name."""
    counted = func.count().label("counted")
    query = (
        select(businesses.c.category, counted)
        .where(businesses.c.workspace_id == workspace_id, businesses.c.category.is_not(None))
        .group_by(businesses.c.category)
        .order_by(counted.desc(), businesses.c.category)
        .limit(MAX_CATEGORIES_LISTED)
    )
    return [CategoryCount(row.category, row.counted) for row in await connection.execute(query)]


def _as_digits(q: str) -> str:
    """Return how a phone number is stored that somebody looks for as it is written: 030/90 18 20 is …3090 1820."""
    if not _DIGITS.fullmatch(q.strip()):
        return q
    digits = "".join(one for one in q if one.isdecimal())
    is_whole = q.strip().startswith(("+", "00"))
    return f"+{digits.removeprefix('00')}" if is_whole else digits.lstrip("0") or q
