"""An endless answer ends with the right to it."""

from collections.abc import AsyncGenerator

from vayro.api.vigil import watch


class Feed:
    """Pieces without end, and whether they were closed."""

    def __init__(self) -> None:
        self.is_closed = False

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        try:
            while True:
                yield b"piece"
        finally:
            self.is_closed = True


async def test_it_ends_once_it_is_not_allowed_any_more() -> None:
    feed, answers = Feed(), iter([True, True, False])

    async def is_allowed() -> bool:
        return next(answers)

    assert [piece async for piece in watch(feed.pieces(), is_allowed, 0.0)] == [b"piece"] * 2
    assert feed.is_closed


async def test_it_is_asked_now_and_then_only() -> None:
    feed, asked = Feed(), []

    async def is_allowed() -> bool:
        asked.append(1)
        return True

    watched = watch(feed.pieces(), is_allowed, 3_600)
    for _ in range(100):
        await anext(watched)
    await watched.aclose()
    assert (asked, feed.is_closed) == ([], True)
