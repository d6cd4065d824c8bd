"""Signing in and up, and the sessions that come of it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from vayro.accounts.records import Caller
from vayro.accounts.sessions import Opened, session_of
from vayro.accounts.sign_in import SecondStep as NextStep
from vayro.accounts.sign_in import account_budget_key
from vayro.api.authentication import check_stranger
from vayro.api.browsers import name_browser
from vayro.api.cookies import SESSION, clear_cookie, read_cookie, write_session
from vayro.api.dependencies import CurrentCaller, CurrentServices, Services
from vayro.api.origin import check_own
from vayro.api.problems import document_problems
from vayro.api.schemas.auth import (
    CurrentSession,
    MailedToken,
    SecondStep,
    SessionEntry,
    SessionList,
    SessionUser,
    SessionWorkspace,
    SignInAnswer,
    SignInCode,
    SignInMethods,
    SignInRequest,
    SignUpAnswer,
    SignUpRequest,
    WorkspaceChoice,
)
from vayro.errors import Unauthenticated
from vayro.limits.limiter import address_key

router = APIRouter(prefix="/v1/auth", tags=["sign-in"])
Stranger = Annotated[None, Depends(check_stranger)]


@router.get("/methods", summary="Ways to sign in", responses=document_problems())
async def list_methods(_stranger: Stranger, services: CurrentServices) -> SignInMethods:
    """Return what a sign-in page offers."""
    name = services.settings.oidc_name if services.access.oidc.is_offered else None
    return SignInMethods(sign_up=services.settings.sign_up, provider=name)


@router.post("/sign-in", summary="Sign in", responses=document_problems(400, 403, 413))
async def sign_in(
    asked: SignInRequest, _stranger: Stranger, request: Request, response: Response, services: CurrentServices
) -> SignInAnswer:
    """Begin a session, whose cookie is set; with a second factor, answer with what its step needs instead.

    The answer to a wrong password is that to an unknown address, in words and in time.
    """
    account = account_budget_key(asked.email)
    spent = [("sign_in", account, 1), ("sign_in_address", address_key(services.limits.address(request)), 1)]
    await services.limits.limiter.spend_all(spent)
    outcome = await services.access.sign_in.with_password(asked.email, asked.password, await name_browser(request))
    await services.limits.limiter.give_back(spent)
    if isinstance(outcome, NextStep):
        return SignInAnswer(session=None, second_factor=SecondStep(token=outcome.token))
    return SignInAnswer(session=await begin_session(request, response, services, outcome))


@router.post(
    "/sign-in/code",
    summary="Sign in: the second factor",
    responses=document_problems(400, 403, 413),
)
async def sign_in_with_code(
    asked: SignInCode, _stranger: Stranger, request: Request, response: Response, services: CurrentServices
) -> CurrentSession:
    """Begin a session, by a code of the authenticator app or a recovery code. Ten wrong codes an hour are accepted."""
    browser = await name_browser(request)
    opened = await services.access.sign_in.with_code(asked.token, asked.code, browser)
    return await begin_session(request, response, services, opened)


@router.post(
    "/sign-up",
    summary="Ask for an account",
    status_code=202,
    responses={
        201: {"model": SignUpAnswer, "description": "By invitation: the account is made, and signed in."},
        **document_problems(400, 403, 413),
    },
    response_description="A mail was sent: to prove the address, or to say that there is an account already.",
)
async def sign_up(
    asked: SignUpRequest, _stranger: Stranger, request: Request, response: Response, services: CurrentServices
) -> SignUpAnswer:
    """Ask for an account, where VAYRO_SIGN_UP lets you. There is none before its address is proved."""
    await services.limits.limiter.spend("sign_up", address_key(services.limits.address(request)))
    ways = services.access.sign_up
    if asked.invitation is None:
        await ways.ask(asked.email, asked.password)
        return SignUpAnswer(session=None)
    browser = await name_browser(request)
    opened = await ways.with_invitation(asked.email, asked.password, asked.invitation, browser)
    response.status_code = 201
    return SignUpAnswer(session=await begin_session(request, response, services, opened))


@router.post(
    "/verify-email",
    summary="Make the account that was asked for",
    responses=document_problems(400, 403, 413),
)
async def verify_email(
    asked: MailedToken, _stranger: Stranger, request: Request, response: Response, services: CurrentServices
) -> CurrentSession:
    """Make the account whose mail held this token, and sign in."""
    opened = await services.access.sign_up.finish(asked.token, await name_browser(request))
    return await begin_session(request, response, services, opened)


@router.post("/sign-out", summary="Sign out", status_code=204, responses=document_problems(403))
async def sign_out(_stranger: Stranger, request: Request, services: CurrentServices) -> Response:
    """End the session of the cookie. Without one there is nothing to end, which is fine."""
    response = Response(status_code=204)
    if token := read_cookie(request, SESSION):
        check_own(request, needs_proof=True)
        await _end(services, token)
        clear_cookie(request, response, SESSION)
        response.headers["clear-site-data"] = '"cache"'
    return response


@router.post("/sign-out-everywhere", summary="Sign out everywhere", status_code=204, responses=document_problems(403))
async def sign_out_everywhere(caller: CurrentCaller, request: Request, services: CurrentServices) -> Response:
    """End all sessions of the caller, this one too. API keys stay."""
    session_of(caller)
    await services.access.sessions.end_all(caller)
    response = Response(status_code=204)
    clear_cookie(request, response, SESSION)
    return response


@router.get("/session", summary="Who am I", responses=document_problems(403))
async def read_session(caller: CurrentCaller, services: CurrentServices) -> CurrentSession:
    """Return who is signed in, or whose key it is, and what they may do."""
    return await _show(services, caller)


@router.get("/sessions", summary="List my sessions", responses=document_problems(403))
async def list_sessions(caller: CurrentCaller, services: CurrentServices) -> SessionList:
    """Return all sessions of the caller."""
    session_of(caller)
    found = await services.access.sessions.list_sessions(caller)
    return SessionList(data=[SessionEntry.model_validate(record, from_attributes=True) for record in found])


@router.delete(
    "/sessions/{session_id}", summary="End a session", status_code=204, responses=document_problems(403, 404)
)
async def end_session(session_id: UUID, caller: CurrentCaller, services: CurrentServices) -> Response:
    """End one of the caller's sessions."""
    session_of(caller)
    await services.access.sessions.end_one(caller, session_id)
    return Response(status_code=204)


@router.post(
    "/workspace",
    summary="Go on in another workspace",
    responses=document_problems(400, 403, 404, 413),
)
async def switch_workspace(
    choice: WorkspaceChoice, caller: CurrentCaller, request: Request, response: Response, services: CurrentServices
) -> CurrentSession:
    """Have the session speak of another workspace of the caller. Its cookie changes."""
    opened = await services.access.sessions.switch(caller, choice.workspace_id)
    write_session(request, response, opened.token)
    return await _show(services, opened.caller)


async def begin_session(request: Request, response: Response, services: Services, opened: Opened) -> CurrentSession:
    """End the session that the browser had, set the cookie of the new one, and return who is signed in."""
    if old := read_cookie(request, SESSION):
        await services.access.sessions.end(old)
    write_session(request, response, opened.token)
    return await _show(services, opened.caller)


async def _end(services: Services, token: str) -> None:
    try:
        caller = await services.access.sessions.find_caller(token)
    except Unauthenticated:
        return
    await services.access.sessions.end_one(caller, session_of(caller))


async def _show(services: Services, caller: Caller) -> CurrentSession:
    profile = await services.access.sessions.describe(caller)
    user = SessionUser(
        id=caller.user_id,
        email=profile.email,
        is_admin=caller.is_admin,
        has_password=profile.has_password,
        has_second_factor=profile.has_second_factor,
        is_linked=profile.is_linked,
    )
    theirs = [SessionWorkspace.model_validate(row, from_attributes=True) for row in profile.workspaces]
    return CurrentSession(
        session_id=caller.session_id,
        user=user,
        must_switch_second_factor_on=not caller.scopes and services.settings.second_factor == "required",
        workspace_id=caller.workspace_id,
        scopes=sorted(caller.scopes),
        short_domain=services.settings.default_domain_name,
        workspaces=theirs,
    )
