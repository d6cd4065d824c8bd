"""`vayro migrate`."""

import typer

from vayro.cli.output import say


def register(app: typer.Typer) -> None:
    """Add the command to the root."""
    app.command(epilog="Example: VAYRO_DATABASE_URL=postgresql://vayro@db/vayro vayro migrate")(migrate)


def migrate() -> None:
    """Bring the database up to date. Safe to repeat, and to start several times at once."""
    from vayro.settings import load_settings
    from vayro.supervisor.data_dir import prepare_data_dir
    from vayro.supervisor.diagnosis import migrate as bring_up_to_date

    settings = load_settings()
    prepare_data_dir(settings)
    say(f"The database is at revision {bring_up_to_date(settings)}.")
