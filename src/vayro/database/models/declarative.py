"""What all models share."""

import datetime as dt
from typing import Annotated, cast
from uuid import UUID

from sqlalchemy import BigInteger, Integer, MetaData, Table
from sqlalchemy.orm import DeclarativeBase, mapped_column

from vayro.database.dialect import UtcDateTime, UuidText

# Named constraints, so that a migration can find them on both databases.
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

# SQLite numbers a row by itself only when the column is INTEGER.
BigIdentity = BigInteger().with_variant(Integer(), "sqlite")

Instant = Annotated[dt.datetime, mapped_column(UtcDateTime)]
Key = Annotated[UUID, mapped_column(UuidText, primary_key=True)]
Reference = Annotated[UUID, mapped_column(UuidText)]


class Model(DeclarativeBase):
    """Root of the declarative models."""

    metadata = MetaData(naming_convention=NAMING)


def table_of(model: type[Model]) -> Table:
    """Return the Core table of a model."""
    return cast("Table", model.__table__)
