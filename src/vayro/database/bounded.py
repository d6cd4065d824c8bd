"""Connections to PostgreSQL that never wait for ever, and that notice when they have died in the pool.

A server that is dead says so. One that hangs (stopped, cut off, or behind a PgBouncer that holds its clients back) says
nothing, and TCP believes in it for as long as its kernel answers. So the client counts the seconds itself.
"""

import asyncio
import contextlib
import select
from typing import Any, TypeVar

import psycopg
from psycopg import pq, waiting
from psycopg.abc import PQGen
from psycopg.errors import QueryCanceled, _WaitTimeout
from psycopg.rows import TupleRow

Answer = TypeVar("Answer")

CONNECT_SECONDS = 3
# How long a waiting task waits for its statement to be cancelled.
CANCEL_SECONDS = 1.0
# PgBouncer 1.18 ends with "bad client state: 0" when somebody hangs up on a request to cancel that it has passed on to
# a server that hangs (its issue 801). So nobody hangs up: requests stay open until the server answers, a few at most.
CANCELS_AT_ONCE = 5
_INTERVAL = 0.1
_cancelling: set[asyncio.Task[None]] = set()

NETWORK: dict[str, Any] = {
    # A host that vanished without a word: noticed after 15 s of silence, or 10 s after bytes it did not take.
    "keepalives": 1,
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}


class BoundedConnection(psycopg.AsyncConnection[TupleRow]):
    """psycopg's connection with a limit on each wait for the server.

    When it is over, the statement is cancelled and the connection is closed: what became of the statement is unknown.
    psycopg itself waits without end, and ten seconds more when the waiting task is cancelled.
    """

    answer_seconds: float | None = None
    """The limit; None for no limit. It holds for each statement, not for a transaction."""

    async def wait(self, gen: PQGen[Answer], interval: float = _INTERVAL, timeout: float | None = None) -> Answer:  # noqa: ASYNC109  # psycopg's signature
        """Return what the generator returns. Raises OperationalError when the server does not answer in time."""
        limit = self.answer_seconds if timeout is None else timeout
        try:
            return await waiting.wait_async(gen, self.pgconn.socket, interval=interval, timeout=limit)
        except _WaitTimeout:
            if timeout is not None:
                raise
            await self._give_up(gen)
            self.pgconn.finish()
            raise psycopg.OperationalError(f"no answer within {limit} s") from None
        except asyncio.CancelledError:
            if not await self._give_up(gen):
                self.pgconn.finish()
            raise

    async def _give_up(self, gen: PQGen[Any]) -> bool:
        """Ask the server to cancel the statement; return whether it did, so that the connection can be used on."""
        if self.pgconn.status != pq.ConnStatus.OK or self.pgconn.transaction_status != pq.TransactionStatus.ACTIVE:
            return True
        if len(_cancelling) >= CANCELS_AT_ONCE:
            return False
        cancelling = asyncio.get_running_loop().create_task(self._cancel())
        _cancelling.add(cancelling)
        cancelling.add_done_callback(_cancelling.discard)
        with contextlib.suppress(psycopg.Error, TimeoutError, OSError):
            async with asyncio.timeout(CANCEL_SECONDS):
                await asyncio.shield(cancelling)
                with contextlib.suppress(QueryCanceled):
                    await waiting.wait_async(gen, self.pgconn.socket, interval=_INTERVAL)
                return True
        return False

    async def _cancel(self) -> None:
        with contextlib.suppress(psycopg.Error, OSError):
            await self.cancel_safe(timeout=0)  # without end: see CANCELS_AT_ONCE


async def connect(conninfo: str = "", *, answer_seconds: float | None = None, **options: Any) -> BoundedConnection:
    """Open a connection: within 3 s or not at all. Raises psycopg.OperationalError."""
    connection = await BoundedConnection.connect(
        conninfo,
        # Debian's PgBouncer (1.18) has no prepared statements in transaction mode.
        prepare_threshold=None,
        connect_timeout=CONNECT_SECONDS,
        application_name="vayro",
        **NETWORK,
        **options,
    )
    connection.answer_seconds = answer_seconds
    return connection


def is_stale(connection: "psycopg.AsyncConnection[Any]") -> bool:
    """Whether an idle connection has been closed by the server, or has something to say, which is never good news.

    Asks the kernel, not the server: 12 us of CPU, where `pool_pre_ping` takes 80 and a round trip.
    """
    if connection.closed:
        return True
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return bool(poll.poll(0))
