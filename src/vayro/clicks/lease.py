"""A lease: the right to be the one run of a job that writes. It ends by itself when its holder dies."""

import datetime as dt
from uuid import UUID, uuid4

from sqlalchemy import delete, or_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from vayro.database.dialect import insert
from vayro.database.models import job_leases
from vayro.errors import VayroError

# Longer than the longest step between two renewals; a killed run delays the next one by no more.
LEASE_SECONDS = 300


class LeaseLost(VayroError):
    """Another run has taken over: this one may write nothing more."""

    title = "Another run of this job has taken over"


class Lease:
    """One run's claim on a job. A run that renews it in each transaction can never write after it lost it."""

    def __init__(self, name: str) -> None:
        """Args: name, the job."""
        self.name = name
        self.holder: UUID = uuid4()

    async def acquire(self, connection: AsyncConnection, now: dt.datetime) -> bool:
        """Return whether the job is this run's from now on."""
        values = {"holder": self.holder, "expires_at": now + dt.timedelta(seconds=LEASE_SECONDS)}
        statement = insert(job_leases, connection.dialect.name).values(name=self.name, **values)
        # Nobody takes one for so long: its holder's clock was ahead, and the holder may have died since.
        absurd = now + dt.timedelta(seconds=2 * LEASE_SECONDS)
        is_over = or_(job_leases.c.expires_at < now, job_leases.c.expires_at > absurd)
        is_free = or_(is_over, job_leases.c.holder == self.holder)
        statement = statement.on_conflict_do_update(index_elements=[job_leases.c.name], set_=values, where=is_free)
        return await connection.scalar(statement.returning(job_leases.c.holder)) is not None

    async def renew(self, connection: AsyncConnection, now: dt.datetime) -> None:
        """Keep the job, and keep others from taking it until this transaction ends. Raises LeaseLost."""
        own = (job_leases.c.name == self.name) & (job_leases.c.holder == self.holder)
        expires_at = now + dt.timedelta(seconds=LEASE_SECONDS)
        if (await connection.execute(update(job_leases).where(own).values(expires_at=expires_at))).rowcount != 1:
            raise LeaseLost

    async def release(self, connection: AsyncConnection) -> None:
        """Give the job back; nothing happens when it was lost."""
        own = (job_leases.c.name == self.name) & (job_leases.c.holder == self.holder)
        await connection.execute(delete(job_leases).where(own))
