"""The way to a route by one look into a table.

FastAPI tries all routes in turn, twice for those of an included router: of some 130 that was 40 % of what a small
request cost.
"""

from collections.abc import Iterable, Iterator

from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

_DEPTHS = (2, 1)
"""Templates are told apart by the segments before their first parameter, two at most: `/v1/links`, `/s`."""


class RouteIndex(BaseRoute):
    """Stands before all other routes and answers for them.

    What it does not know it leaves to them, as it leaves all that is not as it should be: an unknown address, a wrong
    method.
    """

    def __init__(self, routes: Iterable[BaseRoute]) -> None:
        """Args: routes, in their order; those that are not of FastAPI are passed over."""
        self._fixed: dict[tuple[str, str], APIRoute] = {}
        self._templates: dict[tuple[str, str], list[APIRoute]] = {}
        for route in routes:
            if isinstance(route, APIRoute):
                for method in route.methods or ():
                    self._add(method, route)

    def _add(self, method: str, route: APIRoute) -> None:
        literal, brace, _ = route.path.partition("{")
        if brace:
            depth = min(literal.count("/") - 1, max(_DEPTHS))
            self._templates.setdefault((method, _start(literal, depth)), []).append(route)
        else:
            self._fixed.setdefault((method, route.path), route)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Return the match of the first route that fits address and method; none when no route does."""
        if scope["type"] == "http":
            for route in self._candidates(scope["method"], scope["path"]):
                match, child_scope = route.matches(scope)
                if match is Match.FULL:
                    return match, child_scope
        return Match.NONE, {}

    def _candidates(self, method: str, path: str) -> Iterator[APIRoute]:
        if fixed := self._fixed.get((method, path)):
            yield fixed
        for depth in _DEPTHS:
            yield from self._templates.get((method, _start(path, depth)), ())

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Have the route answer that was found."""
        route: APIRoute = scope["route"]
        await route.handle(scope, receive, send)


def _start(path: str, depth: int) -> str:
    return "/".join(path.split("/", depth + 1)[: depth + 1])
