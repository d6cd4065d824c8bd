"""Templates of UTM parameters."""

from uuid import UUID

from fastapi import APIRouter, Response

from vayro.api.dependencies import CurrentServices, LinksReader, LinksWriter
from vayro.api.problems import document_problems
from vayro.api.schemas.link_tools import UtmTemplateCreate, UtmTemplateList, UtmTemplateUpdate, UtmTemplateView

router = APIRouter(prefix="/v1/utm-templates", tags=["links"])


@router.get("", summary="List UTM templates", responses=document_problems(403))
async def list_utm_templates(caller: LinksReader, services: CurrentServices) -> UtmTemplateList:
    """Return the templates of the caller's workspace, by name."""
    found = await services.utm_templates.list_all(caller.workspace_id)
    return UtmTemplateList(data=[UtmTemplateView.model_validate(one) for one in found], next_cursor=None)


@router.post("", summary="Make a UTM template", status_code=201, responses=document_problems(400, 403, 413))
async def create_utm_template(
    wanted: UtmTemplateCreate, caller: LinksWriter, services: CurrentServices
) -> UtmTemplateView:
    """Keep campaign parameters under a name; a workspace has 200 templates at most."""
    return UtmTemplateView.model_validate(await services.utm_templates.create(caller, wanted.model_dump()))


@router.patch("/{template_id}", summary="Change a UTM template", responses=document_problems(400, 403, 404, 413))
async def edit_utm_template(
    template_id: UUID, wanted: UtmTemplateUpdate, caller: LinksWriter, services: CurrentServices
) -> UtmTemplateView:
    """Change what is sent; links that were made with it stay as they are."""
    changes = wanted.model_dump(exclude_unset=True)
    return UtmTemplateView.model_validate(await services.utm_templates.edit(caller, template_id, changes))


@router.delete(
    "/{template_id}", summary="Delete a UTM template", status_code=204, responses=document_problems(403, 404)
)
async def delete_utm_template(template_id: UUID, caller: LinksWriter, services: CurrentServices) -> Response:
    """Delete a template; links that were made with it stay as they are."""
    await services.utm_templates.delete(caller, template_id)
    return Response(status_code=204)
