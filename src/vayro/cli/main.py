"""The root of the command line, and how its errors look: one clear line on stderr, never a traceback."""

import os
import sys
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

from vayro.cli import (
    backup,
    clicks,
    codes,
    doctor,
    domains,
    geo,
    keys,
    links,
    migrate,
    processes,
    sites,
    spool,
    stats,
    users,
)
from vayro.errors import VayroError


class OneLineErrors(TyperGroup):
    """Turns what a command raises into one line and status 1. VAYRO_LOG_LEVEL=debug shows the traceback too."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except VayroError as error:
            _show_traceback_if_asked()
            line = error.detail
        except (typer.Exit, typer.Abort, TyperException, BrokenPipeError):  # Typer says these itself
            raise
        except OSError as error:
            _show_traceback_if_asked()
            line = f"{error.filename}: {error.strerror}" if error.filename else str(error)
        except Exception as error:  # noqa: BLE001  # the last line of defence: a person wants a sentence
            _show_traceback_if_asked()
            line = f"unexpected {type(error).__name__}: {error} (VAYRO_LOG_LEVEL=debug shows where)"
        typer.echo(f"vayro: {' '.join(line.split())}", err=True)
        raise typer.Exit(1)


app = typer.Typer(
    name="vayro",
    cls=OneLineErrors,
    help="Short-link infrastructure: create a link once, use it everywhere, lose no click.",
    epilog="Example: vayro up",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(is_asked: bool) -> None:
    """Eager: `vayro --version` needs no command beside it."""
    if is_asked:
        from vayro import __version__

        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def root(
    _version: Annotated[
        bool, typer.Option("--version", help="Print the version and exit.", is_eager=True, callback=_show_version)
    ] = False,
) -> None:
    """Short-link infrastructure: create a link once, use it everywhere, lose no click."""


def _show_traceback_if_asked() -> None:
    if os.environ.get("VAYRO_LOG_LEVEL", "").lower() == "debug":
        import traceback

        sys.stderr.write(traceback.format_exc())


processes.register(app)
migrate.register(app)
doctor.register(app)
backup.register(app)
stats.register(app)
app.add_typer(users.app, name="users")
app.add_typer(keys.app, name="keys")
app.add_typer(links.app, name="links")
app.add_typer(sites.app, name="sites")
app.add_typer(domains.app, name="domains")
app.add_typer(geo.app, name="geo")
app.add_typer(clicks.app, name="clicks")
app.add_typer(codes.app, name="codes")
app.add_typer(spool.app, name="spool")
