"""`python -m vayro` is the `vayro` command."""

from vayro.cli.main import app

app(prog_name="vayro")
