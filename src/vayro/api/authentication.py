"""Who is calling: `Authorization: Bearer vk_…`."""

from fastapi import Request
from fastapi.openapi.models import HTTPBearer
from fastapi.security import SecurityScopes
from fastapi.security.base import SecurityBase

from vayro.accounts import permissions
from vayro.accounts.service import AccountService, Caller
from vayro.api.limits import RequestLimits
from vayro.errors import Unauthenticated


class BearerKey(SecurityBase):
    """The dependency that asks for an API key, and its entry in the OpenAPI document.

    The account service remembers accepted keys for a second, so most requests cost no query for it.
    """

    def __init__(self) -> None:
        """Describe the scheme."""
        self.model = HTTPBearer(
            bearerFormat="vk_…",
            description="An API key, made with `POST /v1/keys` or `vayro keys create`. It belongs to one workspace; "
            "the names beside it at each address are the scopes that it must have.",
        )
        self.scheme_name = "ApiKey"

    async def __call__(self, request: Request, wanted: SecurityScopes) -> Caller:
        """Return the caller. Raises Unauthenticated, which never repeats what was sent, Forbidden and RateLimited."""
        caller = await self._identify(request)
        for scope in wanted.scopes:
            permissions.require(caller.scopes, scope)
        return caller

    async def _identify(self, request: Request) -> Caller:
        """Return who sent the request, whose budget it is counted against; a stranger's is that of the address."""
        accounts: AccountService = request.app.state.services.accounts
        limits: RequestLimits = request.app.state.services.limits
        limits.refuse_known_stranger(request)
        try:
            caller = await accounts.authenticate_key(read_key(request.headers.get("authorization", "")))
        except Unauthenticated:
            await limits.count_stranger(request)
            raise
        await limits.count(request, caller)
        return caller


def read_key(authorization: str) -> str:
    """Return the key in an `Authorization` header. Raises Unauthenticated when it holds none."""
    scheme, _, key = authorization.partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        raise Unauthenticated("Send an API key: Authorization: Bearer vk_…")
    return key.strip()
