"""Bringing the database up to date; and why it cannot be used, in one line that says what to do."""

from sqlalchemy.exc import SQLAlchemyError

from vayro.database.migrations import find_revision, newest_revision, upgrade
from vayro.errors import Unavailable
from vayro.settings import Settings


def migrate(settings: Settings) -> str:
    """Bring the database up to date and return its revision. Raises Unavailable. Blocks."""
    try:
        upgrade(settings.resolved_database_url)
    except SQLAlchemyError as error:
        raise Unavailable(f"The database could not be migrated: {_reason(error)}") from error
    return newest_revision()


def explain_unavailable(settings: Settings) -> str | None:
    """Return the reason, or None when the database answers and is up to date. Blocks for up to five seconds."""
    try:
        revision = find_revision(settings.resolved_database_url)
    except SQLAlchemyError as error:
        return f"The database does not answer: {_reason(error)}"
    if revision != newest_revision():
        return "The database is not up to date: run `vayro migrate` first"
    return None


def _reason(error: SQLAlchemyError) -> str:
    return str(getattr(error, "orig", None) or error).partition("\n")[0]
