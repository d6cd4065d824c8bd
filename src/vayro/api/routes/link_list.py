"""The filters of a list of links, for all routes that have one."""

from typing import Annotated

from fastapi import Depends, Query

from vayro.api.dependencies import CurrentServices
from vayro.api.schemas.links import FilterText
from vayro.links.search import LinkFilter


async def read_filter(  # FastAPI runs plain functions in threads
    *,
    services: CurrentServices,
    q: Annotated[FilterText, Query(description="Looked for in code, title and destination.")] = None,
    tag: FilterText = None,
    link_type: FilterText = None,
    domain: FilterText = None,
    short_code: FilterText = None,
    is_active: bool | None = None,
) -> LinkFilter:
    """Return what the query asks for."""
    stored = services.links.domains.stored_name(domain) if domain is not None else None
    return LinkFilter(q, tag, link_type, stored, short_code, is_active)


WantedLinks = Annotated[LinkFilter, Depends(read_filter)]
