"""`vayro codes skip`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from vayro.cli.output import AsJson, print_rows
from vayro.cli.running import run

app = typer.Typer(help="Where short codes come from.", no_args_is_help=True)


@app.callback()
def codes() -> None:
    """Keep `skip` a sub-command although it is alone."""


@app.command(epilog="Example: vayro codes skip")
def skip(
    count: Annotated[
        int | None,
        typer.Option(min=1, max=10**15, help="Codes to pass over; default: a hundredth of their length's."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Pass over codes, after a database was restored from a backup: those made since must not be given out again.

    `vayro restore` does it by itself. Prints, for each length of codes, how many were skipped and how many are left.
    """
    from vayro.links.allocation.recovery import skip_codes

    outcomes = run(lambda session: skip_codes(session.database, count))
    print_rows([asdict(outcome) for outcome in outcomes], as_json=as_json)
