"""Whether a request that changes something was sent by a page of ours: the guard against cross-site request forgery.

`Sec-Fetch-Site` is written by the browser, and no page can forge it; browsers before 2023 lack it and send `Origin`.
"""

from urllib.parse import urlsplit

from fastapi import Request

from vayro.errors import Forbidden
from vayro.settings import Settings

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_FOREIGN = "This request was sent by another site."


def check_own(request: Request, *, needs_proof: bool) -> None:
    """Raise Forbidden for a request that changes something and comes from another site, a sister site, or nowhere.

    Args: needs_proof, for a request that a cookie authenticates: without either header it is refused, too. What sends
    none is no browser, and may send an API key.
    """
    if request.method in SAFE_METHODS:
        return
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None:
        is_own = site == "same-origin"
    elif origin is not None:
        is_own = _is_ours(request, origin)
    else:
        is_own = not needs_proof
    if not is_own:
        raise Forbidden(_FOREIGN)


def _is_ours(request: Request, origin: str) -> bool:
    settings: Settings = request.app.state.services.settings
    if settings.dashboard_url:
        parts = urlsplit(settings.dashboard_url)
        return origin.lower() == f"{parts.scheme}://{parts.netloc}".lower()
    return urlsplit(origin).netloc.lower() == request.headers.get("host", "").lower()
