"""Looking for the proofs of domains again and again: of claims, and of verified ones, which may have lost theirs."""

import datetime as dt

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

_log = structlog.get_logger(__name__)


async def watch_domains(database: Database, proof: DnsProof, now: dt.datetime) -> int:
    """Look for every proof that is due; return how many domains changed. A DNS that does not say changes nothing."""
    async with database.read() as connection:
        due = [record for record in await repository.list_domains(connection) if _is_due(record, now)]
    return sum([await _look(database, proof, record, now) for record in due])


def _is_due(record: DomainRecord, now: dt.datetime) -> bool:
    if not record.verification_token:
        return False
    age = now - (record.checked_at or record.created_at)
    if record.verified_at:
        return age >= VERIFIED_PAUSE
    is_young = now - record.created_at < CLAIM_LIVES
    return is_young and (record.checked_at is None or age >= CLAIM_PAUSE)


async def _look(database: Database, proof: DnsProof, record: DomainRecord, now: dt.datetime) -> bool:
    try:
        is_there = await proof.is_there(record.name, record.verification_token)
    except Unavailable:
        return False
    async with database.transaction() as connection:
        same = domains.c.verification_token == record.verification_token
        if is_there:
            values = {"checked_at": now, "verified_at": record.verified_at or now}
            if not await repository.update_domain(connection, record.name, values, same) or record.verified_at:
                return False
            action = "domain.verify"
        elif record.verified_at is None:
            await repository.update_domain(connection, record.name, {"checked_at": now}, same)
            return False
        elif now - (record.checked_at or record.verified_at) >= PROOF_MAY_BE_GONE:
            if not await repository.update_domain(connection, record.name, {"verified_at": None}, same):
                return False
            action = "domain.lapse"
        else:
            return False
        await audit.note(connection, None, action, record.name, workspace_id=record.workspace_id)
    _log.info("a domain changed", domain=record.name, action=action)
    return True
