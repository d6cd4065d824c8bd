"""The jobs process: what must be done to its end, whatever is killed on the way."""
