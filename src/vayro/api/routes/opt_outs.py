"""Numbers that want no messages."""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Path, Response

from vayro.api.dependencies import CampaignsReader, CampaignsWriter, CurrentServices
from vayro.api.pagination import DEFAULT_PAGE, PageCursor, PageLimit, decode_cursor, encode_cursor
from vayro.api.problems import document_problems
from vayro.api.schemas.opt_outs import OptOut, OptOutCreate, OptOutPage
from vayro.campaigns.opt_outs import OptOutPosition
from vayro.errors import ValidationFailed
from vayro.links.draft import check_text

router = APIRouter(prefix="/v1/opt-outs", tags=["campaigns"])


@router.get("", summary="List numbers that want no messages", responses=document_problems(403))
async def list_opt_outs(
    caller: CampaignsReader, services: CurrentServices, limit: PageLimit = DEFAULT_PAGE, cursor: PageCursor = None
) -> OptOutPage:
    """Return the workspace's own opt-outs, and those that people sent themselves, newest first."""
    after = decode_cursor(cursor, OptOutPosition) if cursor else None
    found, following = await services.sending.opt_outs.list_some(caller.workspace_id, limit, after)
    return OptOutPage(
        data=[OptOut(**msgspec.structs.asdict(one)) for one in found],
        next_cursor=encode_cursor(following) if following else None,
    )


@router.post("", summary="Write to a number no more", status_code=201, responses=document_problems(400, 403, 413))
async def create_opt_out(wanted: OptOutCreate, caller: CampaignsWriter, services: CurrentServices) -> OptOut:
    """Note that a number wants no messages of this workspace; those that wait for it are not sent."""
    made = await services.sending.opt_outs.add(caller, wanted.phone)
    return OptOut(**msgspec.structs.asdict(made))


@router.delete(
    "/{phone}", summary="Allow messages to a number again", status_code=204, responses=document_problems(403, 404)
)
async def delete_opt_out(
    phone: Annotated[str, Path(max_length=50, description="E.164.")], caller: CampaignsWriter, services: CurrentServices
) -> Response:
    """Take back what was noted here. What people sent themselves only they can take back: 403."""
    try:
        check_text(phone)
    except ValueError as error:
        raise ValidationFailed(str(error), field="phone") from None
    await services.sending.opt_outs.remove(caller, phone)
    return Response(status_code=204)
