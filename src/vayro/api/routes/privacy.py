"""What is kept of an account: to take along, and to be erased."""

import datetime as dt

from fastapi import APIRouter, Response

from vayro.accounts import proof
from vayro.api.dependencies import CurrentCaller, CurrentServices
from vayro.api.problems import document_problems
from vayro.api.schemas.auth import PasswordProof
from vayro.api.streaming import Stream
from vayro.errors import Forbidden

router = APIRouter(prefix="/v1/account", tags=["account"])


@router.get(
    "/export",
    summary="Take along all that is kept of me",
    response_class=Response,
    responses={
        200: {"content": {"application/json": {}}, "description": "One JSON document, sent while it is made."},
        **document_problems(403),
    },
)
async def export_account(caller: CurrentCaller, services: CurrentServices) -> Response:
    """Return the account, and the workspaces that the caller owns, with their links and clicks. No secret is in it.

    A session is needed: a key is for one workspace, and this is about all of them.
    """
    if caller.key_id:
        raise Forbidden("Sign in to take your account along; a key is for one workspace, and cannot do it.")
    name = f"vayro-account-{dt.datetime.now(dt.UTC):%Y-%m-%d}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Stream(services.privacy.export.write(caller.user_id), media_type="application/json", headers=headers)


@router.post("/erase", summary="Erase my account", status_code=204, responses=document_problems(400, 403, 413))
async def erase_account(wanted: PasswordProof, caller: CurrentCaller, services: CurrentServices) -> Response:
    """Erase the caller's account, and the workspaces that only they belong to, with links and clicks: for good.

    A session is needed, and the password again; a key cannot do it. Their links answer 404 within a second; clicks that
    engines have not sent yet are erased when they come.
    """
    person = await proof.prove(services.database, caller, wanted.password, "password")
    await services.privacy.erasure.erase(person)
    return Response(status_code=204)
