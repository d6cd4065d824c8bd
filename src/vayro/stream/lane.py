"""One stream that clicks are sent to, and what is known of the way there."""

import time

import structlog

from vayro.stream.names import STREAM
from vayro.stream.pipe import PipeBroken, PipeMoved, RedisPipe

FIRST_REST_SECONDS = 0.5
LONGEST_REST_SECONDS = 15.0
_log = structlog.get_logger(__name__)


class Lane:
    """A pipe, the stream at its end, and how many events went through. For one thread.

    `attempted` counts events handed to Redis before it answers, `completed` those that it has taken.
    """

    def __init__(self, pipe: RedisPipe, stream: str = STREAM) -> None:
        """Args: pipe, of this lane alone."""
        self.pipe = pipe
        self.stream = stream
        self.attempted = self.completed = 0
        self.rests_until = 0.0
        """A lane that broke is passed over until then (monotonic), while there are others."""
        self._rest = FIRST_REST_SECONDS
        self._is_away = False
        # An event is the field/value list of its XADD already; this and the segment's name go around it.
        self._xadd = b"*19\r\n$4\r\nXADD\r\n$%d\r\n%b\r\n$1\r\n*\r\n" % (len(stream), stream.encode())

    def send(self, payloads: list[bytes], tail: bytes) -> None:
        """Send these events. Raises PipeBroken: any of what is not confirmed may have been taken.

        Args: payloads, which are altered; tail, what ends each event.
        """
        count = len(payloads)
        head = self.pipe.prefix + self._xadd
        payloads[0] = head + payloads[0]
        payloads[-1] += tail
        self.attempted += count
        try:
            self.pipe.send((tail + head).join(payloads), count)
        except PipeBroken as error:
            self._fail(error)
            raise

    def confirm(self) -> PipeBroken | None:
        """Wait for the answers to what was sent; return what went wrong: then any of it may have been taken."""
        if self.completed == self.attempted:
            return None
        try:
            self.pipe.confirm()
        except PipeBroken as error:
            self._fail(error)
            return error
        self.completed = self.attempted
        self._rest = FIRST_REST_SECONDS
        if self._is_away:
            self._is_away = False
            _log.info("redis takes clicks again", stream=self.stream)
        return None

    def _fail(self, error: PipeBroken) -> None:
        self.attempted = self.completed
        if isinstance(error, PipeMoved):
            _log.info("the stream is on another node", stream=self.stream, answer=str(error))
            return
        self.rests_until = time.monotonic() + self._rest
        self._rest = min(LONGEST_REST_SECONDS, self._rest * 2)
        if not self._is_away:
            self._is_away = True
            _log.warning("redis does not take clicks: they wait in the spool", stream=self.stream, error=str(error))
