"""One engine process, as the supervisor runs it."""

import asyncio
import gc
import logging
import socket

import uvloop

from vayro.redirect.engine import build_engine
from vayro.redirect.server import serve_engine
from vayro.settings import Settings


def run_engine(settings: Settings, sockets: list[socket.socket]) -> None:
    """Serve redirects on these listening sockets until SIGTERM or SIGINT. Blocks."""
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(settings, sockets))


async def _serve(settings: Settings, sockets: list[socket.socket]) -> None:
    engine = build_engine(settings)
    # What is loaded now lives for ever: walking it took 20 ms a collection, in which no redirect is answered.
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    await serve_engine(engine, sockets)
