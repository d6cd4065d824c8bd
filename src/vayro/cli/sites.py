"""`vayro sites generate|list|backfill`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from vayro.cli.output import AsJson, print_json, print_rows, say
from vayro.cli.progress import progress
from vayro.cli.running import run
from vayro.errors import RequestError, ValidationFailed

if TYPE_CHECKING:
    from vayro.cli.session import Session
    from vayro.sites.service import SiteService
    from vayro.sites.site import SiteRecord

app = typer.Typer(help="Sites: have them generated, list them, give old ones their links.", no_args_is_help=True)
_MOST_LISTED = 10_000
Email = Annotated[str | None, typer.Option("--user", help="Whose workspace; default: the first administrator's.")]


@app.command(epilog="Example: vayro sites generate --all-without --design table")
def generate(
    *,
    business: Annotated[UUID | None, typer.Option("--business", help="The business that gets a site.")] = None,
    all_without: Annotated[bool, typer.Option("--all-without", help="All businesses that have none.")] = False,
    generator: Annotated[str | None, typer.Option("--generator", help="template, or ai.")] = None,
    design: Annotated[str | None, typer.Option("--design", help="By default as fits the category.")] = None,
    user: Email = None,
    as_json: AsJson = False,
) -> None:
    """Ask for sites; `vayro worker` or `vayro up` generates them, and `vayro sites list` shows how far they are."""
    if (business is None) == (not all_without):
        raise typer.BadParameter("give either --business or --all-without")
    if generator not in (None, "template", "ai"):
        raise typer.BadParameter("--generator is template or ai")

    async def work(session: Session) -> list[dict[str, Any]]:
        from vayro.accounts.records import Caller
        from vayro.sites.service import SiteWish

        owner = await session.find_owner(user)
        caller = Caller(owner.workspace_id, owner.id, None, owner.is_admin)
        service, wish = _service(session), SiteWish(generator, design)
        wanted = [business] if business else await service.list_without(owner.workspace_id)
        made = []
        with progress("asking", len(wanted)) as advance:
            for number, one in enumerate(wanted, 1):
                made.append(_outcome(one, await _generate(service, caller, one, wish)))
                advance(number, len(wanted))
        return made

    print_rows(run(work), as_json=as_json)


@app.command("list", epilog="Example: vayro sites list --status failed")
def list_sites(
    *,
    status: Annotated[str | None, typer.Option("--status", help="queued, generating, completed or failed.")] = None,
    user: Email = None,
    as_json: AsJson = False,
) -> None:
    """List the sites of a workspace, newest first."""

    async def work(session: Session) -> list[dict[str, Any]]:
        from vayro.sites.repository import SiteFilter

        owner = await session.find_owner(user)
        service, rows, after = _service(session), list[dict[str, Any]](), None
        while len(rows) < _MOST_LISTED:
            page = await service.list_page(owner.workspace_id, SiteFilter(status=status), limit=200, after=after)
            rows += map(_row, page.sites)
            if (after := page.next) is None:
                break
        return rows

    print_rows(run(work), as_json=as_json)


@app.command(epilog="Example: vayro sites backfill --dry-run")
def backfill(
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Count, and make nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make the links of completed sites that have none. Killed anywhere, it goes on when it is run again."""

    async def work(session: Session) -> dict[str, Any]:
        from vayro.sites.backfill import SiteBackfill

        filling = SiteBackfill(session.settings, session.database, session.links())
        before = await filling.count()
        made, errors = 0, list[str]()
        if not dry_run:
            with progress("backfilling", before.without_link) as advance:
                async for one in filling.fill():
                    made += one.error is None
                    if one.error:
                        errors.append(f"{one.site_id}: {one.error}")
                    advance(made + len(errors), before.without_link)
        after = before if dry_run else await filling.count()
        totals = {"completed": after.completed, "with": after.with_link, "without": after.without_link}
        return {"dry_run": dry_run, "made": made, **totals, "errors": errors}

    done = run(work)
    for line in done["errors"]:
        say(line)
    if as_json:
        print_json(done)
    else:
        print_rows([{name: done[name] for name in ("completed", "with", "without", "made")}], as_json=False)
    if done["errors"]:
        raise typer.Exit(1)


def _service(session: Session) -> SiteService:
    from vayro.sites.progress import SiteFeed
    from vayro.sites.service import SiteService

    return SiteService(session.settings, session.database, session.links(), SiteFeed(session.database))


async def _generate(service: SiteService, caller: Any, business: UUID, wish: Any) -> SiteRecord | RequestError:
    try:
        return await service.generate(caller, business, wish)
    except ValidationFailed:  # the same for all of them
        raise
    except RequestError as error:
        return error


def _outcome(business: UUID, outcome: SiteRecord | RequestError) -> dict[str, Any]:
    if isinstance(outcome, RequestError):
        return {"business_id": business, "id": None, "subdomain": None, "status": outcome.detail, "short_url": None}
    return {"business_id": business, **{name: one for name, one in _row(outcome).items() if name != "business_name"}}


def _row(site: SiteRecord) -> dict[str, Any]:
    shown = ("id", "business_name", "subdomain", "status", "short_url", "error")
    return {name: getattr(site, name) for name in shown}
