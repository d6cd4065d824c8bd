"""The generation of a site: gather → write → lay_out → check → store.

Each step is done to its end or done again, wherever the process is killed; what a step returned is kept, so that no
later try pays for it twice. The last one stores all in one transaction: contents, link, status. So there is never a
completed site without a link, and never a link without its site.
"""

import asyncio
import datetime as dt
import hashlib
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple, Protocol
from uuid import UUID

import msgspec
import structlog
from sqlalchemy import RowMapping

from vayro.database.engine import Database
from vayro.errors import CodeTaken, RequestError, Unavailable, ValidationFailed
from vayro.links.draft import LinkDraft
from vayro.links.record import LinkRecord
from vayro.links.service import LinkService
from vayro.links.writer import MAX_TRIES
from vayro.sites import runs
from vayro.sites.address import SiteAddresses
from vayro.sites.content import Copywriter, Facts, SiteContent, SiteRefused
from vayro.sites.runs import Run
from vayro.sites.site import COMPLETED, SITE_LINK

TRIES = 4
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 5.0
UNEXPECTED = "Something unexpected happened while the site was made. Try again; the log of the jobs says more."

Done = dict[str, Any]
"""What steps have returned, by name. JSON throughout: it is kept in the jobs' database."""
Step = Callable[[Run, Done], Awaitable[Any]]
Perform = Callable[[str, Step, Run, Done], Awaitable[Any]]
"""Does a step once and remembers what it returned; what was done before is not done again."""
_log = structlog.get_logger(__name__)


class Generators(Protocol):
    """Who writes, lays out and checks."""

    def open_copywriter(self, generator: str) -> Copywriter:
        """Return who writes for this generator."""

    def lay_out(self, design: str, facts: Facts, content: SiteContent) -> str:
        """Return the page."""

    def check_page(self, html: str) -> None:
        """Raise SiteRefused for a page that may not be served."""


class Ended(Exception):  # an ending, not a fault
    """The run ends here: it failed, which the row says, or it is nobody's any more."""


class SiteOwner(NamedTuple):
    """In whose name the link of a site is made: nobody calls, and no key is used."""

    workspace_id: UUID
    user_id: UUID | None
    key_id: UUID | None = None
    plan: str = ""


class SiteWorkflow:
    """Does runs. Everything it needs of DBOS comes in as `perform`."""

    def __init__(
        self, database: Database, links: LinkService, addresses: SiteAddresses, generators: Generators
    ) -> None:
        """Args: links, which make the site's link; generators, who write, lay out and check."""
        self._database = database
        self._links = links
        self._addresses = addresses
        self._generators = generators

    async def run(self, run: Run, perform: Perform) -> None:
        """Generate the site. Returns when it is completed, has failed, or was overtaken; the row says which."""
        done: Done = {}
        steps: tuple[Step, ...] = (self.gather, self.write, self.lay_out, self.check, self.store)
        for step in steps:
            name = step.__name__
            outcome = await perform(name, self._attempt, run, {"step": name, **done})
            if outcome is None or "ended" in outcome:
                return
            done[name] = outcome["done"]

    # ── steps ──

    async def gather(self, run: Run, _done: Done) -> Any:
        """Return what is known of the business, and what was asked for."""
        async with self._database.read() as connection:
            found = await runs.find(connection, run)
        if found is None:
            raise Ended
        site, business = found
        facts = {name: business[name] for name in Facts.__struct_fields__ if name != "brief"}
        wanted = {"generator": site["generator"], "design": site["design"]}
        return {"facts": {**facts, "brief": site["brief"]}, **wanted}

    async def write(self, run: Run, done: Done) -> Any:
        """Return the words. The step that may cost something."""
        copywriter = self._generators.open_copywriter(done["gather"]["generator"])
        copy = await copywriter.write(_facts(done), str(run.generation_id))
        return {"content": copy.content.model_dump(mode="json"), "cost_micros": copy.cost_micros, "note": copy.note}

    async def lay_out(self, _run: Run, done: Done) -> Any:
        """Return the page."""
        content = SiteContent.model_validate(done["write"]["content"])
        return await asyncio.to_thread(self._generators.lay_out, done["gather"]["design"], _facts(done), content)

    async def check(self, _run: Run, done: Done) -> Any:
        """See that the page may be served."""
        await asyncio.to_thread(self._generators.check_page, done["lay_out"])
        return True

    async def store(self, run: Run, done: Done) -> Any:
        """Complete the site, and give it its link if it has none."""
        for _ in range(MAX_TRIES):
            try:
                made = await self._complete(run, done)
            except CodeTaken:  # a generated code that somebody chose, or another address meanwhile: once more
                continue
            if made is not None:
                await self._links.belonging.announce(made)
            return True
        raise Unavailable("No free short code was found.")

    # ── inside ──

    async def _attempt(self, run: Run, done: Done) -> dict[str, Any]:
        """Do a step; return what it gave, or that the run has ended. What passes by itself is waited for."""
        name, failures, pause = done["step"], 0, FIRST_PAUSE_SECONDS
        while True:
            try:
                await self._start(run, name)
                return {"done": await getattr(self, name)(run, done)}
            except Ended:
                return {"ended": True}
            except Unavailable:
                _log.warning("a step waits for what is away", step=name, site=str(run.site_id))
            except (SiteRefused, RequestError) as error:
                return await self._fail(run, str(error))
            except Exception:  # noqa: BLE001  # whatever it was, the run must end, and say so
                failures += 1
                _log.exception("a step failed", step=name, site=str(run.site_id), failures=failures)
                if failures == TRIES:
                    return await self._fail(run, UNEXPECTED)
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

    async def _start(self, run: Run, name: str) -> None:
        async with self._database.transaction() as connection:
            if not await runs.start_step(connection, run, name):
                raise Ended

    async def _fail(self, run: Run, sentence: str) -> dict[str, Any]:
        async with self._database.transaction() as connection:
            await runs.fail(connection, run, sentence)
        return {"ended": True}

    async def _complete(self, run: Run, done: Done) -> LinkRecord | None:
        """Store all in one transaction; return the link that it made, if it did. Raises Ended, CodeTaken."""
        async with self._database.read() as connection:
            found = await runs.find(connection, run)
        if found is None:
            raise Ended
        prepared = None if found[0]["link_id"] else await self._prepare_link(*found)
        async with self._database.transaction() as connection:
            site = await runs.lock(connection, run)
            if site is None:
                raise Ended
            link, is_new = None, False
            if site["link_id"] is None:
                if prepared is None or self._url(site) != self._url(found[0]):
                    raise CodeTaken  # the address changed meanwhile: prepared for it anew
                link, is_new = await self._links.belonging.put(connection, prepared)
                if not is_new and await runs.is_link_taken(connection, link.id):
                    raise ValidationFailed("The link of another site leads to the address of this one: change it.")
            await runs.write(connection, run, {**_contents(done, site), **self._link_columns(link)})
        return link if is_new else None

    async def _prepare_link(self, site: RowMapping, business: RowMapping) -> LinkRecord:
        draft = LinkDraft(
            target_url=self._url(site),
            link_type=SITE_LINK,
            title=business["name"],
            metadata={"site_id": str(site["id"]), "business_id": str(business["id"])},
        )
        return await self._links.belonging.prepare(SiteOwner(site["workspace_id"], site["user_id"]), draft)

    def _link_columns(self, link: LinkRecord | None) -> dict[str, Any]:
        if link is None:
            return {}
        return {"link_id": link.id, "short_url": self._links.domains.short_url(link.domain, link.short_code)}

    def _url(self, site: RowMapping) -> str:
        return self._addresses.url_of(site["subdomain"], site["custom_domain"] if site["verified_at"] else None)


def etag_of(html: str) -> str:
    """Return what tells this page from every other, as `sites.etag` has it."""
    return hashlib.blake2b(html.encode(), digest_size=16).hexdigest()


def _facts(done: Done) -> Facts:
    return msgspec.convert(done["gather"]["facts"], Facts)


def _contents(done: Done, site: RowMapping) -> dict[str, Any]:
    html, written = done["lay_out"], done["write"]
    return {
        "content": written["content"],
        "html": html,
        "etag": etag_of(html),
        "note": written["note"],
        "error": None,
        "cost_micros": site["cost_micros"] + written["cost_micros"],
        "status": COMPLETED,
        "step": "done",
        "completed_at": dt.datetime.now(dt.UTC),
    }
