"""`vayro links …`: the commands about one link, about all, and about files of links."""

import typer

from vayro.cli.links import one, safety, several, transfer, upkeep

app = typer.Typer(help="Links: make, find, change, move and mend them.", no_args_is_help=True)

for group in (one, several, transfer, upkeep, safety):
    group.register(app)
