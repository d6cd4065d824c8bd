"""Short domains of a workspace; and what a proxy asks before it gets a certificate."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from vayro.api.dependencies import CurrentServices, LinksReader, WorkspaceAdmin
from vayro.api.problems import document_problems
from vayro.api.schemas.domains import Domain, DomainCreate, DomainList, DomainUpdate, ServedDomain, show_domain
from vayro.errors import NotFound
from vayro.links.draft import Text

router = APIRouter(tags=["domains"])
DomainName = Annotated[Text, Path(max_length=253, description="The domain.", examples=["go.example.com"])]


@router.get("/v1/domains", summary="List domains", responses=document_problems(403))
async def list_domains(caller: LinksReader, services: CurrentServices) -> DomainList:
    """Return the workspace's domains, and those that every workspace may use."""
    return DomainList(data=[show_domain(found) for found in await services.domains.list_own(caller.workspace_id)])


@router.post("/v1/domains", summary="Claim a domain", status_code=201, responses=document_problems(400, 403, 413))
async def claim_domain(wanted: DomainCreate, caller: WorkspaceAdmin, services: CurrentServices) -> Domain:
    """Claim a domain. Make the DNS record of `proof`, then verify; point the domain to the Redirect Engine."""
    return show_domain(await services.domains.claim(caller, wanted.domain))


@router.get("/v1/domains/{domain}", summary="Read a domain", responses=document_problems(403, 404))
async def read_domain(domain: DomainName, caller: LinksReader, services: CurrentServices) -> Domain:
    """Return a domain of the workspace, or one that every workspace may use."""
    return show_domain(await services.domains.get(caller.workspace_id, domain))


@router.post("/v1/domains/{domain}/verify", summary="Verify a domain", responses=document_problems(403, 404))
async def verify_domain(domain: DomainName, caller: WorkspaceAdmin, services: CurrentServices) -> Domain:
    """Look for the proof in the DNS now. Not found is 422; the worker goes on looking for a week."""
    await services.limits.limiter.spend("domain_proof", str(caller.workspace_id))
    return show_domain(await services.domains.prove(caller, domain))


@router.patch("/v1/domains/{domain}", summary="Change a domain", responses=document_problems(400, 403, 404, 413))
async def edit_domain(
    domain: DomainName, edit: DomainUpdate, caller: WorkspaceAdmin, services: CurrentServices
) -> Domain:
    """Change what is sent; every redirect engine follows within five seconds."""
    return show_domain(await services.domains.edit(caller, domain, edit.changes()))


@router.delete(
    "/v1/domains/{domain}", summary="Give a domain up", status_code=204, responses=document_problems(403, 404)
)
async def remove_domain(domain: DomainName, caller: WorkspaceAdmin, services: CurrentServices) -> Response:
    """Give a domain up, once it has no links any more."""
    await services.domains.remove(caller, domain)
    return Response(status_code=204)


@router.get(
    "/internal/domain-check",
    summary="May a certificate be got for this host?",
    responses=document_problems(404, 422, 503, always=()),
)
async def check_domain(
    services: CurrentServices, domain: Annotated[Text, Query(max_length=300, description="The host name.")]
) -> ServedDomain:
    """Answer 200 for the default domain, for verified ones and for those of sites: for on-demand TLS, as in Caddy."""
    if not (await services.links.domains.serves(domain) or await services.sites.serves(domain)):
        raise NotFound("This domain is not served here.")
    return ServedDomain(domain=domain)
