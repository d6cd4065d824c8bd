"""How commands show things: data on stdout (a table for people, tabs or JSON for programs), the rest on stderr."""

import datetime as dt
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def say(line: str) -> None:
    """Tell a person something that is not data."""
    typer.echo(line, err=True)


def print_json(value: object) -> None:
    """Print one JSON document."""
    typer.echo(dump_json(value, indent=2))


def dump_json(value: object, *, indent: int | None = None) -> str:
    """Return JSON as the API writes it: instants in ISO 8601 with Z, UUIDs as text."""
    return json.dumps(value, indent=indent, ensure_ascii=False, default=_plain)


def print_rows(rows: Sequence[Mapping[str, Any]], *, as_json: bool) -> None:
    """Print a list: a table on a terminal, lines of tab-separated values with a head elsewhere, or JSON."""
    if as_json:
        print_json(list(rows))
    elif not rows:
        say("none")
    elif sys.stdout.isatty():
        _print_table(rows)
    else:
        typer.echo("\t".join(rows[0]))
        for row in rows:
            typer.echo("\t".join(map(show, row.values())))


def print_record(record: Mapping[str, Any], *, as_json: bool) -> None:
    """Print one thing: a line for each of its values, or JSON."""
    if as_json:
        print_json(record)
        return
    width = max(map(len, record))
    for name, value in record.items():
        typer.echo(f"{name:<{width}}  {show(value)}".rstrip())


def show(value: object) -> str:
    """Return a value for people, on one line."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dt.datetime):
        return f"{value.astimezone(dt.UTC):%Y-%m-%d %H:%M:%SZ}"
    if isinstance(value, list | dict):
        return dump_json(value)
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in str(value))


def _print_table(rows: Iterable[Mapping[str, Any]]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    listed = list(rows)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in listed[0]:
        table.add_column(name, overflow="fold")
    for row in listed:
        table.add_row(*(Text(show(value)) for value in row.values()))
    Console().print(table)


def _plain(value: object) -> str:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no form in JSON")
