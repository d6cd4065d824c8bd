"""Which dead letters a command means."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vayro.clicks.letters import LetterFilter

LetterIds = Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="Ids of events.")]
OfReason = Annotated[str | None, typer.Option("--reason", help="Only those whose reason begins so.")]
OfSegment = Annotated[str | None, typer.Option("--segment", help="Only those of this segment of a spool.")]
Since = Annotated[str | None, typer.Option("--since", help="Only those buried from this time on (ISO 8601, UTC).")]
Until = Annotated[str | None, typer.Option("--until", help="Only those buried before this time (ISO 8601, UTC).")]
Limit = Annotated[int, typer.Option("--limit", min=1, help="At most so many.")]
Everything = Annotated[bool, typer.Option("--all", help="All of them.")]


def parse_id(text: str) -> UUID:
    """Return the id that was typed. Raises BadParameter."""
    try:
        return UUID(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no id of an event") from None


def select_letters(
    ids: Sequence[UUID],
    reason: str | None = None,
    segment: str | None = None,
    since: str | None = None,
    until: str | None = None,
    *,
    everything: bool | None = None,
    with_settled: bool = False,
) -> LetterFilter:
    """Return the filter. Raises BadParameter when `everything` is False and nothing else says which are meant."""
    from vayro.clicks.letters import LetterFilter

    if everything is False and not any((ids, reason, segment, since, until)):
        raise typer.BadParameter("Say which: ids, --reason, --segment, --since, --until or --all.")
    return LetterFilter(ids, reason, segment, _parse_time(since), _parse_time(until), with_settled or bool(ids))


def _parse_time(text: str | None) -> dt.datetime | None:
    if text is None:
        return None
    try:
        instant = dt.datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no time, like 2026-11-22 or 2026-11-22T08:30:00Z") from None
    return instant if instant.tzinfo else instant.replace(tzinfo=dt.UTC)
