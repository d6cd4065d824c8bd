"""The process behind `FaultProxy`: TCP links between parts of the stage, each with the fault that it is told to have.

Run by path, so that it needs nothing but the standard library. Commands come as JSON lines on stdin, answers go to
stdout in the same order. It ends when stdin does: no relay outlives its stage.
"""

import asyncio
import contextlib
import json
import random
import signal
import socket
import struct
import sys
from collections import deque
from dataclasses import dataclass
from typing import Any

_RESET_AT_CLOSE = struct.pack("ii", 1, 0)
CONNECT_SECONDS = 5


@dataclass
class Fault:
    """What a link does to those who talk over it. The default is nothing."""

    latency_seconds: float = 0.0
    jitter_seconds: float = 0.0
    is_black_hole: bool = False
    is_resetting: bool = False
    replies_to_drop: int = 0
    drop_reply_to: bytes = b""


class End(asyncio.Protocol):
    """One of the two connections of a pair."""

    def __init__(self, pair: "Pair") -> None:
        self.pair = pair
        self.transport: Any = None
        self.other: End
        self.is_lost = False
        self._waiting: deque[tuple[float, bytes]] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._is_full = False
        self._is_ending = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.update()
        if self is self.pair.client:
            self.pair.link.join(self.pair)

    def data_received(self, data: bytes) -> None:
        self.pair.arrived(self, data)

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_lost = True
        self.pair.ended(self, was_reset=exc is not None)

    def pause_writing(self) -> None:
        self._is_full = True
        self.other.update()

    def resume_writing(self) -> None:
        self._is_full = False
        self.other.update()

    def update(self) -> None:
        """Read from this side, unless nothing may pass: then the sender's own buffers fill, as on a dead network."""
        if self.transport is None or self.transport.is_closing():
            return
        if self.pair.link.fault.is_black_hole or self.other.transport is None or self.other._is_full:
            self.transport.pause_reading()
        else:
            self.transport.resume_reading()

    def send(self, data: bytes, delay: float) -> None:
        """Write, after a delay; what was sent first arrives first."""
        if not delay and not self._waiting:
            self.transport.write(data)
            return
        due = asyncio.get_running_loop().time() + delay
        if self._waiting:
            due = max(due, self._waiting[-1][0])
        self._waiting.append((due, data))
        self._plan()

    def end(self) -> None:
        """Close, after what is on its way."""
        self._is_ending = True
        if not self._waiting and self.transport is not None:
            self.transport.close()

    def reset(self) -> None:
        """Close as a crashed machine's successor would: with RST."""
        self._waiting.clear()
        if self.transport is not None and not self.is_lost:
            with contextlib.suppress(OSError):
                self.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_AT_CLOSE)
            self.transport.abort()

    def _plan(self) -> None:
        if self._timer is None and self._waiting:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_at(self._waiting[0][0], self._deliver)

    def _deliver(self) -> None:
        self._timer = None
        now = asyncio.get_running_loop().time()
        while self._waiting and self._waiting[0][0] <= now + 0.0005:
            self.transport.write(self._waiting.popleft()[1])
        self._plan()
        if self._is_ending and not self._waiting:
            self.transport.close()


class Pair:
    """A client's connection and the one made to the server for it."""

    def __init__(self, link: "Link") -> None:
        self.link = link
        self.client, self.server = End(self), End(self)
        self.client.other, self.server.other = self.server, self.client
        self.is_severed = False
        self._is_reply_doomed = False

    async def join(self) -> None:
        """Connect to the server; a client whose server is away is reset."""
        self.link.pairs.add(self)
        if self.link.fault.is_resetting:
            self.client.reset()
            return
        while self.link.fault.is_black_hole:
            await asyncio.sleep(0.02)
        await asyncio.sleep(self.link.delay())
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                loop = asyncio.get_running_loop()
                await loop.create_connection(lambda: self.server, "127.0.0.1", self.link.target_port)
        except (OSError, TimeoutError):
            self.client.reset()
            return
        if self.client.is_lost or self.is_severed:
            self.server.reset()
        self.client.update()

    def arrived(self, end: End, data: bytes) -> None:
        fault = self.link.fault
        if self.is_severed:
            return
        if end is self.client:
            self.link.bytes_sent += len(data)
            if fault.replies_to_drop and fault.drop_reply_to in data:
                self._is_reply_doomed = True
            self.server.send(data, self.link.delay())
            return
        self.link.bytes_received += len(data)
        if self._is_reply_doomed and fault.replies_to_drop:
            fault.replies_to_drop -= 1
            self.link.replies_dropped += 1
            self.reset()
            return
        self.client.send(data, 0.0)

    def ended(self, end: End, *, was_reset: bool) -> None:
        if self.client.is_lost and (self.server.is_lost or self.server.transport is None):
            self.link.pairs.discard(self)
        if self.is_severed:
            return
        if was_reset:
            end.other.reset()
        else:
            end.other.end()

    def reset(self) -> None:
        self.is_severed = True
        self.client.reset()
        self.server.reset()

    def halve(self, kept: str) -> None:
        """Close one side; the other is never told, and whatever it sends is lost."""
        self.is_severed = True
        (self.server if kept == "client" else self.client).end()


class Link:
    """A listening port whose connections end at one server."""

    def __init__(self, target_port: int) -> None:
        self.target_port = target_port
        self.fault = Fault()
        self.pairs: set[Pair] = set()
        self.bytes_sent = self.bytes_received = self.replies_dropped = self.connections = 0
        self.listener: asyncio.Server | None = None
        self._joining: set[asyncio.Task[None]] = set()
        self._chance = random.Random(1)

    async def listen(self, port: int) -> int:
        loop = asyncio.get_running_loop()
        self.listener = await loop.create_server(self._accept, "127.0.0.1", port, backlog=1024)
        return int(self.listener.sockets[0].getsockname()[1])

    def _accept(self) -> End:
        self.connections += 1
        return Pair(self).client

    def join(self, pair: Pair) -> None:
        task = asyncio.get_running_loop().create_task(pair.join())
        self._joining.add(task)
        task.add_done_callback(self._joining.discard)

    def delay(self) -> float:
        fault = self.fault
        return fault.latency_seconds + fault.jitter_seconds * self._chance.random()

    def apply(self, fault: Fault) -> None:
        self.fault = fault
        for pair in list(self.pairs):
            if fault.is_resetting:
                pair.reset()
            elif not pair.is_severed:
                pair.client.update()
                pair.server.update()

    def status(self) -> dict[str, int]:
        return {
            "connections": self.connections,
            "open": len(self.pairs),
            "bytes_sent": self.bytes_sent,
            "bytes_received": self.bytes_received,
            "replies_dropped": self.replies_dropped,
            "replies_to_drop": self.fault.replies_to_drop,
        }


class Relay:
    """Carries out commands."""

    def __init__(self) -> None:
        self.links: dict[str, Link] = {}

    async def do(self, command: dict[str, Any]) -> Any:
        action = getattr(self, f"do_{command.pop('do')}")
        return await action(**command)

    async def do_add(self, name: str, target_port: int, port: int) -> int:
        self.links[name] = Link(target_port)
        return await self.links[name].listen(port)

    async def do_fault(self, names: list[str], drop_reply_to: str = "", **fault: Any) -> None:
        for name in names:
            self.links[name].apply(Fault(drop_reply_to=drop_reply_to.encode(), **fault))

    async def do_reset(self, names: list[str]) -> int:
        return self._each_pair(names, Pair.reset)

    async def do_halve(self, names: list[str], kept: str) -> int:
        return self._each_pair(names, lambda pair: pair.halve(kept))

    async def do_retarget(self, names: list[str], target_port: int) -> None:
        for name in names:
            self.links[name].target_port = target_port

    async def do_status(self, names: list[str]) -> dict[str, dict[str, int]]:
        return {name: self.links[name].status() for name in names}

    def _each_pair(self, names: list[str], effect: Any) -> int:
        pairs = [pair for name in names for pair in self.links[name].pairs if not pair.is_severed]
        for pair in pairs:
            effect(pair)
        return len(pairs)


async def main() -> None:
    """Obey until stdin ends."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    relay = Relay()
    while line := await reader.readline():
        try:
            answer = {"ok": await relay.do(json.loads(line))}
        except Exception as error:  # noqa: BLE001 -- told to whoever asked
            answer = {"error": f"{type(error).__name__}: {error}"}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C is for the stage, which ends us by closing stdin
    asyncio.run(main())
