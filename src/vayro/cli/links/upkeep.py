"""`vayro links duplicates|dedupe|warm`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from vayro.cli.output import AsJson, print_json, print_rows, say
from vayro.cli.progress import progress
from vayro.cli.running import run

if TYPE_CHECKING:
    from vayro.cli.session import Session
    from vayro.links.record import LinkRecord
    from vayro.links.upkeep import DedupeOutcome

WARM_LINKS = 100_000


def register(app: typer.Typer) -> None:
    """Add the commands to their group."""
    app.command(epilog="Example: vayro links duplicates --type site_preview")(duplicates)
    app.command(epilog="Example: vayro links dedupe --type site_preview --dry-run")(dedupe)
    app.command(epilog="Example: vayro links warm --limit 10000")(warm)


def duplicates(
    link_type: Annotated[str | None, typer.Option("--type", help="Only this type; default: all but standard.")] = None,
    as_json: AsJson = False,
) -> None:
    """List active links that share workspace, destination and type. `dedupe` mends them."""

    async def work(session: Session) -> list[dict[str, Any]]:
        groups = await session.upkeep().list_duplicates(link_type)
        return [
            {
                "workspace_id": group.workspace_id,
                "link_type": group.link_type,
                "target_url": group.target_url,
                "short_codes": [link.short_code for link in group.links],
            }
            for group in groups
        ]

    print_rows(run(work), as_json=as_json)


def dedupe(
    link_type: Annotated[str, typer.Option("--type", help="Whose duplicates.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Of links that share workspace, destination and type, keep the oldest as canonical and deactivate the rest.

    All in one transaction. Analytics of the deactivated links stay.
    """

    async def work(session: Session) -> DedupeOutcome:
        with progress("deduping"):
            return await session.upkeep().dedupe(link_type, dry_run=dry_run)

    outcome = run(work)
    kept, gone = _describe(outcome.made_canonical), _describe(outcome.deactivated)
    if as_json:
        print_json({"dry_run": dry_run, "made_canonical": kept, "deactivated": gone})
    else:
        actions = [("canonical", link) for link in kept] + [("deactivated", link) for link in gone]
        print_rows([{"action": action, **link} for action, link in actions], as_json=False)
    verb = "would be " if dry_run else ""
    say(f"{len(kept)} {verb}made canonical, {len(gone)} {verb}deactivated.")


def warm(
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most so many links.")] = WARM_LINKS,
    as_json: AsJson = False,
) -> None:
    """Load the most clicked links into Redis, the most clicked first, before visitors ask for them.

    For a Redis that is new or was emptied. What it holds already stays, unless the database has a newer version.
    """

    async def work(session: Session) -> int | None:
        if session.settings.is_embedded:
            return None
        with progress("warming", limit) as advance:
            return await session.upkeep().warm(limit, advance)

    warmed = run(work)
    if as_json:
        print_json({"warmed": warmed or 0})
    if warmed is None:
        say("Nothing to warm: without VAYRO_REDIS_URL engines read links from the database file itself.")
    else:
        say(f"{warmed} links are in the cache." if warmed else "Nothing to warm: no active link has been clicked yet.")


def _describe(links: list[LinkRecord]) -> list[dict[str, Any]]:
    return [
        {"short_code": link.short_code, "target_url": link.target_url, "id": link.id, "workspace_id": link.workspace_id}
        for link in links
    ]
