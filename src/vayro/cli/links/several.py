"""`vayro links list`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from vayro.cli.links.shared import OfUser, describe, find_workspace
from vayro.cli.output import AsJson, print_rows, say
from vayro.cli.running import run

if TYPE_CHECKING:
    from vayro.cli.session import Session
    from vayro.links.search import LinkFilter, Sort
    from vayro.links.service import LinkService

SORTS = ("-created_at", "created_at", "-clicks")
_PAGE = 1_000
_SHOWN = ("short_url", "target_url", "title", "clicks", "is_active", "created_at")


def register(app: typer.Typer) -> None:
    """Add the command to its group."""
    app.command("list", epilog="Example: vayro links list --tag poster --sort=-clicks --limit 10")(list_links)


def list_links(
    *,
    search: Annotated[str | None, typer.Option("--search", "-q", help="In code, title or destination.")] = None,
    tag: Annotated[str | None, typer.Option("--tag", help="Only links with this tag.")] = None,
    link_type: Annotated[str | None, typer.Option("--type", help="Only links of this type.")] = None,
    domain: Annotated[str | None, typer.Option("--domain", help="Only links of this short domain.")] = None,
    active: Annotated[bool | None, typer.Option("--active/--inactive", help="Only those that do, or do not.")] = None,
    sort: Annotated[str, typer.Option("--sort", help=f"One of: {', '.join(SORTS)}.")] = "-created_at",
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most so many.")] = 50,
    user: OfUser = None,
    as_json: AsJson = False,
) -> None:
    """List links, newest first."""
    if sort not in SORTS:
        raise typer.BadParameter(f"{sort!r} is none of: {', '.join(SORTS)}", param_hint="--sort")

    async def work(session: Session) -> list[dict[str, Any]]:
        from vayro.links.search import LinkFilter

        service = session.links()
        stored = service.domains.stored_name(domain) if domain else None
        wanted = LinkFilter(q=search, tag=tag, link_type=link_type, domain=stored, is_active=active)
        return await _collect(service, await find_workspace(session, user), wanted, cast("Sort", sort), limit)

    found = run(work)
    shown = found if as_json else [{name: link[name] for name in _SHOWN} for link in found]
    print_rows(shown, as_json=as_json)
    if len(found) == limit:
        say(f"Only {limit} are shown; --limit shows more.")


async def _collect(
    service: LinkService, workspace_id: Any, wanted: LinkFilter, sort: Sort, limit: int
) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    after = None
    while len(found) < limit:
        size = min(_PAGE, limit - len(found))
        page = await service.list_page(workspace_id, wanted, sort=sort, limit=size, after=after)
        found.extend(describe(record, service.domains) for record in page.links)
        if (after := page.next) is None:
            break
    return found
