"""Signing in at another provider."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from vayro.accounts.oidc_sign_in import CALLBACK_PATH, Departure
from vayro.accounts.tokens import LIFETIMES
from vayro.api.browsers import name_browser
from vayro.api.cookies import OIDC, clear_cookie, read_cookie, write_cookie
from vayro.api.dependencies import CurrentCaller, CurrentServices
from vayro.api.problems import document_problems
from vayro.api.routes.auth import Stranger, begin_session
from vayro.api.schemas.auth import OidcAddress, PasswordProof
from vayro.errors import Unauthenticated

router = APIRouter(prefix="/v1/auth/oidc", tags=["sign-in"])
ReturnedText = Annotated[str, Query(max_length=2_048)]


@router.post("/start", summary="Begin to sign in at the provider", responses=document_problems(400, 403, 404, 413))
async def start(_stranger: Stranger, request: Request, response: Response, services: CurrentServices) -> OidcAddress:
    """Return where to send the browser. A POST of our own page: no other site can begin a sign-in."""
    return _send_off(request, response, await services.access.oidc.begin())


@router.post(
    "/link",
    summary="Begin to link my account with the provider",
    responses=document_problems(400, 403, 404, 413),
)
async def link(
    proof: PasswordProof, caller: CurrentCaller, request: Request, response: Response, services: CurrentServices
) -> OidcAddress:
    """Return where to send the browser; whoever signs in there is let in here from then on."""
    await services.limits.limiter.spend("second_factor", str(caller.user_id))
    return _send_off(request, response, await services.access.oidc.begin_link(caller, proof.password))


@router.post("/unlink", summary="Unlink my account", status_code=204, responses=document_problems(400, 403, 413))
async def unlink(proof: PasswordProof, caller: CurrentCaller, services: CurrentServices) -> Response:
    """Let nobody in any more who signs in at the provider. It takes a password, which is then the only way in."""
    await services.limits.limiter.spend("second_factor", str(caller.user_id))
    await services.access.oidc.unlink(caller, proof.password)
    return Response(status_code=204)


@router.get(
    CALLBACK_PATH.rpartition("/oidc")[2],
    summary="Come back from the provider",
    status_code=303,
    response_class=Response,
    responses={303: {"description": "Signed in: on to the dashboard."}, **document_problems(403, 404)},
)
async def come_back(
    _stranger: Stranger,
    request: Request,
    services: CurrentServices,
    code: ReturnedText = "",
    state: ReturnedText = "",
) -> Response:
    """Take what the provider says of who comes back, and begin a session. Only the browser that left is received."""
    if not code:
        raise Unauthenticated("The provider did not sign you in.")
    browser = await name_browser(request)
    opened = await services.access.oidc.finish(code, state, read_cookie(request, OIDC), browser)
    response = RedirectResponse(f"{services.settings.resolved_dashboard_url}/", 303)
    clear_cookie(request, response, OIDC)
    await begin_session(request, response, services, opened)
    return response


def _send_off(request: Request, response: Response, departure: Departure) -> OidcAddress:
    write_cookie(request, response, OIDC, departure.binding, LIFETIMES["oidc"].total_seconds())
    return OidcAddress(address=departure.address)
