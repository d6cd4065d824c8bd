"""The fast lane: plain requests for links in memory are answered where their bytes arrive.

    data_received ── plain, idle, in memory, fresh? ──> click into the spool, prepared bytes into the socket
          └───────── anything else ──────────────────> uvicorn, httptools, the FastAPI app

No ASGI scope, no task, no header parsing beyond one expression. What the lane sends is, byte for byte, what the app
would have sent; tests compare the two over generated requests.
"""

import asyncio
from collections.abc import Callable
from time import monotonic
from typing import Any

from uvicorn.config import Config
from uvicorn.server import ServerState

from vayro.clicks.event import NO_FLAGS, encode_flags, encode_ip
from vayro.errors import Unavailable
from vayro.redirect.answer import REDIRECT_STATUSES, Headers, header_lines, status_line
from vayro.redirect.connection import MAX_HEAD_BYTES, EngineConnection
from vayro.redirect.counters import SAMPLE_EVERY
from vayro.redirect.engine import Engine
from vayro.redirect.memory import MemoryEntry
from vayro.redirect.plain_head import has_ordinary_bytes, match_head, match_head_with_origin

HEAD_FLAGS = encode_flags("head")
_NOT_SAMPLED = SAMPLE_EVERY - 1


class FastLane:
    """What all connections of the process share."""

    __slots__ = ("answers", "append", "counters", "encode", "engine", "find", "heads", "is_plain")

    def __init__(self, engine: Engine) -> None:
        """Args: engine, whose memory is answered from."""
        self.engine = engine
        self.find: Callable[[bytes], MemoryEntry | None] = engine.memory.links.get
        self.encode = engine.recorder.encoder.encode
        self.append = engine.recorder.writer.append
        self.counters = engine.counters
        self.answers = engine.counters.lane
        self.heads: dict[int, bytes] = {}
        self.is_plain = False
        """Whether Host need not be looked at."""

    def renew(self, default_headers: Headers) -> None:
        """Take over uvicorn's default headers (`Date`) and what has changed elsewhere. Called once a second."""
        lines = header_lines(default_headers)[:-2]
        self.heads = {status: status_line(status) + lines for status in REDIRECT_STATUSES}
        self.is_plain = self.engine.domains.is_trivial
        if self.engine.is_draining:
            self.find = _find_nothing

    def drop(self) -> None:
        """Count a click that the spool did not take. The lane's answers are counted as accepted, so take one back."""
        self.counters.dropped["spool_full"] += 1
        self.counters.accepted -= 1


class FastLaneConnection(EngineConnection):
    """A connection with the lane in front."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
        *,
        lane: FastLane,
    ) -> None:
        """Args: as uvicorn gives them; lane, the process's one."""
        super().__init__(config, server_state, app_state, _loop, engine=lane.engine)
        self._lane = lane
        self._peer = ""
        self._ip = b""
        self._is_trusted = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # uvicorn's own
        """Note who the peer is, and put the lane before the parser."""
        super().connection_made(transport)
        addresses = self.engine.addresses
        self._peer = self.client[0] if self.client else ""
        self._ip = encode_ip(addresses.read(self._peer, ""))
        self._is_trusted = addresses.is_trusted(self._peer)
        self._write = transport.write
        # A closure: a method's lookups would cost 0.3 us more.
        self.data_received = self._make_receiver()  # type: ignore[method-assign,assignment]
        transport.set_protocol(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Let go of the receiver, which refers to this connection."""
        super().connection_lost(exc)
        del self.data_received

    def _make_receiver(self) -> Callable[[bytes], None]:
        lane, ip, write, receive_slowly = self._lane, self._ip, self._write, super().data_received
        append, encode, answers = lane.append, lane.encode, lane.answers

        def receive(data: bytes) -> None:
            """Answer what is plain; leave the rest, from its first byte on, to the application."""
            size = len(data)
            if not self.is_idle or size > MAX_HEAD_BYTES or not has_ordinary_bytes(data):
                receive_slowly(data)
                return
            if not lane.is_plain or self._is_trusted:
                self._answer_by_origin(data)
                return
            end = 0
            self.active_at = now = monotonic()
            while (head := match_head(data, end)) is not None:
                is_head, code, user_agent, referer = head.groups(b"")
                entry = lane.find(code)
                if entry is None or (now >= entry.refresh_at and not self._may_answer(entry, now)):
                    break
                flags = HEAD_FLAGS if is_head else NO_FLAGS
                if not append(encode(entry.link_chunk, ip, user_agent, referer, flags)):
                    lane.drop()
                status = entry.status
                write(lane.heads[status] + entry.tail)
                answers[status] = count = answers[status] + 1
                if not count & _NOT_SAMPLED:
                    lane.counters.observe(monotonic() - now, SAMPLE_EVERY)
                end = head.end()
                if end == size:
                    return
                if self.flow.write_paused:  # the client does not read: the application waits for it
                    break
            receive_slowly(data[end:])

        return receive

    def _answer_by_origin(self, data: bytes) -> None:
        """As above, where Host decides the domain, or a proxy says who the visitor is."""
        lane = self._lane
        self.active_at = now = monotonic()
        end, size = 0, len(data)
        while end < size and self.is_idle:
            head = match_head_with_origin(data, end)
            if head is None:
                break
            is_head, code, user_agent, referer, host, forwarded_for = head.groups(b"")
            entry = self._find(host, code)
            if entry is None or (now >= entry.refresh_at and not self._may_answer(entry, now)):
                break
            ip = self._read_address(data[end : head.end()], forwarded_for)
            flags = HEAD_FLAGS if is_head else NO_FLAGS
            if not lane.append(lane.encode(entry.link_chunk, ip, user_agent, referer, flags)):
                lane.drop()
            self._write(lane.heads[entry.status] + entry.tail)
            lane.answers[entry.status] += 1
            end = head.end()
        if end < size:
            super().data_received(data[end:] if end else data)

    def _may_answer(self, entry: MemoryEntry, now: float) -> bool:
        """Whether an entry near its end may answer; starts its reading in the background."""
        if now >= entry.lane_until:
            return False
        self.engine.resolver.refresh(entry)
        return True

    def _find(self, host: bytes, code: bytes) -> MemoryEntry | None:
        try:
            domain = self.engine.domains.resolve(host)
        except Unavailable:
            return None
        return self._lane.find(domain.encode() + b"/" + code if domain else code)

    def _read_address(self, head: bytes, forwarded_for: bytes) -> bytes:
        if not self._is_trusted or not forwarded_for:
            return self._ip
        hops = forwarded_for
        if head.lower().count(b"\r\nx-forwarded-for:") > 1:
            lines = [line.partition(b":") for line in head.split(b"\r\n")]
            hops = b",".join(value for name, _, value in lines if name.lower() == b"x-forwarded-for")
        return encode_ip(self.engine.addresses.read(self._peer, hops.decode("latin-1")))


def _find_nothing(_key: bytes) -> None:
    """What a draining process finds: the application answers then, and closes the connection."""
