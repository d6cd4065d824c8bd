"""What a database's tables accept, and what a change of them would take away from the processes that still run."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import create_engine, inspect

from vayro.database.migrations import sync_url


@dataclass(frozen=True)
class Table:
    """Columns by name (type, nullable, has a default), and the sets of columns that must be unique."""

    columns: dict[str, tuple[str, bool, bool]]
    unique: frozenset[tuple[str, ...]]


def read_schema(url: str) -> dict[str, Table]:
    """All tables but partitions and Alembic's own."""
    engine = create_engine(sync_url(url))
    try:
        inspector = inspect(engine)
        names = [name for name in inspector.get_table_names() if not name.startswith(("click_events_", "alembic"))]
        return {name: _read_table(inspector, name) for name in names}
    finally:
        engine.dispose()


def what_old_processes_would_miss(before: dict[str, Table], after: dict[str, Table]) -> list[str]:
    """One line for each thing of `after` that a process written for `before` fails on. No line: they may run on it."""
    missing = [f"{name} is gone" for name in before if name not in after]
    for name in before.keys() & after.keys():
        missing += _compare(name, before[name], after[name])
    return missing


def _compare(name: str, before: Table, after: Table) -> list[str]:
    missing = []
    for column, (kind, nullable, _) in before.columns.items():
        if column not in after.columns:
            missing.append(f"{name}.{column} is gone")
            continue
        new_kind, new_nullable, new_default = after.columns[column]
        if new_kind != kind:
            missing.append(f"{name}.{column} was {kind} and is {new_kind}")
        if nullable and not new_nullable and not new_default:
            missing.append(f"{name}.{column} may no longer be null")
    for column in after.columns.keys() - before.columns.keys():
        _, nullable, default = after.columns[column]
        if not nullable and not default:
            missing.append(f"{name}.{column} must be given, and they do not know it")
    new_unique = [columns for columns in after.unique - before.unique if before.columns.keys() >= set(columns)]
    return missing + [f"{name}{columns} must be unique now" for columns in new_unique]


def _read_table(inspector: Any, name: str) -> Table:
    columns = {
        column["name"]: (str(column["type"]), bool(column["nullable"]), _has_default(column))
        for column in inspector.get_columns(name)
    }
    unique = [tuple(found["column_names"]) for found in inspector.get_unique_constraints(name)]
    unique += [tuple(index["column_names"]) for index in inspector.get_indexes(name) if index["unique"]]
    return Table(columns, frozenset(unique))


def _has_default(column: dict[str, Any]) -> bool:
    # SQLite numbers an INTEGER primary key by itself.
    return column["default"] is not None or column.get("primary_key", 0) == 1
