"""What an egress client may meet: hosts that count who connects, and a name server that changes its mind."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import dns.flags
import dns.message
import dns.rdatatype
import dns.rrset

Answer = bytes | Callable[[str], bytes]


@dataclass
class Host:
    """A listener on one address. `answers` by path, else `otherwise`."""

    address: str
    port: int = 0
    connections: int = 0
    requests: list[str] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)
    answers: dict[str, bytes] = field(default_factory=dict)
    otherwise: bytes = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            self.heads.append(head)
            path = head.split(" ")[1]
            self.requests.append(path)
            writer.write(self.answers.get(path, self.otherwise))
            await writer.drain()
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


@contextlib.asynccontextmanager
async def hosts(*addresses: str, tls: ssl.SSLContext | None = None) -> AsyncIterator[list[Host]]:
    """Listeners on these addresses of this machine, all on one port."""
    port = 0
    opened: list[Host] = []
    async with contextlib.AsyncExitStack() as stack:
        for address in addresses:
            host = Host(address)
            server = await asyncio.start_server(host.serve, address, port, ssl=tls)
            stack.push_async_callback(server.wait_closed)
            stack.callback(server.close)
            port = host.port = server.sockets[0].getsockname()[1]
            opened.append(host)
        yield opened


class NameServer(asyncio.DatagramProtocol):
    """Answers each question about a name with the next of its answers; the last one stays."""

    def __init__(self, names: dict[str, list[list[str]]]) -> None:
        self.names = names
        self.asked: list[tuple[str, str]] = []
        self.port = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self.port = transport.get_extra_info("sockname")[1]

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        query = dns.message.from_wire(data)
        [question] = query.question
        name, kind = question.name.to_text().rstrip("."), dns.rdatatype.to_text(question.rdtype)
        self.asked.append((name, kind))
        response = dns.message.make_response(query)
        response.flags |= dns.flags.RA
        times = self.asked.count((name, kind)) - 1
        turns = self.names.get(name, [])
        addresses = turns[min(times, len(turns) - 1)] if turns else []
        wanted = [address for address in addresses if (":" in address) == (kind == "AAAA")]
        if wanted:
            response.answer.append(dns.rrset.from_text(question.name, 0, "IN", kind, *wanted))
        self._transport.sendto(response.to_wire(), addr)  # type: ignore[attr-defined]


@contextlib.asynccontextmanager
async def name_server(names: dict[str, list[list[str]]]) -> AsyncIterator[NameServer]:
    """A name server on this machine. Of each name: what it answers the first time, the second time, …"""
    loop = asyncio.get_running_loop()
    transport, server = await loop.create_datagram_endpoint(lambda: NameServer(names), ("127.0.0.1", 0))
    try:
        yield server
    finally:
        transport.close()
        await asyncio.sleep(0)
