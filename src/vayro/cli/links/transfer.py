"""`vayro links import|export`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO, cast

import typer

from vayro.cli.links.shared import OfUser, find_workspace
from vayro.cli.output import AsJson, print_json, say
from vayro.cli.progress import Advance, progress
from vayro.cli.running import run

if TYPE_CHECKING:
    from vayro.cli.session import Session
    from vayro.links.transfer import TransferFormat

FORMATS = ("csv", "jsonl")
Format = Annotated[str | None, typer.Option("--format", help="csv or jsonl; default: what the file's name ends in.")]


def register(app: typer.Typer) -> None:
    """Add the commands to their group."""
    app.command("import", epilog="Example: vayro links import links.csv --user ada@example.com")(import_links)
    app.command("export", epilog="Example: vayro links export links.csv")(export_links)


def import_links(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV with a header, or JSON lines; - is stdin.")],
    form: Format = None,
    user: OfUser = None,
    as_json: AsJson = False,
) -> None:
    """Make the links of a file. One bad row spoils no other: each is named, and the exit status is then 1."""
    chosen = _choose_format(file, form)

    async def work(session: Session) -> tuple[int, int]:
        from vayro.links.transfer import import_links, read_rows

        owner = (await session.find_owner(user)).as_caller()
        made = refused = 0
        with _reading(file) as (lines, size), progress("importing", size) as advance:
            async for row in import_links(session.links(), owner, read_rows(_measured(lines, advance, size), chosen)):
                made += row.link is not None
                if row.link is None:
                    refused += 1
                    say(f"row {row.number}: {row.error}")
        return made, refused

    made, refused = run(work)
    if as_json:
        print_json({"imported": made, "refused": refused})
    say(f"{made} imported, {refused} refused.")
    if refused:
        raise typer.Exit(1)


def export_links(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to; default: stdout.")] = Path("-"),
    form: Format = None,
    everyone: Annotated[bool, typer.Option("--everyone", help="The links of all workspaces.")] = False,
    user: OfUser = None,
) -> None:
    """Write all links, oldest first, as `vayro links import` reads them."""
    chosen = _choose_format(file, form or (None if file.suffix else "csv"))

    async def work(session: Session) -> int:
        from vayro.links.search import LinkFilter
        from vayro.links.transfer import export_links

        workspace_id = None if everyone else await find_workspace(session, user)
        written = 0
        with _writing(file) as out, progress("exporting") as advance:
            async for piece in export_links(session.links(), workspace_id, LinkFilter(), chosen):
                out.write(piece)
                written += piece.count("\n")
                advance(written, None)
        return written - (chosen == "csv")

    say(f"{run(work)} exported.")


def _choose_format(file: Path, form: str | None) -> TransferFormat:
    chosen = form or file.suffix.removeprefix(".").lower()
    if chosen in {"json", "ndjson"}:
        chosen = "jsonl"
    if chosen not in FORMATS:
        raise typer.BadParameter("say which: csv or jsonl", param_hint="--format")
    return cast("TransferFormat", chosen)


def _measured(lines: TextIO, advance: Advance, size: int | None) -> Iterator[str]:
    """Pass the lines on, and tell how many bytes they were, now and then: a bar needs no more."""
    done = 0
    for number, line in enumerate(lines):
        done += len(line.encode())
        if number % 1_000 == 0:
            advance(done, size)
        yield line


@contextmanager
def _reading(file: Path) -> Iterator[tuple[TextIO, int | None]]:
    """Yield the text of the file, and its size in bytes where that is known."""
    if str(file) == "-":
        yield sys.stdin, None
        return
    # utf-8-sig: what spreadsheets write begins with a mark that would become part of the first column's name.
    with file.open(encoding="utf-8-sig", errors="replace", newline="") as lines:
        yield lines, file.stat().st_size


@contextmanager
def _writing(file: Path) -> Iterator[TextIO]:
    """Yield where to write; a file appears under its name only when it is whole."""
    if str(file) == "-":
        yield sys.stdout
        sys.stdout.flush()
        return
    partial = file.with_name(f"{file.name}.partial")
    try:
        with partial.open("w", encoding="utf-8", newline="") as out:
            yield out
        partial.replace(file)
    finally:
        partial.unlink(missing_ok=True)
