"""The egress client: where it connects, and where it does not."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from ipaddress import ip_network

import pytest

from tests.egress.listeners import Host, NameServer, hosts, name_server
from vayro.egress.client import EgressClient, EgressLimits
from vayro.egress.refusals import (
    ForbiddenAddress,
    ForbiddenUrl,
    NoAddress,
    NoAnswer,
    NotFetched,
    TooFar,
    TooMuch,
)
from vayro.egress.resolution import DnsResolver
from vayro.egress.special_addresses import AddressRule

OPEN, CLOSED = "127.0.0.2", "127.0.0.3"


@contextlib.asynccontextmanager
async def internet(names: dict[str, list[list[str]]], **limits: object) -> AsyncIterator[tuple["Internet", NameServer]]:
    """An Internet of one open host, one that must not be reached, and a name server."""
    async with hosts(OPEN, CLOSED) as (open_host, closed), name_server(names) as server:
        values = {"ports": (open_host.port,), "seconds": 30.0, **limits}
        client = EgressClient(
            AddressRule(allowed=[ip_network(f"{OPEN}/32")]),
            DnsResolver(["127.0.0.1"], server.port),
            EgressLimits(**values),  # type: ignore[arg-type]
        )
        yield Internet(client, open_host, closed), server


class Internet:
    def __init__(self, client: EgressClient, open_host: Host, closed: Host) -> None:
        self.client, self.open, self.closed, self.port = client, open_host, closed, open_host.port

    def url(self, host: str, path: str = "/") -> str:
        return f"http://{host}:{self.port}{path}"


def redirect(location: str, status: int = 302) -> bytes:
    return f"HTTP/1.1 {status} Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n".encode()


async def test_a_name_with_an_allowed_address_is_fetched() -> None:
    async with internet({"good.test": [[OPEN]]}) as (net, _):
        answer = await net.client.fetch(net.url("good.test", "/a?b=c"))
        assert (answer.status, answer.body, answer.url) == (200, b"ok", net.url("good.test", "/a?b=c"))
        assert net.open.requests == ["/a?b=c"]
        assert f"Host: good.test:{net.port}" in net.open.heads[0]


async def test_a_name_server_that_changes_its_mind_is_not_asked_again() -> None:
    names = {"rebind.test": [[OPEN], [CLOSED]]}
    async with internet(names) as (net, server):
        assert (await net.client.fetch(net.url("rebind.test"))).status == 200
        assert server.asked.count(("rebind.test", "A")) == 1
        with pytest.raises(ForbiddenAddress):
            await net.client.fetch(net.url("rebind.test"))
        assert (net.open.connections, net.closed.connections) == (1, 0)


async def test_a_redirect_to_the_same_name_is_looked_up_and_judged_again() -> None:
    names = {"rebind.test": [[OPEN], [CLOSED]]}
    async with internet(names) as (net, _):
        net.open.answers["/"] = redirect("/again")
        with pytest.raises(ForbiddenAddress):
            await net.client.fetch(net.url("rebind.test"))
        assert (net.open.requests, net.closed.connections) == (["/"], 0)


@pytest.mark.parametrize("other", [CLOSED, "10.0.0.1", "::1", "::ffff:127.0.0.2", "64:ff9b::7f00:2", "fd00:ec2::254"])
async def test_one_forbidden_address_forbids_the_name(other: str) -> None:
    async with internet({"mixed.test": [[OPEN, other]]}) as (net, _):
        with pytest.raises(ForbiddenAddress):
            await net.client.fetch(net.url("mixed.test"))
        assert net.open.connections == net.closed.connections == 0


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.3", "127.3", "2130706435", "0x7f000003", "0177.0.0.3", "127.0.0.3.", "[::ffff:127.0.0.3]", "[::1]",
        "[::ffff:7f00:3]", "localhost", "0.0.0.0", "0", "[::]", "169.254.169.254", "[64:ff9b::7f00:3]",
        "[2002:7f00:3::]", "[fe80::1]", "[::127.0.0.3]",
        "\uff11\uff12\uff17.\uff10.\uff10.\uff13", "127\u30020\u30020\u30023", "%31%32%37.0.0.3",
    ],
)  # fmt: skip
async def test_no_way_of_writing_a_forbidden_address_leads_there(host: str) -> None:
    async with internet({"localhost": [["127.0.0.1"]]}) as (net, _):
        with pytest.raises(NotFetched):
            await net.client.fetch(net.url(host))
        assert net.closed.connections == 0


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.3:{port}/", "//127.0.0.3:{port}/", "http://[::ffff:127.0.0.3]:{port}/", "http://evil.test:{port}/",
        "http://2130706435:{port}/", "http://good.test:22/", "ftp://good.test/", "file:///etc/passwd", "gopher://a/",
        "javascript:1", "http://user:secret@good.test:{port}/", "http://", "http://[/", "data:text/plain,a",
    ],
)  # fmt: skip
async def test_a_redirect_leads_nowhere_that_a_first_url_would_not(location: str) -> None:
    async with internet({"good.test": [[OPEN]], "evil.test": [[CLOSED]]}) as (net, _):
        net.open.answers["/"] = redirect(location.format(port=net.port))
        with pytest.raises((ForbiddenAddress, ForbiddenUrl)):
            await net.client.fetch(net.url("good.test"))
        assert (net.open.connections, net.closed.connections) == (1, 0)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_to_an_allowed_host_is_followed_without_the_headers_of_the_first(status: int) -> None:
    async with internet({"good.test": [[OPEN]], "other.test": [[OPEN]]}) as (net, _):
        net.open.answers["/"] = redirect(net.url("other.test", "/end"), status)
        answer = await net.client.fetch(net.url("good.test"), headers={"X-Key": "secret"})
        assert (answer.status, answer.url) == (200, net.url("other.test", "/end"))
        assert "secret" in net.open.heads[0]
        assert "secret" not in net.open.heads[1]


async def test_of_what_is_too_large_the_beginning_is_given_to_who_asks_for_it() -> None:
    async with internet({"good.test": [[OPEN]]}) as (net, _):
        net.open.otherwise = b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + b"a" * 100_000
        answer = await net.client.fetch(net.url("good.test"), max_bytes=30_000, cut=True)
        assert (answer.status, answer.body) == (200, b"a" * 30_000)
        with pytest.raises(TooMuch):
            await net.client.fetch(net.url("good.test"), max_bytes=30_000)


async def test_only_the_ports_that_are_ours_are_used() -> None:
    async with internet({"good.test": [[OPEN]]}) as (net, _):
        with pytest.raises(ForbiddenUrl):
            await net.client.fetch("http://good.test:1/")
        with pytest.raises(ForbiddenUrl):
            await net.client.fetch("http://good.test/")


async def test_redirects_are_followed_so_often_and_no_further() -> None:
    async with internet({"good.test": [[OPEN]]}, max_hops=3) as (net, _):
        net.open.otherwise = redirect("/more")
        with pytest.raises(TooFar):
            await net.client.fetch(net.url("good.test"))
        assert net.open.connections == 4


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n" + b"x" * 5000,
        b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 5000,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1388\r\n" + b"x" * 5000 + b"\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000,
    ],
)
async def test_an_answer_without_end_is_given_up(answer: bytes) -> None:
    async with internet({"good.test": [[OPEN]]}) as (net, _):
        net.open.otherwise = answer
        with pytest.raises((TooMuch, NoAnswer)):
            await net.client.fetch(net.url("good.test"), max_bytes=1000)


@pytest.mark.parametrize(
    "answer", [b"", b"SSH-2.0-x\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort", b"\0" * 99]
)
async def test_what_is_no_answer_is_none(answer: bytes) -> None:
    async with internet({"good.test": [[OPEN]]}) as (net, _):
        net.open.otherwise = answer
        with pytest.raises(NoAnswer):
            await net.client.fetch(net.url("good.test"))


async def test_nobody_is_waited_for_longer_than_the_limit() -> None:
    async def stall(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(stall, OPEN, 0)
    port = server.sockets[0].getsockname()[1]
    rule = AddressRule(allowed=[ip_network(f"{OPEN}/32")])
    with pytest.raises(NoAnswer):
        await EgressClient(rule, limits=EgressLimits(seconds=0.2, ports=(port,))).fetch(f"http://{OPEN}:{port}/")
    server.close()
    await server.wait_closed()


async def test_a_name_without_address_is_said_to_have_none() -> None:
    async with internet({}) as (net, _):
        with pytest.raises(NoAddress):
            await net.client.fetch(net.url("nowhere.test"))


async def test_the_hosts_file_and_proxies_of_this_machine_count_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    async with internet({"good.test": [[OPEN]]}) as (net, _):
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://{CLOSED}:{net.port}")
        assert (await net.client.fetch(net.url("good.test"))).status == 200
        with pytest.raises(NoAddress):
            await net.client.fetch(net.url("localhost"))
        assert net.closed.connections == 0


async def test_a_header_cannot_be_added_through_a_value() -> None:
    async with internet({"good.test": [[OPEN]]}) as (net, _):
        with pytest.raises(NotFetched):
            await net.client.fetch(net.url("good.test"), headers={"X": "a\r\nY: b"})
        assert all("Y: b" not in head for head in net.open.heads)
