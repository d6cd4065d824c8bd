"""Problem documents (RFC 9457): how they look, and how the OpenAPI document describes them."""

from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from fastapi.responses import Response
from pydantic import BaseModel, Field

from vayro.errors import RateLimited, Unavailable, VayroError

PROBLEM_TYPE = "application/problem+json"


class FieldProblem(BaseModel):
    """One thing that is wrong with one field."""

    field: str = Field(description="Name of the field, with dots for what lies inside another.", examples=["tags.0"])
    message: str = Field(description="What is wrong with it.", examples=["At most 50 characters are accepted."])


class Problem(BaseModel):
    """An error, as RFC 9457 writes it. `code` is stable; `detail` is one sentence for a person."""

    type: str = Field(examples=["urn:vayro:problem:not_found"])
    title: str = Field(examples=["Not found"])
    status: int = Field(examples=[404])
    detail: str = Field(examples=["There is no such link."])
    code: str = Field(examples=["not_found"])
    field: str | None = Field(None, description="The field that the error is about, where there is one.")
    errors: list[FieldProblem] | None = Field(
        None, description="With `validation_failed`: what is wrong, field by field."
    )


def problem_body(status: int, code: str, title: str, detail: str, **more: Any) -> dict[str, Any]:
    """Return a problem document."""
    return {
        "type": f"urn:vayro:problem:{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
        **more,
    }


def problem_of(error: VayroError) -> dict[str, Any]:
    """Return the problem document of an error."""
    more = {"field": error.field} if error.field else {}
    return problem_body(error.status, error.code, error.title, error.detail, **more)


def problem_answer(body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Response:
    """Return the answer that carries a problem document."""
    return Response(
        orjson.dumps(body), status_code=body["status"], media_type=PROBLEM_TYPE, headers=dict(headers or {})
    )


def headers_of(error: VayroError) -> dict[str, str]:
    """Return the headers that HTTP wants beside such an error."""
    if isinstance(error, RateLimited | Unavailable):
        return {"Retry-After": str(error.retry_after_seconds)}
    return {"WWW-Authenticate": "Bearer"} if error.status == 401 else {}


_DESCRIPTIONS = {
    400: "The request cannot be read: `bad_request`.",
    401: "No valid key came with the request: `unauthenticated`.",
    403: "The caller may not do this: `forbidden`, `quota_exceeded`.",
    404: "It does not exist, or belongs to another workspace: `not_found`.",
    409: "Another link has this code, or is the canonical one: `code_taken`, `canonical_taken`; another site has the "
    "subdomain: `subdomain_taken`; something needs what is to go: `in_use`, `link_in_use`; or the site is being "
    "generated: `site_busy`; or the campaign is over: `campaign_over`.",
    413: "The body is too large: `too_large`.",
    422: "The input is not accepted: `validation_failed`, `invalid_url`, `blocked_domain`, `self_link`, "
    "`invalid_code`, `reserved_code`.",
    429: "Too many requests: `rate_limited`.",
    500: "Something went wrong here: `internal`.",
    503: "A store that is needed does not answer: `unavailable`.",
}
_ALWAYS = (401, 422, 429, 503)


def document_problems(*statuses: int, always: Iterable[int] = _ALWAYS) -> dict[int | str, dict[str, Any]]:
    """Return the `responses=` of a route: its own error answers, and those that any route behind a key may give."""
    schema = {PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        status: {"description": _DESCRIPTIONS[status], "content": schema} for status in sorted({*statuses, *always})
    }
