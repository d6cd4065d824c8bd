"""What people sign in with: passwords and second factors."""

from fastapi import APIRouter, Request, Response

from vayro.accounts.sign_in import account_budget_key
from vayro.api.cookies import write_session
from vayro.api.dependencies import CurrentCaller, CurrentServices, Services
from vayro.api.problems import document_problems
from vayro.api.routes.auth import Stranger
from vayro.api.schemas.auth import (
    FactorCode,
    FactorSecret,
    FactorStatus,
    PasswordChange,
    PasswordForgotten,
    PasswordProof,
    PasswordReset,
    RecoveryCodes,
)
from vayro.links.qr_code import render_qr_code

router = APIRouter(prefix="/v1/auth", tags=["sign-in"])


@router.post("/password", summary="Change my password", status_code=204, responses=document_problems(400, 403, 413))
async def change_password(
    change: PasswordChange, caller: CurrentCaller, request: Request, services: CurrentServices
) -> Response:
    """Change the password, end all other sessions, and set another cookie for this one. A mail tells of it."""
    await _spend(services, str(caller.user_id))
    opened = await services.access.passwords.change(caller, change.current_password, change.new_password)
    response = Response(status_code=204)
    write_session(request, response, opened.token)
    return response


@router.post(
    "/password/forgotten",
    summary="Ask for a new password",
    status_code=202,
    response_class=Response,
    responses={
        202: {"description": "If there is such an account, a mail is on its way."},
        **document_problems(400, 403, 413),
    },
)
async def forget_password(asked: PasswordForgotten, _stranger: Stranger, services: CurrentServices) -> Response:
    """Send a link for a new password to the address, if there is an account: the answer does not tell."""
    await services.limits.limiter.spend("reset_password", account_budget_key(asked.email))
    services.access.passwords.forget(asked.email)
    return Response(status_code=202)


@router.post(
    "/password/reset", summary="Choose a new password", status_code=204, responses=document_problems(400, 403, 413)
)
async def reset_password(asked: PasswordReset, _stranger: Stranger, services: CurrentServices) -> Response:
    """Set the password by the token of a mail, and end all sessions. A second factor stays."""
    await services.access.passwords.reset(asked.token, asked.password)
    return Response(status_code=204)


@router.get("/second-factor", summary="Read my second factor", responses=document_problems(403))
async def read_second_factor(caller: CurrentCaller, services: CurrentServices) -> FactorStatus:
    """Return whether it is on, and how many recovery codes are left."""
    return FactorStatus.model_validate(await services.access.second_factors.read(caller), from_attributes=True)


@router.post(
    "/second-factor",
    summary="Begin a second factor",
    responses=document_problems(400, 403, 413),
)
async def begin_second_factor(proof: PasswordProof, caller: CurrentCaller, services: CurrentServices) -> FactorSecret:
    """Return a secret for an authenticator app (TOTP, RFC 6238). It is asked for once a code has confirmed it."""
    await _spend(services, str(caller.user_id))
    begun = await services.access.second_factors.begin(caller, proof.password)
    return FactorSecret(
        secret=begun.secret, address=begun.address, qr_code=render_qr_code(begun.address).decode("utf-8")
    )


@router.post(
    "/second-factor/confirm",
    summary="Switch the second factor on",
    responses=document_problems(400, 403, 413),
)
async def confirm_second_factor(
    sent: FactorCode, caller: CurrentCaller, request: Request, response: Response, services: CurrentServices
) -> RecoveryCodes:
    """Switch it on by a code of the app, end all other sessions, and return recovery codes, this once."""
    await _spend(services, str(caller.user_id))
    codes, opened = await services.access.second_factors.confirm(caller, sent.code)
    write_session(request, response, opened.token)
    return RecoveryCodes(codes=codes)


@router.post(
    "/second-factor/off",
    summary="Switch the second factor off",
    status_code=204,
    responses=document_problems(400, 403, 413),
)
async def switch_second_factor_off(
    proof: PasswordProof, caller: CurrentCaller, request: Request, services: CurrentServices
) -> Response:
    """Forget it and its recovery codes, and end all other sessions. A mail tells of it."""
    await _spend(services, str(caller.user_id))
    opened = await services.access.second_factors.switch_off(caller, proof.password)
    response = Response(status_code=204)
    write_session(request, response, opened.token)
    return response


@router.post(
    "/second-factor/recovery-codes",
    summary="Make new recovery codes",
    responses=document_problems(400, 403, 413),
)
async def renew_recovery_codes(proof: PasswordProof, caller: CurrentCaller, services: CurrentServices) -> RecoveryCodes:
    """Return ten codes, this once; those before are void."""
    await _spend(services, str(caller.user_id))
    return RecoveryCodes(codes=await services.access.second_factors.renew_codes(caller, proof.password))


async def _spend(services: Services, account: str) -> None:
    """Spend one proof of who somebody is: whoever has a session must not guess the password behind it."""
    await services.limits.limiter.spend("second_factor", account)
