"""The built dashboard: static files, which the build has compressed and whose inline scripts it has hashed.

Where it was not built (a package made without Node), there is none of it, and the API's own start page stands in.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

FOLDER = Path(str(files("vayro.api"))) / "dashboard"
_POLICIES = "policies.json"
# Where Next.js puts what has the hash of its content in its name.
_HASHED = "_next/static/"
_YEAR = "public, max-age=31536000, immutable"
_CODINGS = {"br": ".br", "gzip": ".gz"}
# Not those of the machine: what Python's own table knows differs with its version and with /etc/mime.types.
_KINDS = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}
_PAGE_SUFFIX = ".html"
_NOT_PAGES = {"404", "_not-found"}

# Radix and React set styles as they draw; scripts run by their hash alone. Unfurled pictures are data: addresses.
_POLICY = (
    "default-src 'none'; script-src 'self'{hashes}; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


@dataclass(frozen=True)
class BuiltFile:
    """A file as it is sent. `bodies`: its content by content coding; `""` is the file itself."""

    kind: str
    etag: str
    headers: dict[str, str]
    bodies: dict[str, bytes]

    def answer(self, request: Request, status_code: int = 200) -> Response:
        """Return the file in a coding that the request accepts; 304 when the browser has it (RFC 9110 §13.1.2)."""
        accepted = _accepted(request)
        coding = next((name for name in _CODINGS if name in self.bodies and name in accepted), "")
        headers = {**self.headers, "ETag": f'"{self.etag}-{coding or "plain"}"'}
        if len(self.bodies) > 1:
            headers["Vary"] = "Accept-Encoding"
        if status_code == 200 and headers["ETag"] in request.headers.get("If-None-Match", ""):
            return Response(status_code=304, headers=headers)
        if coding:
            headers["Content-Encoding"] = coding
        body = self.bodies[coding]
        if request.method == "HEAD":
            return Response(b"", status_code, {**headers, "Content-Length": str(len(body))}, self.kind)
        return Response(body, status_code, headers, self.kind)


class DashboardRoute(BaseRoute):
    """All files, found by their addresses in one look; a hundred routes would each cost every request a match."""

    path = "/{dashboard}"
    """What metrics call it: the names of the files change with each build."""

    def __init__(self, built: Mapping[str, BuiltFile]) -> None:
        """Args: built, the files by the address that each has."""
        self._built = built

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Tell the router whether the address is one of ours, and whether the method is."""
        if scope["type"] != "http" or scope["path"] not in self._built:
            return Match.NONE, {}
        is_read = scope["method"] in {"GET", "HEAD"}
        return (Match.FULL if is_read else Match.PARTIAL), {"route": self}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the file. Raises HTTPException 405 for other methods than GET and HEAD."""
        if scope["method"] not in {"GET", "HEAD"}:
            raise HTTPException(405)
        answer = self._built[scope["path"]].answer(Request(scope))
        await answer(scope, receive, send)


def mount_dashboard(app: FastAPI, folder: Path = FOLDER) -> BuiltFile | None:
    """Serve each file at its address, and each page at the address without `.html`.

    Returns the page for 404, or None where nothing was built and nothing is served.

    All of it (2 MB) is read now and held: should a new version be installed beside the running one, its pages must not
    be mixed with our scripts.
    """
    if not (folder / _POLICIES).is_file():
        return None
    policies: dict[str, list[str]] = json.loads((folder / _POLICIES).read_text(encoding="utf-8"))
    built = {name: _read(folder / name, name, policies.get(name)) for name in _names(folder)}
    app.router.routes.append(DashboardRoute({f"/{_address(name)}": file for name, file in built.items()}))
    return built.get("404.html")


def _names(folder: Path) -> Iterator[str]:
    compressed = tuple(_CODINGS.values())
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and path.suffix not in compressed and name != _POLICIES:
            yield name


def _address(name: str) -> str:
    page = name.removesuffix(_PAGE_SUFFIX)
    if page == name or page in _NOT_PAGES:
        return name
    return "" if page == "index" else page


def _read(path: Path, name: str, hashes: Iterable[str] | None) -> BuiltFile:
    headers = {"Cache-Control": _YEAR if name.startswith(_HASHED) else "no-cache"}
    if hashes is not None:
        headers["Content-Security-Policy"] = _POLICY.format(hashes="".join(f" '{one}'" for one in hashes))
    bodies = {"": path.read_bytes()}
    for coding, suffix in _CODINGS.items():
        if (compressed := path.with_name(path.name + suffix)).is_file():
            bodies[coding] = compressed.read_bytes()
    return BuiltFile(
        _KINDS.get(path.suffix, "application/octet-stream"),
        hashlib.sha256(bodies[""]).hexdigest()[:20],
        headers,
        bodies,
    )


def _accepted(request: Request) -> set[str]:
    """Return the codings that the request accepts; one with q=0 is refused (RFC 9110 §12.5.3)."""
    accepted = set()
    for entry in request.headers.get("Accept-Encoding", "").split(","):
        name, _, weight = entry.strip().partition(";")
        if weight.strip().replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}:
            accepted.add(name.strip().lower())
    return accepted
