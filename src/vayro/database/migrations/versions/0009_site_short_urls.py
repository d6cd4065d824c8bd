"""The short link of a site is an attribute of the site."""

import sqlalchemy as sa
from alembic import op

from vayro.database.dialect import UuidText

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("sites") as table:
        table.add_column(sa.Column("link_id", UuidText(), nullable=True))
        table.add_column(sa.Column("short_url", sa.String(length=2048), nullable=True))
        table.create_unique_constraint("uq_sites_link_id", ["link_id"])
        table.create_index("ix_sites_short_url", ["short_url"])


def downgrade() -> None:
    """Undo."""
    with op.batch_alter_table("sites") as table:
        table.drop_index("ix_sites_short_url")
        table.drop_constraint("uq_sites_link_id", type_="unique")
        table.drop_column("short_url")
        table.drop_column("link_id")
