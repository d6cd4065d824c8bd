"""How destinations present themselves, fetched from hosts of this machine that stand for the Internet."""

import base64
import contextlib
import gzip
from collections.abc import AsyncIterator
from ipaddress import ip_network

import pytest

from tests.egress.listeners import Host, hosts, name_server
from vayro.egress.client import EgressClient, EgressLimits
from vayro.egress.exchange import Response
from vayro.egress.resolution import DnsResolver
from vayro.egress.special_addresses import AddressRule
from vayro.links import unfurl
from vayro.links.unfurl import MAX_BYTES, Preview, Unfurler, decode_page

OPEN, CLOSED = "127.0.0.4", "127.0.0.5"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)
NAMES = {"page.test": [[OPEN]], "inside.test": [[CLOSED]], "two.test": [[OPEN, CLOSED]]}


class Web:
    def __init__(self, unfurler: Unfurler, open_host: Host, closed: Host) -> None:
        self.unfurler, self.open, self.closed = unfurler, open_host, closed

    def url(self, path: str = "/", host: str = "page.test") -> str:
        return f"http://{host}:{self.open.port}{path}"

    async def read(self, path: str = "/", host: str = "page.test") -> Preview:
        return await self.unfurler.read(self.url(path, host))


@pytest.fixture
async def web() -> AsyncIterator[Web]:
    async with contextlib.AsyncExitStack() as stack:
        open_host, closed = await stack.enter_async_context(hosts(OPEN, CLOSED))
        server = await stack.enter_async_context(name_server(NAMES))
        egress = EgressClient(
            AddressRule(allowed=[ip_network(f"{OPEN}/32")]),
            DnsResolver(["127.0.0.1"], server.port),
            EgressLimits(ports=(open_host.port,), seconds=60),
        )
        yield Web(Unfurler(egress), open_host, closed)


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A loaded machine answers late, too."""
    monkeypatch.setattr(unfurl, "PAGE_SECONDS", 60.0)
    monkeypatch.setattr(unfurl, "PICTURE_SECONDS", 60.0)


def page(body: bytes | str, *, status: int = 200, kind: str = "text/html", **headers: str) -> bytes:
    content = body.encode() if isinstance(body, str) else body
    fields = {"Content-Type": kind, "Content-Length": str(len(content)), **headers}
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 {status} X\r\n{lines}\r\n".encode() + content


async def test_a_page_is_read_with_its_picture(web: Web) -> None:
    web.open.answers["/"] = page(
        "<title>A page</title><meta name=description content='About it'><meta property=og:site_name content=Site>"
        "<meta property=og:image content='img/a.png'>"
    )
    web.open.answers["/img/a.png"] = page(PNG, kind="text/plain")
    picture = f"data:image/png;base64,{base64.b64encode(PNG).decode()}"
    assert await web.read() == Preview(web.url(), "A page", "About it", "Site", picture)


async def test_redirects_are_followed_and_said(web: Web) -> None:
    web.open.answers["/"] = b"HTTP/1.1 302 F\r\nLocation: /there\r\nContent-Length: 0\r\n\r\n"
    web.open.answers["/there"] = page("<title>There</title>")
    assert await web.read() == Preview(web.url("/there"), "There")


@pytest.mark.parametrize("host", ["inside.test", "two.test", "127.0.0.5", "nowhere.test"])
async def test_nothing_within_this_network_is_asked_and_nothing_of_it_is_told(web: Web, host: str) -> None:
    preview = await web.read(host=host)
    assert web.closed.connections == 0
    assert preview.problem in {
        "The destination is not on the public web.",
        "The destination's host has no public address.",
    }
    assert preview.title is None
    assert "127." not in preview.problem


async def test_a_picture_within_this_network_is_not_fetched(web: Web) -> None:
    for place in (
        f"http://inside.test:{web.open.port}/a.png",
        "file:///etc/passwd",
        "data:image/png;base64,AAAA",
        "http://[",
    ):
        web.open.answers["/"] = page(f"<title>T</title><meta property=og:image content='{place}'>")
        assert await web.read() == Preview(web.url(), "T")
    assert web.closed.connections == 0


@pytest.mark.parametrize(
    "answer",
    [page("<svg xmlns='http://www.w3.org/2000/svg'/>", kind="image/svg+xml"), page(b"", kind="image/png"),
     page(PNG, status=404, kind="image/png"), page(PNG + bytes(MAX_BYTES), kind="image/png"), b"nonsense"],
)  # fmt: skip
async def test_what_is_no_picture_is_left_out(web: Web, answer: bytes) -> None:
    web.open.answers["/"] = page("<title>T</title><meta property=og:image content='/a.png'>")
    web.open.answers["/a.png"] = answer
    assert await web.read() == Preview(web.url(), "T")


async def test_of_a_long_page_the_beginning_is_read(web: Web) -> None:
    web.open.answers["/"] = page(b"<title>Long</title>" + bytes(3 * MAX_BYTES))
    assert (await web.read()).title == "Long"


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (page("gone", status=404), "The destination answers with the status 404."),
        (page("x", kind="application/pdf"), "The destination is not a web page."),
        (page(gzip.compress(b"x"), Content_Encoding="gzip"), "The destination answers in a compressed form only."),
        (b"HTTP/1.1 302 F\r\nLocation: /\r\nContent-Length: 0\r\n\r\n", "The destination redirects too often."),
        (b"SSH-2.0-x\r\n", "The destination did not answer."),
    ],
)
async def test_what_cannot_be_read_is_said_in_one_sentence(web: Web, answer: bytes, sentence: str) -> None:
    web.open.answers["/"] = answer
    assert await web.read() == Preview(web.url(), problem=sentence)


async def test_a_page_that_does_not_come_is_given_up(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unfurl, "PAGE_SECONDS", 0.0)
    assert "did not answer within" in str((await web.read()).problem)


async def test_nothing_is_fetched_when_it_is_switched_off(web: Web) -> None:
    preview = await Unfurler(web.unfurler._egress, is_on=False).read(web.url())
    assert preview == Preview(web.url(), problem="Previews are switched off on this server.")
    assert web.open.connections == 0


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("text/html; charset=ISO-8859-1", "é".encode("latin-1")),
        ("text/html", '<meta charset="windows-1252">é'.encode("cp1252")),
        ("text/html; charset=shift_jis", "あ".encode("shift_jis")),
        ("text/html", "é".encode()),
        ("text/html; charset=punycode", "é".encode()),
        ("text/html; charset=zlib", "é".encode()),
        ("text/html; charset=iso-8859-99", "é".encode()),
    ],
)
def test_a_page_is_read_by_the_encoding_that_it_names_if_that_is_one_of_the_web(kind: str, body: bytes) -> None:
    assert decode_page(Response(200, {"content-type": kind}, body))[-1] in "éあ"
