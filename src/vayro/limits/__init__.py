"""ADAPTER: how much of something anybody may do in a while. Counted in Redis, or in this process."""
