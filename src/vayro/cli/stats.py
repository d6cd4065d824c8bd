"""`vayro stats CODE`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from vayro.cli.links.shared import LinkName, OfDomain, OfUser, find_link
from vayro.cli.output import AsJson, print_json, show
from vayro.cli.running import run

if TYPE_CHECKING:
    from vayro.cli.session import Session
    from vayro.clicks.periods import Interval
    from vayro.clicks.service import Analytics

INTERVALS = ("minute", "hour", "day", "week", "month")
PLURALS = {
    "country": "countries",
    "city": "cities",
    "device": "devices",
    "browser": "browsers",
    "os": "os",
    "referer": "referers",
}
_BAR_CHARACTERS = 40
_SHOWN_VALUES = 5


def register(app: typer.Typer) -> None:
    """Add the command to the root."""
    app.command(epilog="Example: vayro stats spring --from 2026-03-01 --timezone Europe/Berlin --json")(stats)


def stats(
    code: LinkName,
    *,
    start: Annotated[str | None, typer.Option("--from", help="ISO 8601; default: 29 days before the end.")] = None,
    end: Annotated[str | None, typer.Option("--to", help="ISO 8601, not included; default: now.")] = None,
    interval: Annotated[str | None, typer.Option("--interval", help=f"One of: {', '.join(INTERVALS)}.")] = None,
    timezone: Annotated[str, typer.Option("--timezone", help="IANA name of the zone that days begin in.")] = "UTC",
    include_bots: Annotated[bool, typer.Option("--include-bots", help="Count bots among the clicks.")] = False,
    domain: OfDomain = None,
    user: OfUser = None,
    as_json: AsJson = False,
) -> None:
    """Show the clicks of a link: in time, and by country, device, browser, system and referrer."""
    if interval not in {None, *INTERVALS}:
        raise typer.BadParameter(f"{interval!r} is none of: {', '.join(INTERVALS)}", param_hint="--interval")

    async def work(session: Session) -> tuple[str, Analytics]:
        from vayro.clicks.service import AnalyticsService, Asked

        service = session.links()
        link = await find_link(session, service, code, domain, user)
        asked = Asked(start, end, cast("Interval | None", interval), timezone, include_bots)
        analytics = await AnalyticsService(session.database).read_link(link.workspace_id, link.id, asked)
        return f"{service.domains.short_url(link.domain, link.short_code)} → {link.target_url}", analytics

    title, analytics = run(work)
    if as_json:
        print_json(describe(analytics))
    else:
        _print(title, analytics)


def describe(analytics: Analytics) -> dict[str, Any]:
    """Return the analytics as the API shows them."""
    timeline = analytics.timeline
    values = {
        PLURALS[dimension]: [{"value": count.value, "clicks": count.clicks} for count in counts]
        for dimension, counts in analytics.values.items()
    }
    return {
        "link_id": str(analytics.link_id),
        "from": timeline.local(timeline.start).isoformat(),
        "to": timeline.local(timeline.end).isoformat(),
        "interval": timeline.interval,
        "timezone": timeline.zone.key,
        "totals": {"clicks": analytics.clicks, "visitors": analytics.visitors, "bots": analytics.bots},
        "series": [
            {"start": point.start.isoformat(), "clicks": point.clicks, "visitors": point.visitors}
            for point in analytics.series
        ],
        **values,
        "as_of": analytics.as_of,
        "stale_seconds": analytics.stale_seconds,
    }


def _print(title: str, analytics: Analytics) -> None:
    timeline = analytics.timeline
    first, last = timeline.local(timeline.start), timeline.local(timeline.end)
    typer.echo(show(title))
    typer.echo(f"{first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M} {timeline.zone.key}, by {timeline.interval}\n")
    typer.echo(f"clicks    {analytics.clicks}\nvisitors  {analytics.visitors}\nbots      {analytics.bots}\n")
    most = max((point.clicks for point in analytics.series), default=0)
    for point in analytics.series:
        bar = "█" * round(_BAR_CHARACTERS * point.clicks / most) if most else ""
        typer.echo(f"{point.start:%Y-%m-%d %H:%M}  {point.clicks:>8}  {bar}".rstrip())
    typer.echo()
    for dimension, counts in analytics.values.items():
        top = ", ".join(f"{_name(dimension, count.value)} {count.clicks}" for count in counts[:_SHOWN_VALUES])
        typer.echo(f"{PLURALS[dimension]:<10}{top}".rstrip())


def _name(dimension: str, value: str) -> str:
    """Return what people read: without a referrer a click is direct, without anything else it is unknown."""
    return show(value) or ("direct" if dimension == "referer" else "unknown")
