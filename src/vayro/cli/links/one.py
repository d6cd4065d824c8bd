"""`vayro links create|show|update|delete`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vayro.cli.links.shared import (
    LinkName,
    OfDomain,
    OfUser,
    describe,
    find_link,
    parse_metadata,
    validate,
)
from vayro.cli.output import AsJson, print_json, print_record, say
from vayro.cli.running import run

if TYPE_CHECKING:
    from vayro.cli.session import Session

Code = Annotated[str | None, typer.Option("--code", help="A short code of your own.")]
Type = Annotated[str | None, typer.Option("--type", help="What the link is for; default: standard.")]
Title = Annotated[str | None, typer.Option("--title", help="For people; visitors do not see it.")]
Tags = Annotated[list[str] | None, typer.Option("--tag", help="May be repeated.")]
ExpiresAt = Annotated[str | None, typer.Option("--expires-at", help="ISO 8601, like 2030-01-31T12:00:00Z.")]
ExpiredUrl = Annotated[str | None, typer.Option("--expired-url", help="Where it leads once it is expired or used up.")]
MaxClicks = Annotated[int | None, typer.Option("--max-clicks", help="How many redirects it gives.")]
Status = Annotated[int | None, typer.Option("--status", help="301, 302, 307 or 308; default: 302.")]
CacheSeconds = Annotated[int | None, typer.Option("--cache-seconds", help="How long caches may keep a 301 or 308.")]
Metadata = Annotated[str | None, typer.Option("--metadata", help="A JSON object of yours.")]
AsksPassword = Annotated[
    bool,
    typer.Option("--password", help="Visitors are asked for a password, which is read from the terminal or stdin."),
]
Active = Annotated[bool | None, typer.Option("--active/--inactive", help="Whether it redirects.")]

CLEARABLE = ("title", "expires_at", "expired_url", "max_clicks", "cache_seconds", "password")


def register(app: typer.Typer) -> None:
    """Add the commands to their group."""
    app.command(epilog="Example: vayro links create https://example.com/spring --code spring --tag poster")(create)
    app.command(epilog="Example: vayro links show spring --json")(show)
    app.command(epilog="Example: vayro links update spring --target https://example.com/summer --clear expires_at")(
        update
    )
    app.command(epilog="Example: vayro links delete spring")(delete)


def create(
    target_url: Annotated[str, typer.Argument(metavar="URL", help="Where the link leads.")],
    *,
    code: Code = None,
    domain: OfDomain = None,
    link_type: Type = None,
    title: Title = None,
    tag: Tags = None,
    expires_at: ExpiresAt = None,
    expired_url: ExpiredUrl = None,
    max_clicks: MaxClicks = None,
    status: Status = None,
    cache_seconds: CacheSeconds = None,
    metadata: Metadata = None,
    password: AsksPassword = False,
    active: Active = None,
    canonical: Annotated[
        bool, typer.Option("--canonical", help="The one link of this destination and type: made if it is not there.")
    ] = False,
    user: OfUser = None,
    as_json: AsJson = False,
) -> None:
    """Make a link and print its short URL."""
    values = _given(
        target_url=target_url,
        short_code=code,
        domain=domain,
        link_type=link_type,
        title=title,
        tags=tag,
        expires_at=expires_at,
        expired_url=expired_url,
        max_clicks=max_clicks,
        redirect_status=status,
        cache_seconds=cache_seconds,
        metadata=parse_metadata(metadata),
        password=_read_password() if password else None,
        is_active=active,
    )
    link = run(lambda session: _create(session, values, user, canonical=canonical))
    if as_json:
        print_json(link)
    else:
        typer.echo(link["short_url"])


def show(link: LinkName, domain: OfDomain = None, user: OfUser = None, as_json: AsJson = False) -> None:
    """Show a link."""

    async def work(session: Session) -> dict[str, Any]:
        service = session.links()
        return describe(await find_link(session, service, link, domain, user), service.domains)

    print_record(run(work), as_json=as_json)


def update(
    link: LinkName,
    *,
    target: Annotated[str | None, typer.Option("--target", metavar="URL", help="Where it leads.")] = None,
    code: Code = None,
    link_type: Type = None,
    title: Title = None,
    tag: Tags = None,
    expires_at: ExpiresAt = None,
    expired_url: ExpiredUrl = None,
    max_clicks: MaxClicks = None,
    status: Status = None,
    cache_seconds: CacheSeconds = None,
    metadata: Metadata = None,
    password: AsksPassword = False,
    active: Active = None,
    clear: Annotated[list[str] | None, typer.Option("--clear", help=f"Empty one of: {', '.join(CLEARABLE)}.")] = None,
    domain: OfDomain = None,
    user: OfUser = None,
    as_json: AsJson = False,
) -> None:
    """Change a link; what is not named stays. Engines follow within a second."""
    cleared: dict[str, Any] = dict.fromkeys(_check_clear(clear or []))
    values = cleared | _given(
        target_url=target,
        short_code=code,
        link_type=link_type,
        title=title,
        tags=tag,
        expires_at=expires_at,
        expired_url=expired_url,
        max_clicks=max_clicks,
        redirect_status=status,
        cache_seconds=cache_seconds,
        metadata=parse_metadata(metadata),
        password=_read_password() if password else None,
        is_active=active,
    )

    async def work(session: Session) -> dict[str, Any]:
        from vayro.links.draft import LinkEdit

        service = session.links()
        found = await find_link(session, service, link, domain, user)
        edited = await service.edit(found.workspace_id, found.id, validate(LinkEdit, values))
        return describe(edited, service.domains)

    print_record(run(work), as_json=as_json)


def delete(link: LinkName, domain: OfDomain = None, user: OfUser = None) -> None:
    """Delete a link. Its clicks are deleted later; its code may be used again."""

    async def work(session: Session) -> str:
        service = session.links()
        found = await find_link(session, service, link, domain, user)
        await service.delete(found.workspace_id, found.id, even_if_taken_down=True)
        return service.domains.short_url(found.domain, found.short_code)

    say(f"{run(work)} is deleted.")


async def _create(session: Session, values: dict[str, Any], user: str | None, *, canonical: bool) -> dict[str, Any]:
    from vayro.links.draft import LinkDraft

    draft = validate(LinkDraft, values)
    owner = (await session.find_owner(user)).as_caller()
    service = session.links()
    made = (await service.put_canonical(owner, draft))[0] if canonical else await service.create(owner, draft)
    return describe(made, service.domains)


def _given(**options: Any) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None and value != []}


def _read_password() -> str:
    """Read it where no list of processes and no history of a shell shows it."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))


def _check_clear(names: list[str]) -> list[str]:
    for name in names:
        if name not in CLEARABLE:
            raise typer.BadParameter(f"{name!r} is none of: {', '.join(CLEARABLE)}", param_hint="--clear")
    return names
