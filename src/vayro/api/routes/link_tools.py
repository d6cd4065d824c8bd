"""Before a link is made: what would become of it, how its destination looks, which tags there are."""

from fastapi import APIRouter

from vayro.api.dependencies import CurrentServices, LinksReader, LinksWriter
from vayro.api.problems import document_problems
from vayro.api.schemas.link_tools import (
    LinkProbe,
    ProbeResult,
    TagList,
    TagUse,
    Unfurled,
    UnfurlRequest,
    show_code,
    show_target,
)

router = APIRouter(tags=["links"])


@router.post(
    "/v1/links/check",
    summary="Check a destination and a code before a link is made",
    responses=document_problems(400, 403, 413),
)
async def check_draft(probe: LinkProbe, caller: LinksWriter, services: CurrentServices) -> ProbeResult:
    """Say what would become of them, by the rules and in the words of making a link; nothing is made or reserved."""
    rehearsal = services.links.rehearsal
    target = code = None
    if probe.target_url is not None:
        target = show_target(await rehearsal.judge_target(probe.target_url))
    if probe.short_code is not None:
        code = show_code(await rehearsal.judge_code(caller, probe.short_code, probe.domain, probe.link_id))
    return ProbeResult(target_url=target, short_code=code)


@router.post(
    "/v1/links/unfurl",
    summary="Read how a destination presents itself",
    responses=document_problems(400, 403, 413),
)
async def unfurl(wanted: UnfurlRequest, caller: LinksWriter, services: CurrentServices) -> Unfurled:
    """Fetch the page and return its title, description and picture, within some eight seconds.

    What cannot be read is no error: `problem` says why. `VAYRO_UNFURL` switches this off.
    """
    url = await services.links.rehearsal.require_target(wanted.target_url)
    await services.limits.limiter.spend("unfurl", str(caller.user_id))
    preview = await services.unfurler.read(url)
    return Unfurled(
        url=preview.url,
        title=preview.title,
        description=preview.description,
        site_name=preview.site_name,
        image=preview.image,
        problem=preview.problem,
    )


@router.get("/v1/tags", summary="List tags", responses=document_problems(403))
async def list_tags(caller: LinksReader, services: CurrentServices) -> TagList:
    """Return the tags of the workspace's links, the most used first: 1,000 at most."""
    found = await services.links.list_tags(caller.workspace_id)
    return TagList(data=[TagUse(tag=one.tag, links=one.links) for one in found], next_cursor=None)
