"""The engine's FastAPI application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException

from vayro.errors import Unavailable
from vayro.redirect.endpoint import RedirectEndpoint
from vayro.redirect.engine import Engine
from vayro.redirect.pages import METHOD_NOT_ALLOWED, NOT_FOUND, UNAVAILABLE
from vayro.redirect.reporting import router as reporting_router
from vayro.redirect.routes import refuse, router


def create_app(engine: Engine) -> RedirectEndpoint:
    """Return the application of this engine, which it starts and closes: FastAPI behind the redirects themselves."""

    @asynccontextmanager
    async def live(_app: FastAPI) -> AsyncIterator[None]:
        await engine.start()
        yield
        await engine.close()

    app = FastAPI(
        lifespan=live, openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False, title="Vayro Redirect"
    )
    app.state.engine = engine
    app.include_router(reporting_router)
    app.include_router(router)
    app.add_exception_handler(HTTPException, _refuse)
    app.add_exception_handler(Unavailable, _ask_to_come_back)
    app.add_exception_handler(Exception, _ask_to_come_back)  # logged by who called the app
    return RedirectEndpoint(app, engine)


async def _refuse(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return refuse(request, METHOD_NOT_ALLOWED if error.status_code == 405 else NOT_FOUND)


async def _ask_to_come_back(request: Request, _error: Exception) -> Response:
    return refuse(request, UNAVAILABLE)
