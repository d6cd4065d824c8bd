"""What a test in the browser stands on: a running Vayro, a person of their own, a page in one of the looks.

A page that complains on its console, breaks its own policy, throws, or asks another machine for anything fails its
test, whatever else the test is about.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Route

from tests.api.signing_in import PASSWORD
from tests.processes import Process
from vayro.accounts.records import Caller
from vayro.accounts.service import AccountService
from vayro.database.engine import open_database
from vayro.settings import Settings

ROOT = Path(__file__).parents[2]
AXE = ROOT / "dashboard" / "node_modules" / "axe-core" / "axe.min.js"
ARTIFACTS = ROOT / "artifacts"
PICTURES = "SCREENSHOTS"  # set by `make screenshots`
STEP_MS = 30_000  # CI's machines are slow, and shared
HEIGHTS = {360: 780, 1440: 900}
# What Chromium itself writes about an answer that the page handles: it is what some tests are about.
_EXPECTED = "Failed to load resource"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@dataclass(frozen=True)
class Look:
    """How wide the window is, in CSS pixels, and which colours the system asks for."""

    database: str
    width: int
    scheme: str

    def __str__(self) -> str:
        return f"{self.database}-{self.width}-{self.scheme}"


@dataclass(frozen=True)
class Site:
    """A running `vayro up`."""

    settings: Settings
    process: Process

    @property
    def url(self) -> str:
        """Where the dashboard is."""
        return self.process.serves[1]


@dataclass
class Stage:
    """One person, in one look, on one site."""

    site: Site
    look: Look
    context: BrowserContext
    api: httpx.AsyncClient
    email: str
    password: str = PASSWORD
    faults: list[str] = field(default_factory=list)
    pages: list[Page] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where the dashboard is."""
        return self.site.url

    @property
    def engine_url(self) -> str:
        """Where links redirect."""
        return self.site.process.serves[0]

    @property
    def is_small(self) -> bool:
        """Whether it is a phone."""
        return self.look.width < 768

    async def open(self, path: str = "/") -> Page:
        """Open a page of the dashboard, as the person."""
        page = self.pages[0] if self.pages else await self.new_page()
        await page.goto(f"{self.url}{path}")
        return page

    async def new_page(self) -> Page:
        """A further page; its faults count, too."""
        page = await self.context.new_page()
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.faults.append(f"thrown: {error}"))
        page.on("request", self._watch)
        self.pages.append(page)
        return page

    async def check(self, page: Page | None = None) -> None:
        """Assert that axe-core finds nothing on the page as it is, that nothing scrolls sideways, and no fault yet."""
        page = page or self.pages[0]
        await page.locator("h1").first.wait_for(state="attached")  # behind a dialog it is hidden, but there
        await page.evaluate(AXE.read_text(encoding="utf-8"))
        found = await page.evaluate("async tags => (await axe.run({runOnly: tags})).violations", RULES)
        assert not found, [_describe(violation) for violation in found]
        wide = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"the page is {wide} px wider than its window"
        assert not self.faults, self.faults

    async def shot(self, name: str, page: Page | None = None, *, is_full: bool = False) -> None:
        """Write a picture to artifacts/, when pictures are asked for."""
        if PICTURES in os.environ:
            ARTIFACTS.mkdir(exist_ok=True)
            path = ARTIFACTS / f"{name}-{self.look.width}-{self.look.scheme}.png"
            await (page or self.pages[0]).screenshot(path=path, full_page=is_full, animations="disabled")

    async def answer(self, pattern: str, status: int, code: str, detail: str, **headers: str) -> None:
        """Let the API refuse what fits the pattern, as it would for a cause that a test cannot bring about."""

        async def refuse(route: Route) -> None:
            problem = {"type": "about:blank", "title": code, "status": status, "detail": detail, "code": code}
            await route.fulfill(status=status, json=problem, headers=headers)

        await self.context.route(pattern, refuse)

    async def hold(self, pattern: str) -> asyncio.Event:
        """Let what reads from the API wait where it fits the pattern, as on a slow line, until the event is set."""
        released = asyncio.Event()

        async def wait(route: Route) -> None:
            if route.request.method == "GET":
                await released.wait()
            await route.continue_()

        await self.context.route(pattern, wait)
        return released

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and _EXPECTED not in message.text:
            self.faults.append(f"console: {message.text}")

    def _watch(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob") and parts.hostname != "127.0.0.1":
            self.faults.append(f"asked another machine: {request.url}")


@asynccontextmanager
async def open_stage(
    site: Site, look: Look, browser: Browser, email: str, *, is_new: bool = True
) -> AsyncIterator[Stage]:
    """Make the person, sign them in as a browser does, and say at the end what faults there were."""
    key = await _make_key(site.settings, email, is_new=is_new)
    context = await browser.new_context(
        viewport={"width": look.width, "height": HEIGHTS[look.width]},
        color_scheme="dark" if look.scheme == "dark" else "light",
        locale="en-GB",
        timezone_id="Europe/Berlin",
        reduced_motion="reduce",
    )
    await context.grant_permissions(["clipboard-read", "clipboard-write"], origin=site.url)
    context.set_default_timeout(STEP_MS)
    headers = {"Authorization": f"Bearer {key}"}
    async with httpx.AsyncClient(base_url=site.url, headers=headers, timeout=60, verify=False) as api:
        stage = Stage(site, look, context, api, email)
        await sign_in(stage)
        yield stage
        await context.close()
    assert not stage.faults, stage.faults


async def sign_in(stage: Stage) -> None:
    """Give the browser a session."""
    answer = await stage.context.request.post(
        f"{stage.url}/v1/auth/sign-in",
        data={"email": stage.email, "password": stage.password},
        headers={"Origin": stage.url},
    )
    assert answer.ok, await answer.text()


async def _make_key(settings: Settings, email: str, *, is_new: bool) -> str:
    """Return an API key of a person; a new one owns a new workspace."""
    database = open_database(settings)
    service = AccountService(database)
    try:
        if is_new:
            await service.create_user(email, PASSWORD)
        user = await service.get_user(email)
        return await service.create_key(Caller(user.workspace_id, user.id, None, is_admin=False), "stage")
    finally:
        await service.close()
        await database.close()


def _describe(violation: dict[str, Any]) -> str:
    where = [" ".join(map(str, node["target"])) + ": " + node["failureSummary"] for node in violation["nodes"][:3]]
    return f"{violation['id']} ({violation['help']}) at {where}"
