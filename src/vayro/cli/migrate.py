"""`vayro migrate`."""

import typer

from vayro.cli.output import say


def register(app: typer.Typer) -> None:
    """Add the command to the root."""
    app.command(epilog="Example: VAYRO_DATABASE_URL=postgresql://vayro@db/vayro vayro migrate")(migrate)


def migrate() -> None:
    """Bring the database up to date. Safe to repeat, and to start several times at once."""
    from sqlalchemy.exc import DBAPIError

    from vayro.database.migrations import newest_revision, upgrade
    from vayro.errors import Unavailable
    from vayro.settings import load_settings
    from vayro.supervisor.data_dir import prepare_data_dir

    settings = load_settings()
    prepare_data_dir(settings)
    try:
        upgrade(settings.resolved_database_url)
    except DBAPIError as error:
        raise Unavailable(f"The database could not be migrated: {error.orig}") from error
    say(f"The database is at revision {newest_revision()}.")
