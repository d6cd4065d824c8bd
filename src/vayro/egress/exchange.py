"""One HTTP/1.1 request on one connection of its own."""

import asyncio
import contextlib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field

import httptools

from vayro.egress.refusals import NoAnswer, NotConnected, TooMuch
from vayro.egress.special_addresses import Address

MAX_HEAD_BYTES = 32_768
_PIECE = 16_384


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent. `target` is the path with its query, `host` what the Host header and TLS name."""

    method: str
    scheme: str
    host: str
    port: int
    target: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(slots=True)
class Response:
    """What came back. Names of headers are in lower case; of one that comes twice, the last."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    url: str = ""


async def exchange(
    request: Request,
    address: Address,
    tls: ssl.SSLContext,
    max_bytes: int,
    *,
    cut: bool = False,
    connect_seconds: float | None = None,
) -> Response:
    """Connect to this very address, ask, and return the answer. Redirects are answers.

    Args: cut, whether of a body that is too large its beginning will do; connect_seconds, for the connection alone.
    Raises NotConnected, NoAnswer and TooMuch. Waits as long as its caller lets it.
    """
    is_tls = request.scheme == "https"
    patience = asyncio.timeout(connect_seconds)
    try:
        async with patience:
            reader, writer = await asyncio.open_connection(
                str(address),
                request.port,
                ssl=tls if is_tls else None,
                server_hostname=request.host.strip("[]") if is_tls else None,
                limit=_PIECE,
            )
    except TimeoutError as error:
        if not patience.expired():  # the kernel's own patience ended, which is a refusal like others
            raise NotConnected(f"{request.host} does not accept a connection: {_reason(error)}.") from error
        raise NotConnected(f"{request.host} does not accept a connection within {connect_seconds:g} s.") from error
    except (OSError, ssl.SSLError) as error:
        raise NotConnected(f"{request.host} does not accept a connection: {_reason(error)}.") from error
    try:
        writer.write(_head(request) + request.body)
        return await _read(reader, request, max_bytes, cut=cut)
    except OSError as error:
        raise NoAnswer(f"{request.host} ended the connection.") from error
    finally:
        writer.transport.abort()  # nothing more is wanted of it, and a farewell could take as long as it likes
        with contextlib.suppress(OSError):
            await writer.wait_closed()


class _Collector:
    """What httptools reports of an answer, up to a size."""

    def __init__(self, max_bytes: int) -> None:
        self.headers: dict[str, str] = {}
        self.body = bytearray()
        self.is_complete = False
        self.has_head = False
        self.is_too_large = False
        self._max_bytes = max_bytes

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        self.has_head = True

    def on_body(self, data: bytes) -> None:
        self.body += data
        self.is_too_large |= len(self.body) > self._max_bytes

    def on_message_complete(self) -> None:
        self.is_complete = True


async def _read(reader: asyncio.StreamReader, request: Request, max_bytes: int, *, cut: bool) -> Response:
    found = _Collector(max_bytes)
    parser = httptools.HttpResponseParser(found)
    received = 0
    while not found.is_complete and not (found.has_head and request.method == "HEAD"):
        data = await reader.read(_PIECE)
        received += len(data)
        try:
            parser.feed_data(data)
        except httptools.HttpParserError as error:
            raise NoAnswer(f"{request.host} does not answer in HTTP.") from error
        if found.is_too_large and cut:
            return Response(parser.get_status_code(), found.headers, bytes(found.body[:max_bytes]))
        if found.is_too_large or (not found.has_head and received > MAX_HEAD_BYTES):
            raise TooMuch(f"{request.host} answers with more than {max_bytes} bytes.")
        if not data:
            break
    if not found.has_head or (
        found.headers.get("content-length") and not found.is_complete and request.method != "HEAD"
    ):
        raise NoAnswer(f"{request.host} ended the connection before its answer.")
    return Response(parser.get_status_code(), found.headers, bytes(found.body))


def _head(request: Request) -> bytes:
    is_usual = request.port == {"http": 80, "https": 443}[request.scheme]
    fields = {
        "Host": request.host if is_usual else f"{request.host}:{request.port}",
        "User-Agent": "Vayro (checks of links)",
        "Accept": "*/*",
        "Accept-Encoding": "identity",
        "Connection": "close",
        **request.headers,
    }
    if request.body:
        fields["Content-Length"] = str(len(request.body))
    lines = [f"{request.method} {request.target} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items())]
    if any("\r" in line or "\n" in line for line in lines):
        raise NoAnswer("The request cannot be written as HTTP.")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")


def _reason(error: OSError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not valid ({error.verify_message})"
    return (error.strerror or type(error).__name__).lower()
