"""What would become of a link, by the same rules and in the same words, without making it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from vayro.database.engine import Database
from vayro.database.models import links
from vayro.errors import VayroError
from vayro.links import allowance, repository
from vayro.links.draft import LinkDraft
from vayro.links.inspection import inspect_destination
from vayro.links.preparation import Owner, Preparation
from vayro.links.record import LinkRecord
from vayro.links.short_code import validate_custom_code
from vayro.links.writer import LinkWriter, code_taken

Key = tuple[str, str]
"""A domain as it is stored, and a short code."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to be said of one input. `warnings`: sentences that refuse nothing."""

    error: VayroError | None = None
    canonical: str | None = None
    warnings: list[str] = field(default_factory=list)


class Rehearsal:
    """Judges links that are not made. Writes nothing; between its answer and the making, everything may change."""

    def __init__(self, database: Database, preparation: Preparation, writer: LinkWriter) -> None:
        """Args: preparation and writer, whose rules and limits hold."""
        self._database = database
        self._preparation = preparation
        self._writer = writer

    async def judge_target(self, url: str) -> Verdict:
        """Return what becomes of a destination."""
        try:
            canonical = await self.require_target(url)
        except VayroError as error:
            return Verdict(_expected(error))
        return Verdict(None, canonical, [finding.text for finding in inspect_destination(canonical)])

    async def require_target(self, url: str) -> str:
        """Return the canonical form of a destination. Raises the errors of destinations."""
        return await self._preparation.check_target(url)

    async def judge_code(
        self, owner: Owner, short_code: str, domain: str | None = None, link_id: UUID | None = None
    ) -> Verdict:
        """Return what becomes of a custom code. Args: link_id, the link that it is for, if it is there already."""
        async with self._database.read() as connection:
            link = await repository.find_link(connection, owner.workspace_id, link_id) if link_id else None
        try:
            # A link keeps its domain.
            stored = link.domain if link else await self._preparation.find_domain(owner, domain)
            validate_custom_code(short_code)
        except VayroError as error:
            return Verdict(_expected(error))
        async with self._database.read() as connection:
            holder = await repository.find_by_code(connection, stored, short_code)
        if holder is None or (link and holder.id == link.id):
            return Verdict()
        return Verdict(code_taken(holder))

    async def judge_many(self, owner: Owner, drafts: Sequence[LinkDraft]) -> list[str | VayroError]:
        """Return for each draft, in order, its destination in canonical form, or why no link would be made of it."""
        prepared = await self._preparation.prepare_many(owner, drafts, hashing=False)
        records = [one for one in prepared if isinstance(one, LinkRecord)]
        keys = {(one.domain, one.short_code) for one in records if one.short_code}
        async with self._database.read() as connection:
            taken = await _find_taken(connection, keys)
            left = await allowance.find_left(connection, owner.workspace_id, self._writer.limits)
        over = (
            await self._writer.explain_quota(owner.workspace_id) if left is not None and left < len(records) else None
        )
        outcomes: list[str | VayroError] = []
        made = 0
        for one in prepared:
            if not isinstance(one, LinkRecord):
                outcomes.append(one)
            elif (one.domain, one.short_code) in taken:
                outcomes.append(code_taken(one))
            elif over and made == left:
                outcomes.append(over)
            else:
                made += 1
                outcomes.append(one.target_url)
                if one.short_code:
                    taken.add((one.domain, one.short_code))
        return outcomes


async def _find_taken(connection: AsyncConnection, keys: Collection[Key]) -> set[Key]:
    """Return those of these codes that a link has, whoever owns it."""
    by_domain: dict[str, list[str]] = {}
    for domain, short_code in sorted(keys):
        by_domain.setdefault(domain, []).append(short_code)
    taken: set[Key] = set()
    # One question a domain: over pairs, PostgreSQL plans each of a thousand by itself, for a second.
    for domain, codes in by_domain.items():
        query = select(links.c.short_code).where(links.c.domain == domain, links.c.short_code.in_(codes))
        taken |= {(domain, code) for code in await connection.scalars(query)}
    return taken


def _expected(error: VayroError) -> VayroError:
    """Return an error about what was asked; raise one about the asking itself, as when the database is away."""
    if error.status >= 500:
        raise error
    return error
