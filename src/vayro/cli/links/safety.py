"""`vayro links disable|enable|reports`: for administrators, on the links of all workspaces."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from vayro.cli.identifiers import parse_uuid
from vayro.cli.links.shared import LinkName, OfDomain
from vayro.cli.output import AsJson, print_rows, say
from vayro.cli.running import run

if TYPE_CHECKING:
    from uuid import UUID

    from vayro.cli.session import Session


def register(app: typer.Typer) -> None:
    """Add the commands to their group."""
    app.command(epilog="Example: vayro links disable spring --reason phishing")(disable)
    app.command(epilog="Example: vayro links enable spring")(enable)
    app.command(epilog="Example: vayro links reports --json")(reports)


def disable(
    link: LinkName,
    *,
    reason: Annotated[
        str, typer.Option("--reason", help="abuse, phishing, malware, spam or legal; visitors are not told.")
    ] = "abuse",
    domain: OfDomain = None,
) -> None:
    """Take a link down, whoever owns it: it answers 410 within seconds, and its owner cannot bring it back."""

    async def work(session: Session) -> str:
        return (await session.takedown().disable(await _find(session, link, domain), reason)).short_code

    say(f"{run(work)} is taken down.")


def enable(link: LinkName, domain: OfDomain = None) -> None:
    """Let a link redirect again that was taken down."""

    async def work(session: Session) -> str:
        return (await session.takedown().enable(await _find(session, link, domain))).short_code

    say(f"{run(work)} is not taken down any more.")


def reports(
    close: Annotated[
        str | None, typer.Option("--close", metavar="LINK", help="Close the reports about this link.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Closed ones, too.")] = False,
    domain: OfDomain = None,
    as_json: AsJson = False,
) -> None:
    """List what the public reported, newest first; `disable` takes a link down, `--close` files its reports."""

    async def file(session: Session) -> int:
        return await session.reports().close(await _find(session, close or "", domain))

    async def work(session: Session) -> list[dict[str, Any]]:
        from dataclasses import asdict

        return [asdict(report) for report in await session.reports().list_reports(is_open=not everything)]

    if close:
        say(f"{run(file)} closed.")
    else:
        print_rows(run(work), as_json=as_json)


async def _find(session: Session, name: str, domain: str | None) -> UUID:
    """Return the id of a link of any workspace. Raises NotFound."""
    if link_id := parse_uuid(name):
        return link_id
    return (await session.links().get_by_code(name, domain)).id
