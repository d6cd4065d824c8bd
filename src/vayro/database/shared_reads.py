"""One read for all who ask the same at the same time."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Answer = TypeVar("Answer")


class SharedReads(Generic[Key, Answer]):
    """Has at most one read of a key under way and one that waits for its turn, however many ask.

    Whoever asks is answered by a read that began after the question, never by one that was under way already: what was
    committed before the question is in the answer, as if it had been asked alone.
    """

    def __init__(self) -> None:
        self._running: dict[Key, asyncio.Task[Answer]] = {}
        self._waiting: dict[Key, asyncio.Task[Answer]] = {}

    async def ask(self, key: Key, read: Callable[[], Awaitable[Answer]]) -> Answer:
        """Return what `read` returns, or raise what it raises; asked with the same key it must answer the same."""
        task = self._waiting.get(key)
        if task is None:
            task = self._waiting[key] = asyncio.create_task(self._answer(key, read, self._running.get(key)))
            task.add_done_callback(_look_at)
        # Whoever gives up, gives up for themselves alone.
        return await asyncio.shield(task)

    async def _answer(
        self, key: Key, read: Callable[[], Awaitable[Answer]], before: asyncio.Task[Answer] | None
    ) -> Answer:
        if before:
            await asyncio.wait([before])
        self._running[key] = self._waiting.pop(key)
        try:
            return await read()
        finally:
            del self._running[key]


def _look_at(task: asyncio.Task[Answer]) -> None:
    """Keep asyncio from reporting an error that nobody waited for any more."""
    if not task.cancelled():
        task.exception()
