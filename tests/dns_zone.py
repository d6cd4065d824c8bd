"""A DNS server for tests: knows the records that it is given, and can be made to hang or to fail."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset


class DnsZone(asyncio.DatagramProtocol):
    """Answers over UDP on a port of its own. `records`: (name, type) -> texts; `state`: answers, hangs, fails."""

    def __init__(self) -> None:
        self.records: dict[tuple[str, str], list[str]] = {}
        self.state = "answers"
        self.asked: list[tuple[str, str]] = []
        self.address = ""
        self._transport: Any = None

    def set_txt(self, name: str, *texts: str) -> None:
        self.records[name, "TXT"] = [f'"{text}"' for text in texts]

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        query = dns.message.from_wire(data)
        [question] = query.question
        name, kind = question.name.to_text(omit_final_dot=True).lower(), dns.rdatatype.to_text(question.rdtype)
        self.asked.append((name, kind))
        if self.state == "hangs":
            return
        answer = dns.message.make_response(query)
        if self.state == "fails":
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif found := self.records.get((name, kind)):
            answer.answer.append(dns.rrset.from_text_list(question.name, 1, "IN", kind, found))
        elif not any(known == name for known, _ in self.records):
            answer.set_rcode(dns.rcode.NXDOMAIN)
        self._transport.sendto(answer.to_wire(), addr)


@contextlib.asynccontextmanager
async def dns_zone(port: int = 0) -> AsyncIterator[DnsZone]:
    """A server in this loop."""
    loop = asyncio.get_running_loop()
    transport, zone = await loop.create_datagram_endpoint(DnsZone, local_addr=("127.0.0.1", port))
    zone.address = "{}:{}".format(*transport.get_extra_info("sockname"))
    yield zone
    transport.close()
