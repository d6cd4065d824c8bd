"""Waiting that ends early when the process does."""

import asyncio
from contextlib import suppress


async def pause(stopped: asyncio.Event, seconds: float) -> bool:
    """Wait so long, or until `stopped`; return whether it is."""
    with suppress(TimeoutError):
        await asyncio.wait_for(stopped.wait(), seconds)
    return stopped.is_set()
