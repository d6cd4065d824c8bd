"""`vayro domains add|list|remove`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from vayro.cli.output import AsJson, print_rows, say
from vayro.cli.running import run

if TYPE_CHECKING:
    from vayro.cli.session import Session

app = typer.Typer(help="Short domains besides the default one.", no_args_is_help=True)
Domain = Annotated[str, typer.Argument(metavar="DOMAIN", help="Host name whose links are served here.")]


@app.command(epilog="Example: vayro domains add go.example.com --user ada@example.com")
def add(
    domain: Domain,
    user: Annotated[
        str | None, typer.Option("--user", metavar="EMAIL", help="Only this user's workspace may use it.")
    ] = None,
) -> None:
    """Register a short domain; point its DNS to the Redirect Engine. Without --user every workspace may use it.

    Your word is enough: it is served at once, without the proof in its DNS that the API asks for.
    """

    async def work(session: Session) -> str:
        owner = await session.accounts.get_user(user) if user else None
        return await session.domains().register(domain, owner.workspace_id if owner else None)

    say(f"{run(work)} is registered.")


@app.command("list", epilog="Example: vayro domains list --json")
def list_domains(as_json: AsJson = False) -> None:
    """List the registered domains, each with the only user who may use it, and since when it is served."""

    async def work(session: Session) -> list[dict[str, Any]]:
        emails = {user.workspace_id: user.email for user in await session.accounts.list_users()}
        return [
            {
                "domain": record.name,
                "user": emails.get(record.workspace_id) if record.workspace_id else None,
                "verified_at": record.verified_at,
                "root_url": record.root_url,
                "not_found_url": record.not_found_url,
            }
            for record in await session.domains().list_domains()
        ]

    print_rows(run(work), as_json=as_json)


@app.command(epilog="Example: vayro domains remove go.example.com")
def remove(domain: Domain) -> None:
    """Take a domain out that has no links any more."""
    say(f"{run(lambda session: session.domains().remove(domain))} is removed.")
