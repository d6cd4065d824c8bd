"""ADAPTER: the link cache between the engine's memory and the database: none (embedded) or Redis."""
