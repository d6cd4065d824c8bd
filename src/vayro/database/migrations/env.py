"""Alembic's entry: runs on the connection that `upgrade` passes in."""

from alembic import context
from sqlalchemy import text

from vayro.database.models import metadata

# Any constant does.
MIGRATION_LOCK = 7_326_901

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=True,
    compare_type=True,
)
with context.begin_transaction():
    if connection.dialect.name == "postgresql":
        # Two processes that migrate at once wait for each other. The lock is the transaction's: behind PgBouncer in
        # transaction mode a session's lock would stay with a server connection that anybody may be given next.
        connection.execute(text(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"))
    if connection.dialect.name == "sqlite" and not connection.connection.in_transaction:
        # The write lock first: a second migrating process waits here, then finds nothing to do.
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    context.run_migrations()
