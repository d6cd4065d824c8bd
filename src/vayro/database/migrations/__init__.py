"""Schema migrations (Alembic), run in process by `vayro migrate` and `vayro up`."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

FOLDER = Path(__file__).parent


def sync_url(url: str) -> str:
    """Return the URL with the driver that Alembic's synchronous run uses."""
    return url.replace("postgresql://", "postgresql+psycopg://", 1)


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the database to the newest revision, or up to `revision`.

    A database that a newer version of Vayro has migrated is left as it is: its schema serves this version, too.
    Safe to call from several processes at once
    (not from several threads: Alembic keeps its context in a global). Blocks.
    """
    if is_newer(find_revision(url)):
        return
    engine = create_engine(sync_url(url), connect_args=_connect_args(url))
    try:
        with engine.connect() as connection:
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, revision)
            connection.commit()
    finally:
        engine.dispose()


def find_revision(url: str) -> str | None:
    """Return the revision the database is at; None for an empty one. Blocks."""
    engine = create_engine(sync_url(url), connect_args=_connect_args(url))
    try:
        with engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    finally:
        engine.dispose()


def newest_revision() -> str:
    """Return the revision that this version of Vayro works with."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def is_newer(revision: str | None) -> bool:
    """Return whether a database at this revision was migrated by a newer version of Vayro: revisions are numbered."""
    return revision is not None and revision > newest_revision()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    return config


def _connect_args(url: str) -> dict[str, object]:
    return {"timeout": 60} if url.startswith("sqlite") else {"connect_timeout": 5, "prepare_threshold": None}
