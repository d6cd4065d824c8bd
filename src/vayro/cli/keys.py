"""`vayro keys create|list|revoke`."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Annotated

import typer

from vayro.cli.identifiers import get_uuid
from vayro.cli.output import AsJson, print_json, print_rows, say
from vayro.cli.running import run

if TYPE_CHECKING:
    from vayro.accounts.service import ApiKey
    from vayro.cli.session import Session

app = typer.Typer(help="API keys.", no_args_is_help=True)


@app.command(epilog="Example: vayro keys create --user ada@example.com --name report --scope analytics:read")
def create(
    user: Annotated[str, typer.Option("--user", metavar="EMAIL", help="Whose key it is.")],
    name: Annotated[str, typer.Option("--name", help="What it is for.")],
    *,
    scope: Annotated[
        list[str] | None, typer.Option("--scope", help="What it may do; may be repeated. Default: all its user may.")
    ] = None,
    workspace: Annotated[
        str | None, typer.Option("--workspace", metavar="ID", help="Of which workspace; default: the user's own.")
    ] = None,
    expires_in_days: Annotated[int | None, typer.Option(min=1, max=3650, help="Refuse it after so many days.")] = None,
    as_json: AsJson = False,
) -> None:
    """Make an API key and print it: alone, on stdout, this once. Only its hash is kept.

    Scopes: links:read, links:write, analytics:read, sites:read, sites:write, campaigns:read,
    campaigns:write, admin.
    """
    expires_at = dt.datetime.now(dt.UTC) + dt.timedelta(days=expires_in_days) if expires_in_days else None
    scopes = scope or ["*"]

    async def work(session: Session) -> str:
        caller = (await session.accounts.get_user(user)).as_caller()
        if workspace:
            caller = replace(caller, workspace_id=get_uuid(workspace, "workspace"))
        return await session.accounts.create_key(caller, name, scopes=scopes, expires_at=expires_at)

    key = run(work)
    if as_json:
        print_json({"key": key, "user": user, "name": name, "scopes": scopes, "expires_at": expires_at})
    else:
        typer.echo(key)


@app.command("list", epilog="Example: vayro keys list --user ada@example.com")
def list_keys(
    user: Annotated[
        str | None, typer.Option("--user", metavar="EMAIL", help="Only keys of this user's workspace.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List API keys, oldest first, by their beginnings. Revoked ones too."""

    async def work(session: Session) -> list[ApiKey]:
        owner = await session.accounts.get_user(user) if user else None
        return await session.accounts.list_keys(owner.workspace_id if owner else None)

    shown = [asdict(key) | {"scopes": " ".join(key.scopes)} for key in run(work)]
    print_rows(shown, as_json=as_json)


@app.command(epilog="Example: vayro keys revoke vk_7Yq2mB1x")
def revoke(
    key: Annotated[str, typer.Argument(metavar="KEY", help="Its id or its prefix, from `vayro keys list`.")],
) -> None:
    """Refuse an API key from now on. Running processes follow within a second."""
    from vayro.cli.identifiers import parse_uuid

    revoked = run(lambda session: session.accounts.revoke_key(parse_uuid(key) or key))
    say(f"The key {revoked.prefix}… ({revoked.name}) is revoked.")
