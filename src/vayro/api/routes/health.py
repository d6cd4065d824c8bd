"""Whether the process lives, and whether it wants requests."""

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel

from vayro.api.dependencies import CurrentServices
from vayro.api.problems import document_problems
from vayro.errors import Unavailable

router = APIRouter(prefix="/health", tags=["health"])


class Health(BaseModel):
    """All is well."""

    status: Literal["ok"] = "ok"


@router.get("/live", summary="Is the process alive?")
async def live() -> Health:
    """Answer while the event loop turns."""
    return Health()


@router.get("/ready", summary="Does the process want requests?", responses=document_problems(503, always=()))
async def ready(services: CurrentServices) -> Health:
    """Answer 503 from the moment the process is told to stop.

    It does not ask the database: were it away, taking every process out of the balancer would help nobody.
    """
    if services.draining.is_set():
        raise Unavailable("The process is stopping.")
    return Health()
