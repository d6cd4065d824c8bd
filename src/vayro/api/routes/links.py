"""Links."""

from fastapi import APIRouter

router = APIRouter(prefix="/v1/links", tags=["links"])
