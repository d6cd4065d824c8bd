"""The uvicorn server of one engine process: its clock, its sweep over connections, its end."""

import asyncio
import contextlib
import functools
import signal
import socket
from collections.abc import Iterator
from time import monotonic
from typing import cast

import uvicorn

from vayro.redirect.app import create_app
from vayro.redirect.connection import EngineConnection
from vayro.redirect.engine import Engine
from vayro.redirect.fastlane import FastLaneConnection
from vayro.redirect.lane import FastLane

# Of answers under way, once the socket is closed; with the spool's sealing the process ends within five seconds.
FINISH_SECONDS = 3


class EngineServer(uvicorn.Server):
    """Serves one engine until SIGTERM or SIGINT."""

    def __init__(self, engine: Engine) -> None:
        """Args: engine, which the application starts and closes."""
        self.engine = engine
        self.lane = FastLane(engine) if engine.settings.fast_lane else None
        super().__init__(_configure(engine, self.lane))
        self._draining: asyncio.TimerHandle | None = None

    async def on_tick(self, counter: int) -> bool:
        """Every tenth of a second; every second look after dates and limits."""
        should_exit = await super().on_tick(counter)
        if counter % 10 == 0:
            if self.lane:
                self.lane.renew(self.server_state.default_headers)
            now = monotonic()
            for connection in list(self.server_state.connections):
                cast("EngineConnection", connection).check_limits(now)
        return should_exit

    def drain(self, seconds: float | None = None) -> None:
        """Fail readiness now, close the socket in `seconds` (VAYRO_DRAIN_SECONDS). A second call closes it at once."""
        seconds = self.engine.settings.drain_seconds if seconds is None else seconds
        if self._draining or not seconds:
            self.should_exit = True
        self.engine.is_draining = True
        if self.lane:
            self.lane.renew(self.server_state.default_headers)
        self._draining = asyncio.get_running_loop().call_later(seconds, setattr, self, "should_exit", True)  # noqa: FBT003

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Drain on SIGTERM and SIGINT. Unlike uvicorn's own, ends with status 0 rather than by the signal."""
        loop = asyncio.get_running_loop()
        numbers = (signal.SIGTERM, signal.SIGINT)
        with contextlib.suppress(RuntimeError, ValueError):  # not in the main thread: a test stops it by `drain`
            for number in numbers:
                loop.add_signal_handler(number, self.drain)
        yield
        with contextlib.suppress(RuntimeError, ValueError):
            for number in numbers:
                loop.remove_signal_handler(number)


async def serve_engine(engine: Engine, sockets: list[socket.socket]) -> None:
    """Serve on these listening sockets until told to stop."""
    await EngineServer(engine).serve(sockets)


def _configure(engine: Engine, lane: FastLane | None) -> uvicorn.Config:
    protocol = (
        functools.partial(FastLaneConnection, lane=lane) if lane else functools.partial(EngineConnection, engine=engine)
    )
    return uvicorn.Config(
        create_app(engine),
        http=cast("type[asyncio.Protocol]", protocol),
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        backlog=4096,
        timeout_graceful_shutdown=FINISH_SECONDS,
    )
