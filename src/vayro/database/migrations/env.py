"""Alembic's entry: runs on the connection that `upgrade` passes in."""

from alembic import context

from vayro.database.models import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=True,
    compare_type=True,
)
with context.begin_transaction():
    if connection.dialect.name == "sqlite" and not connection.connection.in_transaction:
        # The write lock first: a second migrating process waits here, then finds nothing to do.
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    context.run_migrations()
