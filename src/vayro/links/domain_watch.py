"""Looking for the proofs of domains again and again: of claims, and of verified ones, which may have lost theirs."""

import asyncio
import datetime as dt
from typing import Any

import structlog

from vayro.accounts import audit
from vayro.database.engine import Database
from vayro.database.models import domains
from vayro.errors import Unavailable
from vayro.links import domain_repository as repository
from vayro.links.domain_proof import DnsProof
from vayro.links.domain_repository import DomainRecord

CLAIM_LIVES = dt.timedelta(days=7)
"""So long a proof is looked for; after it the claim stays, and can be verified by hand."""
CLAIM_PAUSE = dt.timedelta(minutes=10)
VERIFIED_PAUSE = dt.timedelta(days=1)
PROOF_MAY_BE_GONE = dt.timedelta(days=14)
"""A domain serves on for so long without its proof: a mistake in somebody's DNS breaks no link at once."""

# With a DNS that hangs: 16 s at most, in which the worker's other chores wait.
MOST_AT_ONCE, MOST_A_RUN = 50, 200

_log = structlog.get_logger(__name__)


async def watch_domains(database: Database, proof: DnsProof, now: dt.datetime) -> int:
    """Look for proofs that are due, the longest due first; return how many domains changed.

    A DNS that does not say changes nothing.
    """
    async with database.read() as connection:
        due = [record for record in await repository.list_domains(connection) if _is_due(record, now)]
    due.sort(key=lambda record: record.checked_at or record.created_at)
    changed = 0
    for first in range(0, min(len(due), MOST_A_RUN), MOST_AT_ONCE):
        some = due[first : first + MOST_AT_ONCE]
        found = await asyncio.gather(*(_ask(proof, record) for record in some))
        for record, is_there in zip(some, found, strict=True):
            if is_there is not None or record.verified_at is None:  # a claim has had its turn
                changed += await _note(database, record, now, is_there=bool(is_there))
    return changed


def _is_due(record: DomainRecord, now: dt.datetime) -> bool:
    if not record.verification_token:
        return False
    age = now - (record.checked_at or record.created_at)
    if record.verified_at:
        return age >= VERIFIED_PAUSE
    is_young = now - record.created_at < CLAIM_LIVES
    return is_young and (record.checked_at is None or age >= CLAIM_PAUSE)


async def _ask(proof: DnsProof, record: DomainRecord) -> bool | None:
    """Return whether the proof is there; None when the DNS does not say."""
    try:
        return await proof.is_there(record.name, record.verification_token)
    except Unavailable:
        return None


async def _note(database: Database, record: DomainRecord, now: dt.datetime, *, is_there: bool) -> bool:
    """Write down what was found; return whether the domain is served from now on, or no longer."""
    action, values = _judge(record, now, is_there=bool(is_there))
    if not values:
        return False
    async with database.transaction() as connection:
        same = domains.c.verification_token == record.verification_token
        if not await repository.update_domain(connection, record.name, values, same) or action is None:
            return False
        await audit.note(connection, None, action, record.name, workspace_id=record.workspace_id)
    _log.info("a domain changed", domain=record.name, action=action)
    return True


def _judge(record: DomainRecord, now: dt.datetime, *, is_there: bool) -> tuple[str | None, dict[str, Any]]:
    """Return what happens to the domain, for the audit log, and what is written."""
    if is_there:
        verified = {"checked_at": now, "verified_at": record.verified_at or now}
        return (None if record.verified_at else "domain.verify"), verified
    if record.verified_at is None:
        return None, {"checked_at": now}
    if now - (record.checked_at or record.verified_at) >= PROOF_MAY_BE_GONE:
        return "domain.lapse", {"verified_at": None}
    return None, {}
