"""Bringing the database up to date; and why it cannot be used, in one line that says what to do."""

from sqlalchemy.exc import SQLAlchemyError

from vayro.database.migrations import find_revision, is_newer, newest_revision, upgrade
from vayro.errors import Unavailable
from vayro.settings import Settings


def migrate(settings: Settings) -> str:
    """Bring the database up to date and return its revision. Raises Unavailable. Blocks.

    The revision is one that this version does not know where a newer version has been there.
    """
    try:
        upgrade(settings.resolved_database_url)
        return find_revision(settings.resolved_database_url) or ""
    except SQLAlchemyError as error:
        raise Unavailable(f"The database could not be migrated: {_reason(error)}") from error


def explain_unavailable(settings: Settings) -> str | None:
    """Return the reason, or None when the database answers and is up to date. Blocks for up to five seconds."""
    try:
        revision = find_revision(settings.resolved_database_url)
    except SQLAlchemyError as error:
        return f"The database does not answer: {_reason(error)}"
    if revision != newest_revision() and not is_newer(revision):
        return "The database is not up to date: run `vayro migrate` first"
    return None


def _reason(error: SQLAlchemyError) -> str:
    return str(getattr(error, "orig", None) or error).partition("\n")[0]
