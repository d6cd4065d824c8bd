"""Why the database cannot be used, in one line that says what to do."""

from sqlalchemy.exc import SQLAlchemyError

from vayro.database.migrations import find_revision, newest_revision
from vayro.settings import Settings


def explain_unavailable(settings: Settings) -> str | None:
    """Return the reason, or None when the database answers and is up to date. Blocks for up to five seconds."""
    try:
        revision = find_revision(settings.resolved_database_url)
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).partition("\n")[0]
        return f"The database does not answer: {reason}"
    if revision != newest_revision():
        return "The database is not up to date: run `vayro migrate` first"
    return None
