"""ADAPTER: tables, connections and migrations, on SQLite and PostgreSQL."""
