"""ADAPTER: how clicks reach the worker: the spool itself (embedded) or a Redis stream."""
