"""Billing: pages of Stripe to send people to, and Stripe's webhook."""

from typing import Annotated

from fastapi import APIRouter, Header, Request, Response

from vayro.api.dependencies import CurrentServices, WorkspaceAdmin
from vayro.api.problems import document_problems
from vayro.api.schemas.billing import BillingPage, Checkout

router = APIRouter(tags=["billing"])


@router.post("/v1/billing/checkout", summary="Take a plan", responses=document_problems(400, 403, 404, 413))
async def open_checkout(wanted: Checkout, caller: WorkspaceAdmin, services: CurrentServices) -> BillingPage:
    """Return a page of Stripe where the workspace takes a plan. Without Stripe's keys there is none: 404."""
    return BillingPage(url=await services.governance.billing.open_checkout(caller, wanted.plan))


@router.post("/v1/billing/portal", summary="Change or end a plan", responses=document_problems(403, 404))
async def open_portal(caller: WorkspaceAdmin, services: CurrentServices) -> BillingPage:
    """Return a page of Stripe with the invoices, where the plan is changed or ended."""
    return BillingPage(url=await services.governance.billing.open_portal(caller))


@router.post(
    "/webhooks/stripe",
    summary="Hear of Stripe",
    status_code=204,
    responses=document_problems(400, 404, 413, 422, 503, always=()),
)
async def receive_event(
    request: Request,
    services: CurrentServices,
    signature: Annotated[str, Header(alias="Stripe-Signature", max_length=2_000)] = "",
) -> Response:
    """Act on an event that Stripe signed; the same one again changes nothing."""
    await services.governance.billing.receive(await request.body(), signature)
    return Response(status_code=204)
