"""Every error becomes a problem document; nothing that fails tells more than its caller may know."""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from vayro.api.allowed_methods import allowed_methods, is_fixed_address
from vayro.api.built_dashboard import BuiltFile
from vayro.api.problems import headers_of, problem_answer, problem_body, problem_of
from vayro.errors import ValidationFailed, VayroError
from vayro.links.excerpt import excerpt

MAX_REPORTED_ERRORS = 100
_PLACES = {"body", "query", "path", "header", "cookie"}
_CODES = {
    400: ("bad_request", "The request cannot be read"),
    404: ("not_found", "Not found"),
    405: ("method_not_allowed", "Method not allowed"),
    413: ("too_large", "The body is too large"),
}


def install_error_handlers(app: FastAPI) -> None:
    """Make the app answer every expected error with a problem document; `Observer` answers the unexpected ones."""
    app.add_exception_handler(VayroError, _answer_vayro_error)
    app.add_exception_handler(RequestValidationError, _answer_invalid_request)
    app.add_exception_handler(HTTPException, _answer_http_error)


def internal_problem() -> Response:
    """Return the answer to an error that nobody expected: it says nothing of its cause."""
    return problem_answer(
        problem_body(500, "internal", VayroError.title, "Something went wrong here; it has been logged.")
    )


def http_problem(status: int, headers: Mapping[str, str] | None = None) -> Response:
    """Return the answer for a status that says all there is to say."""
    code, title = _CODES.get(status, ("bad_request", "The request cannot be served"))
    return problem_answer(problem_body(status, code, title, _DETAILS.get(status, f"{title}.")), headers)


def describe_invalid(errors: Sequence[Any]) -> dict[str, Any]:
    """Return the problem document of what pydantic found wrong. Values are never repeated: they may be secrets."""
    found = [{"field": _name_field(error["loc"]), "message": _say(error)} for error in errors[:MAX_REPORTED_ERRORS]]
    first = found[0]
    detail = f"{first['field']}: {first['message']}" if first["field"] else first["message"]
    return problem_body(422, ValidationFailed.code, ValidationFailed.title, detail, errors=found)


async def _answer_vayro_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, VayroError)
    return problem_answer(problem_of(error), headers_of(error))


async def _answer_invalid_request(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    if any(found["loc"][:1] == ("path",) for found in error.errors()):
        # What is no identifier names nothing: the same answer as for one that is unknown.
        return http_problem(404) if not is_fixed_address(request) else _refuse_method(request)
    return problem_answer(describe_invalid(error.errors()))


async def _answer_http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 404 and (page := _page_for_people(request)):
        return page
    return _refuse_method(request) if error.status_code == 405 else http_problem(error.status_code, error.headers)


def _page_for_people(request: Request) -> Response | None:
    """Return the dashboard's page for an unknown address, when a browser asks where no program would."""
    page: BuiltFile | None = getattr(request.app.state, "not_found_page", None)
    is_person = request.method == "GET" and "text/html" in request.headers.get("Accept", "")
    if page is None or not is_person or request.url.path.startswith("/v1/"):
        return None
    return page.answer(request, 404)


def _refuse_method(request: Request) -> Response:
    return http_problem(405, {"Allow": allowed_methods(request) or "GET"})


_DETAILS = {
    400: "The body cannot be read as JSON: it is not UTF-8, nested too deeply, or holds an absurd number.",
    404: "There is nothing at this address.",
    405: "This address does not take that method; the Allow header says which it takes.",
    413: "The body is larger than this address accepts.",
}

_MESSAGES = {
    "extra_forbidden": "There is no such field.",
    "missing": "This field is required.",
    "json_invalid": "The body is not valid JSON.",
    "string_unicode": "The text holds half of a surrogate pair, which is no character.",
    "model_attributes_type": "The body must be a JSON object, sent as application/json.",
    "model_type": "A JSON object is expected.",
}


def _name_field(location: Sequence[str | int]) -> str:
    """Return `tags.0` for ("body", "tags", 0). The names may come from the caller: what does not print is escaped."""
    parts = location[1:] if location and location[0] in _PLACES else location
    return ".".join(excerpt(str(part))[1:-1] for part in parts)


def _say(error: Any) -> str:
    kind = error["type"]
    if kind == "json_invalid":
        return f"The body is not valid JSON: {error.get('ctx', {}).get('error', '')} at character {error['loc'][-1]}."
    if kind in _MESSAGES:
        return _MESSAGES[kind]
    message = str(error["msg"]).removeprefix("Value error, ")
    return message if message.endswith(".") else f"{message}."
