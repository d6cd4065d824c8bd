"""What is known of a link's safety, for its owner."""

import datetime as dt
from typing import NamedTuple
from uuid import UUID

from vayro.database.engine import Database
from vayro.errors import NotFound
from vayro.links import repository
from vayro.links.check_queue import find_check
from vayro.links.checks import Outcome, Verdict, judge_locally
from vayro.links.inspection import Finding
from vayro.links.lists import BlockLists
from vayro.links.reports import count_open_reports


class LinkSafety(NamedTuple):
    """What was found, and how many people reported the link. `checked_at`: when others were last asked about it."""

    link_id: UUID
    verdict: Verdict
    findings: list[Finding]
    checked_at: dt.datetime | None
    reports: int


class CheckReader:
    """Answers from what is at hand: asks nobody."""

    def __init__(self, database: Database, lists: BlockLists) -> None:
        """Args: lists, in force now."""
        self._database = database
        self._lists = lists

    async def read(self, workspace_id: UUID, link_id: UUID) -> LinkSafety:
        """Return what is known of a link of the workspace. Raises NotFound."""
        async with self._database.read() as connection:
            link = await repository.find_link(connection, workspace_id, link_id)
            if link is None:
                raise NotFound("There is no such link.")
            stored = await find_check(connection, link_id)
            reports = await count_open_reports(connection, link_id)
        here = await judge_locally(self._lists, link.target_url)
        if stored is None or stored.version != link.version:
            verdict = "unchecked" if here.verdict == "fine" else here.verdict
            return LinkSafety(link_id, verdict, here.findings, None, reports)
        kinds = {finding.kind for finding in here.findings}
        others = Outcome(stored.verdict, [finding for finding in stored.findings if finding.kind not in kinds])
        both = here.and_then(others)
        return LinkSafety(link_id, both.verdict, both.findings, stored.checked_at, reports)
