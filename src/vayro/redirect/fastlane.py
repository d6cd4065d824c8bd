"""The fast lane: plain requests for links in memory are answered where their bytes arrive.

    data_received ─┬─ plain, idle, in memory, fresh ──> click into the spool, prepared bytes into the socket
                   ├─ plain, idle, not in memory ─────> a task looks the link up, then the same
                   └─ anything else ──────────────────> uvicorn, httptools, the FastAPI app

No ASGI scope, no header parsing beyond one expression. What the lane sends is, byte for byte, what the app would have
sent; tests compare the two over generated requests.
"""

import asyncio
from collections.abc import Callable
from time import monotonic
from typing import Any

from uvicorn.config import Config
from uvicorn.server import ServerState

from vayro.cache.snapshot import DEFAULT_DOMAIN
from vayro.clicks.event import NO_FLAGS, encode_ip
from vayro.errors import Unavailable
from vayro.redirect.connection import MAX_HEAD_BYTES, EngineConnection
from vayro.redirect.counters import SAMPLE_EVERY
from vayro.redirect.lane import HEAD_FLAGS, FastLane, PlainRequest
from vayro.redirect.memory import MemoryEntry, memory_key
from vayro.redirect.plain_head import match_head, match_head_with_origin

try:
    from vayro.redirect._fastlane import Receiver
except ImportError:  # there was no C compiler at installation: all is done here, at twice the cost
    Receiver = None  # type: ignore[assignment,misc]

_NOT_SAMPLED = SAMPLE_EVERY - 1


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
        self._ip = encode_ip(addresses.read_peer(self._peer))
        self._is_trusted = addresses.is_trusted(self._peer)
        # A closure: a method's lookups would cost 0.3 us more.
        receiver = self._make_receiver()
        if Receiver is not None and not self._is_trusted:
            receiver = Receiver(self, self._lane, transport.write, self._ip, NO_FLAGS, HEAD_FLAGS, receiver).receive
        self.data_received = receiver  # type: ignore[method-assign,assignment]
        transport.set_protocol(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Let go of the receiver, which refers to this connection."""
        super().connection_lost(exc)
        del self.data_received

    def shutdown(self) -> None:
        """Close when what is under way is answered."""
        if not self._is_deferred:
            super().shutdown()

    def _make_receiver(self) -> Callable[[bytes], None]:  # noqa: C901  # each function more costs 0.1 us
        lane, ip, write, receive_slowly = self._lane, self._ip, self.transport.write, super().data_received
        append, encode, answers = lane.append, lane.encode, lane.answers

        def receive(data: bytes) -> None:  # noqa: C901  # as above
            """Answer what is plain; leave the rest, from its first byte on, to the application."""
            size = len(data)
            if not self.is_idle or size > MAX_HEAD_BYTES:
                receive_slowly(data)
                return
            if not lane.is_plain or self._is_trusted:
                if rest := self._answer_by_origin(data):
                    receive_slowly(rest)
                return
            end = 0
            self.active_at = now = monotonic()
            while (head := match_head(data, end)) is not None:
                is_head, code, user_agent, referer = head.groups(b"")
                entry = lane.links.get(code)
                if entry is None or (now >= entry.refresh_at and not self._may_answer(entry, now)):
                    piece = data[end : head.end()]
                    asked = PlainRequest(DEFAULT_DOMAIN, code, is_head, ip, user_agent, referer, piece, now)
                    if self._defer(asked):
                        end = head.end()
                    break
                flags = HEAD_FLAGS if is_head else NO_FLAGS
                if not append(encode(entry.link_chunk, ip, user_agent, referer, flags)):
                    lane.drop()
                status = entry.status
                write(lane.heads[status] + entry.tail)
                answers[status] = count = answers[status] + 1
                if not count & _NOT_SAMPLED:
                    lane.sample(monotonic() - now)
                end = head.end()
                if end == size:
                    return
                if self.flow.write_paused:  # the client does not read: the application waits for it
                    break
            if end < size:
                receive_slowly(data[end:])

        return receive

    def _answer_by_origin(self, data: bytes) -> bytes:
        """As above, where Host decides the domain, or a proxy says who the visitor is; return what is left."""
        lane = self._lane
        self.active_at = now = monotonic()
        end = 0
        while (head := match_head_with_origin(data, end)) is not None:
            is_head, code, user_agent, referer, host, forwarded_for = head.groups(b"")
            try:
                domain = self.engine.domains.resolve(host)
            except Unavailable:
                break
            piece = data[end : head.end()]
            if lane.follows_traces and b"traceparent:" in piece.lower():
                break  # a trusted proxy's word on whether to trace: the application reads it
            ip = self._read_address(piece, forwarded_for)
            entry = lane.links.get(domain.encode() + b"/" + code if domain else code)
            asked = PlainRequest(domain, code, is_head, ip, user_agent, referer, piece, now)
            if entry is None or (now >= entry.refresh_at and not self._may_answer(entry, now)):
                end += len(piece) if self._defer(asked) else 0
                break
            self._answer(entry, asked)
            end = head.end()
            if self.flow.write_paused:
                break
        return data[end:]

    def _answer(self, entry: MemoryEntry, asked: PlainRequest) -> None:
        lane = self._lane
        if not lane.append(
            lane.encode(entry.link_chunk, asked.ip, asked.user_agent, asked.referer, lane.flags_of(asked))
        ):
            lane.drop()
        self.transport.write(lane.heads[entry.status] + entry.tail)
        lane.answers[entry.status] = count = lane.answers[entry.status] + 1
        if not count & _NOT_SAMPLED:
            lane.sample(monotonic() - asked.started)

    def _may_answer(self, entry: MemoryEntry, now: float) -> bool:
        """Whether an entry near its end may answer; starts its reading in the background."""
        if now >= entry.lane_until:
            return False
        self.engine.resolver.refresh(entry)
        return True

    # ── requests that wait ──

    def _defer(self, asked: PlainRequest) -> bool:
        """Look the link up and answer then; False when the application should decide, as memory shows already."""
        engine = self.engine
        held = engine.memory.find(memory_key(asked.domain, asked.code.decode()))
        if engine.is_draining or (held and not (engine.recorder.is_durable and asked.started < held.lane_until)):
            return False
        self.is_idle, self._is_deferred = False, True
        task = self.loop.create_task(self._answer_later(asked))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return True

    async def _answer_later(self, asked: PlainRequest) -> None:
        traces = self._lane.traces
        span = traces.begin("fast") if traces else None
        try:
            entry = await self.engine.resolver.resolve(asked.domain, asked.code.decode())
            if monotonic() >= entry.lane_until:  # no plain redirect: the application says what it is
                self._unread = asked.data + self._unread
                return
            lane = self._lane
            lane.record(entry, asked, span)
            await self.engine.recorder.wait_until_durable()
            if not self.transport.is_closing():
                self.transport.write(lane.heads[entry.status] + entry.tail)
            lane.counters.waited[entry.status] += 1
            lane.counters.observe(monotonic() - asked.started)
            if traces and span:
                traces.finish(span, entry.status)
        except Exception:  # noqa: BLE001  # the application meets it again, and answers it
            self._unread = asked.data + self._unread
        finally:
            if traces:
                traces.leave()
            self._is_deferred = False
            self.active_at = monotonic()
            self._go_on()

    def _go_on(self) -> None:
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        self._feed()
        if self.engine.is_draining and self.is_idle:
            self.transport.close()

    def _read_address(self, head: bytes, forwarded_for: bytes) -> bytes:
        if not self._is_trusted or not forwarded_for:
            return self._ip
        hops = forwarded_for
        if head.lower().count(b"\r\nx-forwarded-for:") > 1:
            lines = [line.partition(b":") for line in head.split(b"\r\n")]
            hops = b",".join(value for name, _, value in lines if name.lower() == b"x-forwarded-for")
        return encode_ip(self.engine.addresses.read(self._peer, hops.decode("latin-1")))
