"""`vayro clicks …`: what becomes of recorded clicks."""

import typer

from vayro.cli.clicks import dead_letters

app = typer.Typer(help="Clicks on their way into the database.", no_args_is_help=True)
app.add_typer(dead_letters.app, name="dead-letters")
