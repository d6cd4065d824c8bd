"""`vayro users create|list|set-plan|sign-out|disable|enable|reset-second-factor|export|delete`."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vayro.cli.output import AsJson, print_record, print_rows, say
from vayro.cli.running import run

if TYPE_CHECKING:
    from vayro.accounts.service import User
    from vayro.cli.session import Session

app = typer.Typer(help="People who may use this installation.", no_args_is_help=True)
Email = Annotated[str, typer.Argument(metavar="EMAIL", help="E-mail address of the user.")]


@app.command(epilog="Example: vayro users create ada@example.com --plan pro")
def create(
    email: Email,
    plan: Annotated[str, typer.Option(help="free, pro or enterprise.")] = "free",
    admin: Annotated[bool, typer.Option("--admin", help="Make an administrator.")] = False,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from the first line of stdin.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Make a user, with a workspace of their own.

    The password is asked for on a terminal. Elsewhere, without --password-stdin, one is made up and printed.
    """
    given = _read_password(from_stdin=password_stdin)

    async def work(session: Session) -> User:
        return await session.accounts.create_user(email, password, plan=plan, is_admin=admin)

    from vayro.accounts.credentials import generate_password

    password = generate_password() if given is None else given
    shown = _describe(run(work)) | ({"password": password} if given is None else {})
    print_record(shown, as_json=as_json)
    if given is None:
        say("The password is shown this once.")


@app.command("list", epilog="Example: vayro users list --json")
def list_users(as_json: AsJson = False) -> None:
    """List all users, oldest first."""
    users = run(lambda session: session.accounts.list_users())
    print_rows([_describe(user) for user in users], as_json=as_json)


@app.command("set-plan", epilog="Example: vayro users set-plan ada@example.com pro")
def set_plan(
    email: Email, plan: Annotated[str, typer.Argument(metavar="PLAN", help="free, pro or enterprise.")]
) -> None:
    """Put a user on another plan."""
    run(lambda session: session.accounts.set_plan(email, plan))
    say(f"{email} is on the plan {plan}.")


@app.command("sign-out", epilog="Example: vayro users sign-out ada@example.com")
def sign_out(email: Email) -> None:
    """End all sessions of a user. API keys stay: see `vayro keys revoke`."""
    ended = run(lambda session: session.doorkeeper().sign_out(email))
    say(f"{ended} sessions of {email} have ended.")


@app.command(epilog="Example: vayro users disable ada@example.com")
def disable(email: Email) -> None:
    """Refuse a user's password, sessions and API keys. What is theirs stays, and their links go on redirecting."""
    run(lambda session: session.doorkeeper().disable(email))
    say(f"{email} is disabled.")


@app.command(epilog="Example: vayro users enable ada@example.com")
def enable(email: Email) -> None:
    """Let a disabled user in again."""
    run(lambda session: session.doorkeeper().enable(email))
    say(f"{email} is enabled.")


@app.command("reset-second-factor", epilog="Example: vayro users reset-second-factor ada@example.com")
def reset_second_factor(email: Email) -> None:
    """Switch off the second factor of a user who lost it and the recovery codes.

    First make sure, in some other way than by mail, who is asking: the password alone opens the account then.
    """
    run(lambda session: session.doorkeeper().reset_second_factor(email))
    say(f"{email} signs in without a second factor now.")


@app.command(epilog="Example: vayro users export ada@example.com")
def export(email: Email) -> None:
    """Print all that is kept of a user as one JSON document: account, workspaces they own, links, clicks."""

    async def work(session: Session) -> None:
        from vayro.accounts.data_export import DataExport

        user = await session.accounts.get_user(email)
        async for piece in DataExport(session.database).write(user.id):
            sys.stdout.write(piece.decode())

    run(work)


@app.command(epilog="Example: vayro users delete ada@example.com --yes")
def delete(
    email: Email, yes: Annotated[bool, typer.Option("--yes", help="Do it without asking. It cannot be undone.")] = False
) -> None:
    """Erase a user, and the workspaces that only they belong to, with links and clicks; at once, for good.

    Clicks that engines have not sent yet are erased by the worker when they come.
    """
    if not yes:
        typer.confirm(f"Erase {email} and all that is theirs?", abort=True, err=True)

    async def work(session: Session) -> tuple[int, int, int]:
        import datetime as dt

        from vayro.clicks.purge import purge_deleted_links

        user = await session.accounts.get_user(email)
        erased = await session.erasure().erase(user)
        purged = await purge_deleted_links(session.database, dt.datetime.now(dt.UTC))
        return erased.workspaces, erased.links, purged

    workspaces, links, clicks = run(work)
    say(f"{email} is erased: {workspaces} workspaces, {links} links, {clicks} clicks.")


def _describe(user: User) -> dict[str, Any]:
    return asdict(user)


def _read_password(*, from_stdin: bool) -> str | None:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))
    return None
