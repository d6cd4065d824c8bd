"""Recording a click before its answer is sent."""

import structlog

from vayro.clicks.event import NO_FLAGS, ClickEncoder
from vayro.redirect.counters import EngineCounters
from vayro.spool.writer import SpoolWriter

_log = structlog.get_logger(__name__)


class ClickRecorder:
    """Encodes clicks into the spool. A spool that takes no more never stops a redirect: the drop is counted."""

    def __init__(self, writer: SpoolWriter, counters: EngineCounters, *, is_durable: bool) -> None:
        """Args: is_durable, whether a redirect waits until its click survives a power cut."""
        self.encoder = ClickEncoder()
        self.writer = writer
        self.is_durable = is_durable
        self._counters = counters

    def record(self, link: bytes, ip: bytes, user_agent: bytes, referer: bytes, flags: bytes = NO_FLAGS) -> bool:
        """Record a click; False when it was dropped."""
        if self.writer.append(self.encoder.encode(link, ip, user_agent, referer, flags)):
            self._counters.accepted += 1
            return True
        self._counters.dropped["spool_full"] += 1
        return False

    async def wait_until_durable(self) -> None:
        """With `VAYRO_SPOOL_SYNC=always`: wait until what was recorded is on the disk. One fdatasync serves many."""
        if self.is_durable and not await self.writer.synced():
            self._counters.dropped["sync_failed"] += 1
