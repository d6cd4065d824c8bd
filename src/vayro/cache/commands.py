"""How commands reach Redis: one port, for a single server and for a cluster."""

from collections.abc import Awaitable, Sequence
from typing import Any, Protocol

from vayro.errors import VayroError

Argument = bytes | int | str


class RedisAway(VayroError):
    """Redis does not answer, or not in time. Caught inside the cache; whoever asked goes on without it."""


class CommandRefused(VayroError):
    """Redis answered with an error; `detail` is its text."""


class RedisCommands(Protocol):
    """Sends one command. Raises RedisAway, or CommandRefused with what Redis said."""

    def execute(self, command: bytes, *arguments: Argument) -> Awaitable[Any]:
        """Return the reply: bytes, integer, list or None."""

    def execute_many(self, commands: Sequence[tuple[Argument, ...]]) -> Awaitable[list[Any]]:
        """Send them together and return their replies in order; what Redis refused is a CommandRefused in its place.

        Raises RedisAway when any of them found nobody: those before it may have been carried out.
        """

    async def close(self) -> None:
        """Close the connections."""
