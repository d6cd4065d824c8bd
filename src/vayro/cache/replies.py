"""The replies to many commands that were sent together."""

from typing import TYPE_CHECKING, Any

from vayro.cache.commands import CommandRefused

if TYPE_CHECKING:
    import asyncio


class ReplyList:
    """Stands in the place of each command's future, and completes one future when the last reply has come."""

    def __init__(self, future: "asyncio.Future[list[Any]]", count: int) -> None:
        """Args: future, completed with the replies in order; count, how many will come."""
        self.future = future
        self._count = count
        self._replies: list[Any] = []
        if not count:
            future.set_result(self._replies)

    def done(self) -> bool:
        """Whether nobody waits any more: all is there, one failed for good, or the caller was cancelled."""
        return self.future.done()

    def set_result(self, reply: Any) -> None:
        """Take the next reply."""
        self._replies.append(reply)
        if len(self._replies) == self._count:
            self.future.set_result(self._replies)

    def set_exception(self, error: Exception) -> None:
        """Take a refusal as the next reply; any other error fails the whole."""
        if isinstance(error, CommandRefused):
            self.set_result(error)
        else:
            self.future.set_exception(error)

    def exception(self) -> BaseException | None:
        """Return the error, which counts as read from then on."""
        return self.future.exception()
