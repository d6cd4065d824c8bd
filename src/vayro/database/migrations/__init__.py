"""Schema migrations (Alembic), run in process by `vayro migrate` and `vayro up`."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

FOLDER = Path(__file__).parent
# Two processes that migrate at once wait for each other (PostgreSQL advisory lock; any constant does).
MIGRATION_LOCK = 7_326_901


def sync_url(url: str) -> str:
    """Return the URL with the driver that Alembic's synchronous run uses."""
    return url.replace("postgresql://", "postgresql+psycopg://", 1)


def upgrade(url: str) -> None:
    """Bring the database to the newest revision.

    Safe to call from several processes at once
    (not from several threads: Alembic keeps its context in a global). Blocks.
    """
    engine = create_engine(sync_url(url), connect_args=_connect_args(url))
    try:
        with engine.connect() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text(f"SELECT pg_advisory_lock({MIGRATION_LOCK})"))
                connection.commit()
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
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


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    return config


def _connect_args(url: str) -> dict[str, object]:
    return {"timeout": 60} if url.startswith("sqlite") else {"connect_timeout": 5, "prepare_threshold": None}
