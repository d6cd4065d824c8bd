"""One read for all who ask the same at the same time."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Answer = TypeVar("Answer")


class SharedReads(Generic[Key, Answer]):
    """Has at most one read of a key under way, and answers all who asked meanwhile by the next one.

    Whoever asks is answered by a read that began after the question, never by one that was under way already: what was
    committed before the question is in the answer, as if it had been asked alone.
    """

    def __init__(self, read: Callable[[Key], Awaitable[Answer]]) -> None:
        """Args: read, asked with a key; what it raises is raised to all who asked."""
        self._read = read
        self._asking: dict[Key, list[asyncio.Future[Answer]]] = {}
        self._readers: dict[Key, asyncio.Task[None]] = {}

    async def ask(self, key: Key) -> Answer:
        """Return what is read of the key from now on."""
        # A future for each: awaiting one together, whoever gives up would end it for all.
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._asking.setdefault(key, []).append(answer)
        if key not in self._readers:
            self._readers[key] = asyncio.create_task(self._answer_all(key))
        return await answer

    async def _answer_all(self, key: Key) -> None:
        asked: list[asyncio.Future[Answer]] = []
        try:
            while asked := self._asking.pop(key, []):
                await self._answer(key, asked)
        finally:  # with somebody left only when the process ends
            del self._readers[key]
            for future in asked + self._asking.pop(key, []):
                future.cancel()

    async def _answer(self, key: Key, asked: list[asyncio.Future[Answer]]) -> None:
        try:
            answer = await self._read(key)
        except Exception as error:  # noqa: BLE001  # theirs to judge
            for future in asked:
                if not future.done():
                    future.set_exception(error)
            return
        for future in asked:
            if not future.done():
                future.set_result(answer)
