"""ADAPTER: the engine's durable local click log."""
