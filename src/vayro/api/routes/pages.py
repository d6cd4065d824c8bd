"""The dashboard (or the start page without one) and pages about the API. Nothing on them comes from another host."""

from importlib.resources import files
from pathlib import Path

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles

from vayro.api.built_dashboard import mount_dashboard

_PAGES = Path(str(files("vayro.api"))) / "pages"
# Swagger UI 5, which reads OpenAPI 3.1. Of the packages that carry it, fastapi-offline is the smallest (0.8 MB) and
# follows its releases; only its files are used.
_SWAGGER_UI = Path(str(files("fastapi_offline"))) / "static"

# Swagger UI styles elements as it draws them, and keeps its pictures in data: addresses.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {"Content-Security-Policy": _POLICY, "Referrer-Policy": "no-referrer", "Cache-Control": "no-cache"}
# Nothing of the kind where people type passwords.
_STRICT_HEADERS = {**_HEADERS, "Content-Security-Policy": _POLICY.replace(" 'unsafe-inline'", "").replace(" data:", "")}

router = APIRouter(include_in_schema=False)


@router.get("/docs")
async def show_documentation() -> Response:
    """Show the API, to read and to try."""
    return FileResponse(_PAGES / "docs.html", headers=_HEADERS)


@router.get("/sign-in")
@router.get("/sign-up")
@router.get("/verify-email")
@router.get("/forgot-password")
@router.get("/reset-password")
@router.get("/join")
async def show_account_page() -> Response:
    """Show the page that signs people in, and that mails lead to. Its script reads the address."""
    return FileResponse(_PAGES / "account.html", headers=_STRICT_HEADERS)


def mount_pages(app: FastAPI) -> None:
    """Serve the dashboard, and what the other pages load; where it was not built, `/` says that Vayro runs."""
    app.state.not_found_page = mount_dashboard(app)
    if app.state.not_found_page is None:
        app.add_route("/", _show_start_page, methods=["GET"], include_in_schema=False)
    app.mount("/pages", StaticFiles(directory=_PAGES), name="pages")
    app.mount("/docs/assets", StaticFiles(directory=_SWAGGER_UI), name="docs-assets")


async def _show_start_page(_request: Request) -> Response:
    return FileResponse(_PAGES / "start.html", headers=_HEADERS)
