"""`vayro migrate`."""

import typer

from vayro.cli.output import say


def register(app: typer.Typer) -> None:
    """Add the command to the root."""
    app.command(epilog="Example: VAYRO_DATABASE_URL=postgresql://vayro@db/vayro vayro migrate")(migrate)


def migrate() -> None:
    """Bring the database up to date. Safe to repeat, and to start several times at once.

    A database that a newer version has migrated is left as it is, so that a version can be taken back.
    """
    from vayro.database.migrations import is_newer
    from vayro.settings import load_settings
    from vayro.supervisor.data_dir import prepare_data_dir
    from vayro.supervisor.diagnosis import migrate as bring_up_to_date

    settings = load_settings()
    prepare_data_dir(settings)
    revision = bring_up_to_date(settings)
    newer = ", which is newer than this version of Vayro: left as it is" if is_newer(revision) else ""
    say(f"The database is at revision {revision}{newer}.")
