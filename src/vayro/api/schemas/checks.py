"""What the API tells of a link's safety."""

import datetime as dt
from uuid import UUID

from pydantic import BaseModel, Field

from vayro.links.check_reader import LinkSafety
from vayro.links.checks import Verdict


class CheckFinding(BaseModel):
    """One thing worth knowing of a destination."""

    kind: str = Field(description="Stable.", examples=["confusable_host", "nested_shortener", "blocked", "reputation"])
    text: str = Field(description="For people. Host names stand in punycode beside what browsers show.")


class LinkCheck(BaseModel):
    """What is known of a link's destination. The API asks nobody for it: the worker does, if it is told to."""

    link_id: UUID
    verdict: Verdict = Field(description="The worst of what was found; `unchecked`: nobody was asked yet.")
    findings: list[CheckFinding]
    checked_at: dt.datetime | None = Field(description="When the worker last asked others about this destination.")
    reports: int = Field(description="Open reports of the public.")


def show_safety(safety: LinkSafety) -> LinkCheck:
    """Return it as it is shown."""
    findings = [CheckFinding(kind=finding.kind, text=finding.text) for finding in safety.findings]
    return LinkCheck(
        link_id=safety.link_id,
        verdict=safety.verdict,
        findings=findings,
        checked_at=safety.checked_at,
        reports=safety.reports,
    )
