"""Which methods an address takes, for the `Allow` header of a 405 (RFC 9110 §10.2.1).

The router knows one route at a time: it would name the methods of the first that fits the path alone.
"""

import re
from typing import Any

from fastapi import Request


def allowed_methods(request: Request) -> str:
    """Return the methods of the address, as `Allow` lists them; nothing for an address that is not documented."""
    paths: dict[str, Any] = request.app.openapi()["paths"]
    path = request.url.path
    if path in paths:
        return _list(paths[path])
    fitting = [operations for template, operations in paths.items() if _fits(template, path)]
    return _list(*fitting)


def is_fixed_address(request: Request) -> bool:
    """Return whether the path stands for itself, as `/v1/links/bulk`, though a template would fit it too."""
    return request.url.path in request.app.openapi()["paths"]


def _list(*operations: dict[str, Any]) -> str:
    return ", ".join(sorted({method.upper() for methods in operations for method in methods}))


def _fits(template: str, path: str) -> bool:
    return re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", template), path) is not None
