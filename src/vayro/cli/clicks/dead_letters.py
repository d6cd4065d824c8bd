"""`vayro clicks dead-letters list|show|replay|discard`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from vayro.cli.clicks.selection import (
    Everything,
    LetterIds,
    Limit,
    OfReason,
    OfSegment,
    Since,
    Until,
    parse_id,
    select_letters,
)
from vayro.cli.output import AsJson, print_json, print_record, print_rows, say
from vayro.cli.progress import progress
from vayro.cli.running import run

if TYPE_CHECKING:
    from vayro.cli.session import Session
    from vayro.clicks.letters import Letter, LetterBox
    from vayro.worker.replay import LetterReplay, Replayed

app = typer.Typer(help="Events that could not be written: look at them, try them again.", no_args_is_help=True)
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")]


@app.command("list", epilog="Example: vayro clicks dead-letters list --reason bad_id --since 2026-11-01")
def list_letters(  # noqa: PLR0917  # the options of a command
    reason: OfReason = None,
    segment: OfSegment = None,
    since: Since = None,
    until: Until = None,
    limit: Limit = 100,
    settled: Annotated[
        bool, typer.Option("--settled", help="Also those without content: dropped by a step, or discarded.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List dead letters, oldest first."""
    wanted = select_letters((), reason, segment, since, until, with_settled=settled)
    letters = run(lambda session: _letters(session).find(wanted, limit))
    print_rows([_describe(letter) for letter in letters], as_json=as_json)


@app.command(epilog="Example: vayro clicks dead-letters show 01997a6e-0000-7000-8000-000000000000")
def show(
    letter: Annotated[str, typer.Argument(metavar="ID", help="Its id: that of the event.")], as_json: AsJson = False
) -> None:
    """Show one dead letter with all that the event says. Of its address only what a click would keep is there."""
    wanted = select_letters((parse_id(letter),), with_settled=True)

    async def work(session: Session) -> Letter:
        from vayro.errors import NotFound

        found = await _letters(session).find(wanted)
        if not found:
            raise NotFound("That event is a click by now, and no dead letter.")
        return found[0]

    found = run(work)
    print_record(_describe(found) | {"event": found.fields}, as_json=as_json)


@app.command(epilog="Example: vayro clicks dead-letters replay --reason bad_time --dry-run")
def replay(  # noqa: PLR0917  # the options of a command
    letters: LetterIds = None,
    reason: OfReason = None,
    segment: OfSegment = None,
    since: Since = None,
    until: Until = None,
    everything: Everything = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Try dead letters again: enrich and write them as the worker does, each at most once however often this is run.

    Exit status 1 when some are refused again: they stay as they are. One that has ended workers may end this command,
    too, and stays then.
    """
    ids = tuple(map(parse_id, letters or ()))
    wanted = select_letters(ids, reason, segment, since, until, everything=everything)

    async def work(session: Session) -> list[Replayed]:
        found = await _letters(session).find(wanted)
        replaying = _replaying(session)
        with progress("replaying", len(found)) as advance:
            done: list[Replayed] = []
            async for one in replaying.replay(found, dry_run=dry_run):
                done.append(one)
                advance(len(done), len(found))
        return done

    done = run(work)
    rows = [{"id": one.id, "outcome": one.outcome, "reason": one.reason} for one in done]
    settled = sum(one.is_settled for one in done)
    if as_json:
        print_json({"dry_run": dry_run, "settled": settled, "refused": len(done) - settled, "letters": rows})
    else:
        print_rows(rows, as_json=False)
    say(f"{settled} {'would be ' if dry_run else ''}settled, {len(done) - settled} refused.")
    if settled < len(done):
        raise typer.Exit(1)


@app.command(epilog="Example: vayro clicks dead-letters discard --reason absurd_time --until 2026-11-01")
def discard(  # noqa: PLR0917  # the options of a command
    letters: LetterIds = None,
    reason: OfReason = None,
    segment: OfSegment = None,
    since: Since = None,
    until: Until = None,
    everything: Everything = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Forget what dead letters hold. That they were settled stays known, so that they do not come again."""
    ids = tuple(map(parse_id, letters or ()))
    wanted = select_letters(ids, reason, segment, since, until, everything=everything)

    async def work(session: Session) -> int:
        letters = _letters(session)
        return await letters.discard(await letters.find(wanted), dry_run=dry_run)

    discarded = run(work)
    if as_json:
        print_json({"dry_run": dry_run, "discarded": discarded})
    say(f"{discarded} {'would be ' if dry_run else ''}discarded.")


def _letters(session: Session) -> LetterBox:
    from vayro.clicks.letters import LetterBox

    return LetterBox(session.database)


def _replaying(session: Session) -> LetterReplay:
    from vayro.worker.app import build_preparer
    from vayro.worker.replay import LetterReplay

    return LetterReplay(session.database, build_preparer(session.settings, session.database))


def _describe(letter: Letter) -> dict[str, Any]:
    fields = letter.fields
    return {
        "id": letter.id,
        "reason": letter.reason,
        "deliveries": letter.deliveries,
        "created_at": letter.created_at,
        "timestamp": fields.get("timestamp"),
        "link_id": fields.get("link_id"),
        "segment": letter.segment,
    }
