"""All that is kept of a user, as one JSON document, made while it is sent."""

import asyncio
import datetime as dt
import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from vayro.accounts.permissions import OWNER
from vayro.database.engine import Database
from vayro.database.models import (
    api_keys,
    audit_log,
    businesses,
    campaign_messages,
    campaigns,
    click_events,
    domains,
    invitations,
    link_shares,
    links,
    opt_outs,
    recovery_codes,
    second_factors,
    sessions,
    sites,
    user_identities,
    users,
    utm_templates,
    workspace_members,
    workspace_usage,
    workspaces,
)

PAGE = 1_000
LINKS_AT_ONCE = 200
_SECRETS = frozenset({"password_hash", "key_hash", "token_hash", "sealed_token", "secret", "code_hash", "last_step"})
"""Hashes and keys are no data of a person; whoever had them could get in."""
_OF_A_WORKSPACE = (
    ("invitations", invitations),
    ("usage", workspace_usage),
    ("domains", domains),
    ("utm_templates", utm_templates),
    ("shares", link_shares),
    ("links", links),
    ("businesses", businesses),
    ("sites", sites),
    ("campaigns", campaigns),
    ("campaign_messages", campaign_messages),
    ("opt_outs", opt_outs),
)


class DataExport:
    """Reads what is kept of a user. Each page is a query of its own; a replica may answer."""

    def __init__(self, database: Database) -> None:
        """Args: database."""
        self._database = database

    async def write(self, user_id: UUID) -> AsyncGenerator[bytes, None]:
        """Yield the document: account, then what belongs to it, then the workspaces they own with links and clicks."""
        yield b"{"
        async for piece in self._write_account(user_id):
            yield piece
        owned = await self._owned(user_id)
        for name, query in _queries_of_workspaces(owned):
            async for piece in self._write_list(name, query):
                yield piece
        async for piece in self._write_clicks(owned):
            yield piece
        now = dt.datetime.now(dt.UTC)
        yield b'"exported_at":' + orjson.dumps(now) + b"}\n"

    async def _write_account(self, user_id: UUID) -> AsyncGenerator[bytes, None]:
        async with self._database.replica_read("export") as connection:
            [account] = await _rows(connection, select(users).where(users.c.id == user_id))
        yield b'"account":' + _encode(account) + b","
        for name, query in _queries_of_user(user_id):
            async for piece in self._write_list(name, query):
                yield piece

    async def _owned(self, user_id: UUID) -> list[UUID]:
        member = workspace_members.c
        query = select(member.workspace_id).where(member.user_id == user_id, member.role == OWNER)
        async with self._database.replica_read("export") as connection:
            return list(await connection.scalars(query.order_by(member.workspace_id)))

    async def _write_list(self, name: str, query: Select[Any]) -> AsyncGenerator[bytes, None]:
        """Yield `"name":[…],`. The query's first column is the one that it is read by, page by page."""
        column, after, separator = query.selected_columns[0], None, b""
        yield orjson.dumps(name) + b":["
        while True:
            page = query if after is None else query.where(column > after)
            rows = await asyncio.shield(self._read(page.order_by(column).limit(PAGE)))
            for row in rows:
                yield separator + _encode(row)
                separator = b","
            if len(rows) < PAGE:
                break
            after = rows[-1][column.name]
        yield b"],"

    async def _write_clicks(self, owned: Sequence[UUID]) -> AsyncGenerator[bytes, None]:
        separator, after = b"", UUID(int=0)
        yield b'"clicks":['
        while True:
            mine = select(links.c.id).where(links.c.workspace_id.in_(owned), links.c.id > after)
            some = [row["id"] for row in await self._read(mine.order_by(links.c.id).limit(LINKS_AT_ONCE))]
            last = UUID(int=0)
            while some:
                events = select(click_events).where(click_events.c.link_id.in_(some), click_events.c.id > last)
                rows = await asyncio.shield(self._read(events.order_by(click_events.c.id).limit(PAGE)))
                for row in rows:
                    yield separator + _encode(row)
                    separator = b","
                if len(rows) < PAGE:
                    break
                last = rows[-1]["id"]
            if len(some) < LINKS_AT_ONCE:
                break
            after = some[-1]
        yield b"],"

    async def _read(self, query: Select[Any]) -> list[Mapping[str, Any]]:
        async with self._database.replica_read("export") as connection:
            return await _rows(connection, query)


def _queries_of_user(user_id: UUID) -> list[tuple[str, Select[Any]]]:
    member = workspace_members.c
    return [
        ("memberships", select(member.workspace_id, member.role, member.created_at).where(member.user_id == user_id)),
        ("sessions", select(sessions).where(sessions.c.user_id == user_id)),
        ("api_keys", select(api_keys).where(api_keys.c.user_id == user_id)),
        ("identities", select(user_identities).where(user_identities.c.user_id == user_id)),
        ("second_factors", select(second_factors).where(second_factors.c.user_id == user_id)),
        ("recovery_codes", select(recovery_codes).where(recovery_codes.c.user_id == user_id)),
        ("audit_log", select(audit_log).where(audit_log.c.user_id == user_id)),
    ]


def _queries_of_workspaces(owned: Sequence[UUID]) -> list[tuple[str, Select[Any]]]:
    of_workspaces = [(name, select(table).where(table.c.workspace_id.in_(owned))) for name, table in _OF_A_WORKSPACE]
    return [("workspaces", select(workspaces).where(workspaces.c.id.in_(owned))), *of_workspaces]


async def _rows(connection: AsyncConnection, query: Select[Any]) -> list[Mapping[str, Any]]:
    return [dict(row) for row in (await connection.execute(query)).mappings()]


def _encode(row: Mapping[str, Any]) -> bytes:
    # `metadata` comes as a quoted name, which orjson takes for no string.
    shown = {str(name): value for name, value in row.items() if name not in _SECRETS}
    try:
        return orjson.dumps(shown)
    except TypeError:
        # PostgreSQL gives 1e30 back as a whole number, which orjson refuses beyond 64 bits.
        return json.dumps(shown, default=_plain, ensure_ascii=False).encode()


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, dt.datetime) else str(value)
