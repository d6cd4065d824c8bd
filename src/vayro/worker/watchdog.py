"""Ends a worker whose event loop stands still: an event that keeps it busy for ever is then found like a deadly one."""

import asyncio
import faulthandler

from vayro.waiting import pause

STALL_SECONDS = 60.0
"""A whole batch takes half a second. Beyond this nothing is expected to come back; the supervisor starts another."""

REARMS_PER_STALL = 12


async def watch_loop(stopped: asyncio.Event, stall_seconds: float = STALL_SECONDS) -> None:
    """Until `stopped`: should the loop not turn for so long, write where every thread is to stderr, and exit(1).

    The thread that waits is faulthandler's own, in C: it needs neither the loop nor the interpreter's lock.
    """
    try:
        while not stopped.is_set():
            faulthandler.dump_traceback_later(stall_seconds, exit=True)
            await pause(stopped, stall_seconds / REARMS_PER_STALL)
    finally:
        faulthandler.cancel_dump_traceback_later()
