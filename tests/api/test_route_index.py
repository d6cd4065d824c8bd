"""The index of routes finds what trying all of them in turn finds."""

import re
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Match

from tests.conftest import SettingsFactory
from vayro.api.app import build_app
from vayro.api.route_index import RouteIndex

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
SOMEWHERE = "0190a1b2-0000-7000-8000-000000000001"


@pytest.fixture
def app(settings_factory: SettingsFactory) -> FastAPI:
    return build_app(settings_factory())


@pytest.fixture
def index(app: FastAPI) -> RouteIndex:
    first = app.routes[0]
    assert isinstance(first, RouteIndex)
    return first


def scope_of(method: str, path: str, app: FastAPI) -> dict[str, Any]:
    return {"type": "http", "method": method, "path": path, "root_path": "", "headers": [], "app": app}


def by_trying_all(app: FastAPI, scope: dict[str, Any]) -> APIRoute | None:
    for route in app.routes[1:]:
        match, _ = route.matches(scope)
        if match is Match.FULL:
            return next((found for found in inner_routes(route) if found.matches(dict(scope))[0] is Match.FULL), None)
    return None


def inner_routes(route: BaseRoute) -> list[APIRoute]:
    included = getattr(route, "original_router", None)
    return [found for found in (included.routes if included else [route]) if isinstance(found, APIRoute)]


def addresses(app: FastAPI) -> list[str]:
    known = {route.path for group in app.routes[1:] for route in inner_routes(group)}
    filled = {re.sub(r"\{[^}]+\}", SOMEWHERE, path) for path in known}
    return sorted(filled | {f"{path}/" for path in filled} | {f"{path}/more" for path in filled})


def test_every_address_leads_where_it_led(app: FastAPI, index: RouteIndex) -> None:
    found = 0
    for path in addresses(app):
        for method in METHODS:
            match, child_scope = index.matches(scope_of(method, path, app))
            expected = by_trying_all(app, scope_of(method, path, app))
            assert child_scope.get("route") is expected, (method, path)
            assert (match is Match.FULL) == (expected is not None), (method, path)
            found += expected is not None
    assert found > 150


@pytest.mark.parametrize(("method", "path"), [("PUT", "/v1/links"), ("GET", "/v1/linksx"), ("GET", "/v1"), ("GET", "")])
def test_what_fits_no_route_is_left_to_the_others(app: FastAPI, index: RouteIndex, method: str, path: str) -> None:
    assert index.matches(scope_of(method, path, app)) == (Match.NONE, {})
