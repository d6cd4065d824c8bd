"""Every SQL statement about billing."""

import datetime as dt
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from vayro.accounts.repository import AnyRow
from vayro.database.dialect import insert_ignoring
from vayro.database.models import billing_accounts, billing_events

_account = billing_accounts.c


async def find_account(connection: AsyncConnection, workspace_id: UUID) -> AnyRow | None:
    """Return the account of a workspace."""
    return (await connection.execute(select(billing_accounts).where(_account.workspace_id == workspace_id))).first()


async def find_customer(connection: AsyncConnection, customer_id: str) -> AnyRow | None:
    """Return the account of a customer."""
    return (await connection.execute(select(billing_accounts).where(_account.customer_id == customer_id))).first()


async def insert_account(connection: AsyncConnection, workspace_id: UUID, customer_id: str, now: dt.datetime) -> None:
    """Note who a workspace is at Stripe, unless that is known."""
    values = {"workspace_id": workspace_id, "customer_id": customer_id, "status": "none", "changed_at": now}
    await connection.execute(insert_ignoring(billing_accounts, connection.dialect.name).values(values))


async def update_account(
    connection: AsyncConnection, seen: AnyRow, subscription_id: str | None, status: str, now: dt.datetime
) -> bool:
    """Write what Stripe says; False when somebody else wrote since `seen` was read, who may know better."""
    unchanged = (_account.workspace_id == seen.workspace_id) & (_account.changed_at == seen.changed_at)
    # Never the same instant again, so that who reads both can tell them apart.
    changed_at = max(now, seen.changed_at + dt.timedelta(microseconds=1))
    values = {"subscription_id": subscription_id, "status": status, "changed_at": changed_at}
    statement = update(billing_accounts).where(unchanged).values(values).returning(_account.workspace_id)
    return await connection.scalar(statement) is not None


async def insert_event(connection: AsyncConnection, event_id: str, kind: str, now: dt.datetime) -> bool:
    """Note that an event is acted on, in the transaction of its effect; False when it was before."""
    values = {"id": event_id, "kind": kind[:100], "received_at": now}
    statement = insert_ignoring(billing_events, connection.dialect.name).values(values)
    return await connection.scalar(statement.returning(billing_events.c.id)) is not None


async def has_event(connection: AsyncConnection, event_id: str) -> bool:
    """Return whether an event was acted on."""
    return await connection.scalar(select(billing_events.c.id).where(billing_events.c.id == event_id)) is not None
