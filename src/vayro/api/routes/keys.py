"""API keys of the workspace: make, list, revoke."""

from dataclasses import asdict
from uuid import UUID

from fastapi import APIRouter, Response

from vayro.api.dependencies import CurrentServices, WorkspaceAdmin
from vayro.api.problems import document_problems
from vayro.api.schemas.keys import ApiKey, ApiKeyCreate, ApiKeyList, NewApiKey

router = APIRouter(prefix="/v1/keys", tags=["keys"])


@router.post("", summary="Make an API key", status_code=201, responses=document_problems(400, 403, 413))
async def create_key(wanted: ApiKeyCreate, caller: WorkspaceAdmin, services: CurrentServices) -> NewApiKey:
    """Make a key of the caller for this workspace; it is shown this once. A key makes none that allows more."""
    made = await services.accounts.keys.issue(caller, wanted.name, wanted.scopes, wanted.expires_at)
    return NewApiKey(**asdict(made.key), key=made.secret)


@router.get("", summary="List API keys", responses=document_problems(403))
async def list_keys(caller: WorkspaceAdmin, services: CurrentServices) -> ApiKeyList:
    """Return all keys of the workspace by their beginnings, oldest first; revoked ones too."""
    keys = await services.accounts.keys.list_keys(caller.workspace_id)
    return ApiKeyList(data=[ApiKey(**asdict(key)) for key in keys])


@router.delete("/{key_id}", summary="Revoke an API key", status_code=204, responses=document_problems(403, 404))
async def revoke_key(key_id: UUID, caller: WorkspaceAdmin, services: CurrentServices) -> Response:
    """Refuse a key from now on; every process follows within a second."""
    await services.accounts.keys.revoke(key_id, caller.workspace_id, caller)
    return Response(status_code=204)
