"""Sites at `/s/{subdomain}`: served here where there is no domain for them, else the way to where they are."""

import re

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from vayro.api.dependencies import CurrentServices
from vayro.api.site_answers import Answer, answer_missing, answer_page, answer_unavailable
from vayro.errors import Unavailable
from vayro.sites.address import PageKey, SiteAddresses

router = APIRouter(include_in_schema=False)

_SUBDOMAIN = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)


@router.api_route("/s/{subdomain}", methods=["GET", "HEAD"])
async def show_site(subdomain: str, request: Request, services: CurrentServices) -> Response:
    """Show a site. Its policy puts it into an origin of its own: it is no part of the dashboard, whose host it has."""
    name = subdomain.lower()
    if not _SUBDOMAIN.fullmatch(name):
        return _respond(answer_missing())
    if services.settings.sites_domain:
        return RedirectResponse(SiteAddresses(services.settings).url_of(name), status_code=308)
    try:
        page = await services.site_pages.find(PageKey(is_custom=False, name=name))
    except Unavailable as error:
        return _respond(answer_unavailable(error))
    return _respond(answer_page(page, request.headers.raw) if page else answer_missing())


def _respond(answer: Answer) -> Response:
    response = Response(answer.body, status_code=answer.status)
    response.raw_headers = list(answer.headers)
    return response
