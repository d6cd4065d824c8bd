"""The engine's other addresses: previews, QR codes, health, and what browsers and robots ask every site for."""

import asyncio
import io
from functools import lru_cache

import segno
from fastapi import APIRouter, Request, Response

from vayro.cache.snapshot import LinkSnapshot
from vayro.redirect.answer import Headers, location_headers
from vayro.redirect.endpoint import CODE
from vayro.redirect.engine import Engine
from vayro.redirect.misses import answer_miss
from vayro.redirect.negotiation import prefers_json
from vayro.redirect.pages import (
    NOT_FOUND,
    TAKEN_DOWN,
    Refusal,
    front_response,
    preview_response,
    protected_preview_response,
    refusal_response,
)

READING = ["GET", "HEAD"]
ROBOTS = "User-agent: *\nDisallow: /*+$\nDisallow: /*/qr\n"
ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#3d5afe"/>'
    '<path d="M8 10l8 13 8-13" fill="none" stroke="#fff" stroke-width="4" stroke-linecap="round" '
    'stroke-linejoin="round"/></svg>'
)
ONE_DAY = {"cache-control": "public, max-age=86400", "x-content-type-options": "nosniff"}
QR_SCALE = 10

router = APIRouter(include_in_schema=False)


@router.api_route("/health/live", methods=READING)
async def answer_live() -> dict[str, str]:
    """The process runs."""
    return {"status": "live"}


@router.api_route("/health/ready", methods=READING)
async def answer_ready(request: Request, response: Response) -> dict[str, str]:
    """Whether to send requests here. Never asks a store: links in memory redirect without any."""
    if engine_of(request).is_draining:
        response.status_code = 503
        return {"status": "draining"}
    return {"status": "ready"}


@router.api_route("/", methods=READING)
async def answer_front(request: Request) -> Response:
    """A page for who strays here; or where the domain sends them."""
    domains = engine_of(request).domains
    served = domains.find(domains.resolve(request.headers.get("host", "").encode("latin-1", "replace")))
    if served and served.root_url:
        return respond(302, location_headers(served.root_url), b"")
    return respond(200, *front_response())


@router.api_route("/robots.txt", methods=READING)
async def answer_robots() -> Response:
    """Links may be followed, by previews in chats for one; the pages about them need not be indexed."""
    return Response(ROBOTS, media_type="text/plain", headers=ONE_DAY)


@router.api_route("/favicon.ico", methods=READING)
async def answer_icon() -> Response:
    """The icon."""
    return Response(ICON, media_type="image/svg+xml", headers=ONE_DAY)


@router.api_route("/.well-known/{_path:path}", methods=READING)
async def answer_well_known(request: Request) -> Response:
    """Nothing is well known yet."""
    return refuse(request, NOT_FOUND)


@router.api_route("/{code}+", methods=READING)
async def answer_preview(request: Request, code: str) -> Response:
    """Where a link goes. Not a click."""
    snapshot = await find_link(request, code)
    if snapshot is not None and snapshot.disabled_reason is not None:
        return refuse(request, TAKEN_DOWN)
    if snapshot is None or not snapshot.is_active:
        return refuse(request, answer_miss(engine_of(request), request.scope, dict(request.scope["headers"]))[0])
    short_url = short_url_of(request, snapshot)
    if snapshot.has_password:
        return respond(200, *protected_preview_response(short_url, code))
    return respond(200, *preview_response(short_url, snapshot.target_url, code))


@router.api_route("/{code}/qr", methods=READING)
@router.api_route("/{code}/qr.{kind}", methods=READING)
async def answer_qr(request: Request, code: str, kind: str = "svg") -> Response:
    """The QR code of the short link. Not a click."""
    snapshot = await find_link(request, code) if kind in {"svg", "png"} else None
    if snapshot is None or not snapshot.is_active:
        return refuse(request, answer_miss(engine_of(request), request.scope, dict(request.scope["headers"]))[0])
    # Drawing takes milliseconds, in which no redirect should wait.
    image = await asyncio.to_thread(_draw, short_url_of(request, snapshot), kind)
    return Response(image, media_type="image/png" if kind == "png" else "image/svg+xml", headers=ONE_DAY)


def refuse(request: Request, refusal: Refusal) -> Response:
    """Return the refusal in the form that is asked for."""
    return respond(refusal.status, *refusal_response(refusal, as_json=prefers_json(request.headers.get("accept", ""))))


async def find_link(request: Request, code: str, host: str | None = None) -> LinkSnapshot | None:
    """Return a link that exists, active or not. Raises Unavailable."""
    if not CODE.fullmatch(f"/{code}"):
        return None
    engine = engine_of(request)
    asked = request.headers.get("host", "") if host is None else host
    domain = engine.domains.resolve(asked.encode("latin-1", "replace"))
    snapshot = (await engine.resolver.resolve(domain, code)).snapshot
    return snapshot if snapshot and not snapshot.is_deleted else None


def short_url_of(request: Request, snapshot: LinkSnapshot) -> str:
    """Return the address that is handed out."""
    base = engine_of(request).settings.short_url_base
    if snapshot.domain:
        base = f"{base.partition('://')[0]}://{snapshot.domain}"
    return f"{base}/{snapshot.short_code}"


@lru_cache(256)
def _draw(url: str, kind: str) -> bytes:
    image = io.BytesIO()
    segno.make_qr(url).save(image, kind=kind, scale=QR_SCALE, border=4)
    return image.getvalue()


def respond(status: int, headers: Headers, body: bytes) -> Response:
    """Return an answer with these headers and no others."""
    response = Response(body, status)
    response.raw_headers = headers
    return response


def engine_of(request: Request) -> Engine:
    """Return the engine that answers."""
    engine: Engine = request.app.state.engine
    return engine
