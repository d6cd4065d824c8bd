"""The rules of businesses on both databases: duplicates, imports at once, what keeps one from being deleted."""

import asyncio
import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Row, event, insert, select
from uuid_utils.compat import uuid7

from vayro.accounts.service import Caller
from vayro.database.engine import Database
from vayro.database.models import audit_log, businesses, campaign_messages, campaigns, sites
from vayro.errors import InUse, NotFound, QuotaExceeded, ValidationFailed
from vayro.sites import business_import
from vayro.sites import businesses as business_service
from vayro.sites.business import BusinessRecord, BusinessSite
from vayro.sites.business_draft import BusinessDraft, BusinessEdit
from vayro.sites.business_import import Accepted, Outcome, Skipped
from vayro.sites.business_repository import BusinessFilter
from vayro.sites.businesses import BusinessService

NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)


def draft(name: str = "Somebody", **over: Any) -> BusinessDraft:
    return BusinessDraft.model_validate({"name": name, **over})


def edit(**changes: Any) -> BusinessEdit:
    return BusinessEdit.model_validate(changes)


async def make_site(database: Database, caller: Caller, business_id: UUID, **over: Any) -> UUID:
    values = {
        "id": uuid7(), "workspace_id": caller.workspace_id, "business_id": business_id, "user_id": None,
        "subdomain": f"site-{uuid7()}", "generator": "template", "design": "trade", "status": "completed",
        "step": "done", "generation_id": uuid7(), "generations": 1, "is_published": True, "cost_micros": 0,
        "created_at": NOW, "updated_at": NOW, **over,
    }  # fmt: skip
    async with database.transaction() as connection:
        await connection.execute(insert(sites).values(values))
    return values["id"]


async def write_to(database: Database, caller: Caller, business: BusinessRecord) -> None:
    """A message of a campaign to this business."""
    stamps = {"created_at": NOW, "updated_at": NOW}
    campaign = {
        "id": uuid7(), "workspace_id": caller.workspace_id, "name": "Spring", "status": "completed",
        "variant": "friendly", "texts": {}, "audience": {}, "provider": "outbox", "rate_per_second": 1,
        "time_zone": "UTC", "is_prepared": True, "skipped": {}, "currency": "USD", **stamps,
    }  # fmt: skip
    message = {
        "id": uuid7(), "campaign_id": campaign["id"], "workspace_id": caller.workspace_id, "business_id": business.id,
        "site_id": uuid7(), "phone": business.phone, "locale": "en", "body": "Hello", "encoding": "GSM-7",
        "segments": 1, "status": "sent", "due_at": NOW, "attempts": 1, "cost_micros": 0, **stamps,
    }  # fmt: skip
    async with database.transaction() as connection:
        await connection.execute(insert(campaigns).values(campaign))
        await connection.execute(insert(campaign_messages).values(message))


async def read_all(database: Database) -> Sequence[Row[Any]]:
    async with database.read() as connection:
        return (await connection.execute(select(businesses).order_by(businesses.c.id))).all()


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """The statements that are sent meanwhile."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent.append(statement)

    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    yield sent
    event.remove(database.engine.sync_engine, "before_cursor_execute", note)


# ── one ──


async def test_a_site_is_shown_with_its_business(database: Database, businesses: BusinessService, ada: Caller) -> None:
    made, bare = await businesses.create(ada, draft()), await businesses.create(ada, draft())
    over = {"subdomain": "rohr", "custom_domain": "rohr.example", "short_url": "https://go.test/a", "link_id": uuid7()}
    site_id = await make_site(database, ada, made.id, **over)
    url = "http://127.0.0.1"
    shown = (await businesses.get(ada.workspace_id, made.id)).site
    assert shown is not None
    assert shown.url.startswith(url)
    assert shown.url.endswith("/s/rohr")
    assert shown == BusinessSite(site_id, "completed", "https://go.test/a", shown.url)
    with_site = await businesses.list_page(ada.workspace_id, BusinessFilter(has_site=True), limit=10)
    without = await businesses.list_page(ada.workspace_id, BusinessFilter(has_site=False), limit=10)
    assert ([one.id for one in with_site.businesses], with_site.businesses[0].site) == ([made.id], shown)
    assert [one.id for one in without.businesses] == [bare.id]


async def test_a_custom_domain_is_shown_once_it_is_verified(
    database: Database, businesses: BusinessService, ada: Caller
) -> None:
    made = await businesses.create(ada, draft())
    await make_site(database, ada, made.id, custom_domain="rohr.example", verified_at=NOW)
    shown = (await businesses.get(ada.workspace_id, made.id)).site
    assert shown is not None
    assert shown.url == "https://rohr.example"


@pytest.mark.parametrize(
    ("changes", "zone"),
    [
        ({"phone": "+49 30 901820"}, "Europe/Berlin"),
        ({"country": "JP"}, "Asia/Tokyo"),
        ({"phone": "+49 30 901820", "time_zone": None}, None),
        ({"country": "JP", "time_zone": "UTC"}, "UTC"),
        ({"name": "x"}, None),
    ],
)
async def test_a_change_tells_a_time_zone_that_was_not_known(
    businesses: BusinessService, ada: Caller, changes: dict[str, Any], zone: str | None
) -> None:
    made = await businesses.create(ada, draft())
    assert (await businesses.edit(ada, made.id, edit(**changes))).time_zone == zone


async def test_a_time_zone_that_is_known_stays(businesses: BusinessService, ada: Caller) -> None:
    made = await businesses.create(ada, draft(time_zone="UTC", country="DE"))
    changed = await businesses.edit(ada, made.id, edit(phone="030 901820"))
    assert (changed.phone, changed.time_zone) == ("+4930901820", "UTC")


async def test_a_business_with_a_site_or_a_message_stays(
    database: Database, businesses: BusinessService, ada: Caller, bob: Caller
) -> None:
    made, told, free = [await businesses.create(ada, draft(phone="+4930901820")) for _ in range(3)]
    await make_site(database, ada, made.id)
    await write_to(database, ada, told)
    with pytest.raises(InUse, match="site"):
        await businesses.delete(ada, made.id)
    with pytest.raises(InUse, match="campaign"):
        await businesses.delete(ada, told.id)
    with pytest.raises(NotFound):
        await businesses.delete(bob, free.id)
    await businesses.delete(ada, free.id)
    assert {row.id for row in await read_all(database)} == {made.id, told.id}


async def test_neither_number_nor_address_is_in_the_audit_log(
    database: Database, businesses: BusinessService, ada: Caller
) -> None:
    secret = {"phone": "+49 30 901820", "email": "ida@rohr.example"}
    made = await businesses.create(ada, draft("Rohr", **secret))
    await businesses.edit(ada, made.id, edit(phone="+49 40 428380", email="ole@rohr.example"))
    await businesses.bulk.store(ada, [draft("Rohr", **secret)], "create")
    await businesses.delete(ada, made.id)
    async with database.read() as connection:
        noted = [*await connection.execute(select(audit_log).order_by(audit_log.c.id))]
    assert [one.action for one in noted] == ["business.create", "business.update", "business.import", "business.delete"]
    assert not [word for word in ("4930901820", "4940428380", "rohr.example") if word in str(noted)]


# ── many ──


def told(outcomes: list[Outcome]) -> list[str]:
    return [type(one).__name__ for one in outcomes]


async def test_imports_of_one_file_at_once_make_no_duplicate(
    database: Database, businesses: BusinessService, ada: Caller
) -> None:
    rows = [draft(f"Business {number}", phone=f"+1201555{number:04}") for number in range(100)]
    rows += [draft(f"Without {number}", address="Main Street 1") for number in range(100)]
    outcomes = await asyncio.gather(*(businesses.bulk.store(ada, rows, "skip") for _ in range(5)))
    assert len(await read_all(database)) == 200
    assert sorted(told(one)[0] for one in outcomes) == ["BusinessRecord"] + ["Skipped"] * 4
    ids = [[one.id if isinstance(one, BusinessRecord) else one.business_id for one in each] for each in outcomes]
    assert all(each == ids[0] for each in ids)


async def test_another_workspace_has_businesses_of_its_own(
    database: Database, businesses: BusinessService, ada: Caller, bob: Caller
) -> None:
    for caller in (ada, bob):
        assert told(await businesses.bulk.store(caller, [draft(phone="+4930901820")], "skip")) == ["BusinessRecord"]


async def test_a_duplicate_has_the_number_or_without_one_the_name_and_address(
    businesses: BusinessService, ada: Caller
) -> None:
    first, second = await businesses.bulk.store(
        ada, [draft("A", phone="+4930901820", address="X"), draft("B", address="Y")], "skip"
    )
    assert isinstance(first, BusinessRecord)
    assert isinstance(second, BusinessRecord)
    rows = [
        draft("Other", phone="+49 (0)30 901820"), draft("A", address="X"), draft("A", address="Z"), draft("A"),
        draft("B", address="Y", phone="+12015550123"), draft("B", address="Y"), draft("a", address="X"),
    ]  # fmt: skip
    outcomes = await businesses.bulk.store(ada, rows, "skip")
    assert told(outcomes) == ["Skipped", "Skipped", "BusinessRecord", "BusinessRecord", "BusinessRecord", "Skipped",
                              "BusinessRecord"]  # fmt: skip
    assert outcomes[:2] == [Skipped(first.id), Skipped(first.id)]
    assert outcomes[5] == Skipped(second.id)


async def test_an_update_writes_what_a_row_says_and_leaves_the_rest(
    database: Database, businesses: BusinessService, ada: Caller
) -> None:
    old = await businesses.create(
        ada, draft("Old", phone="+4930901820", notes="kept", email="a@b.example", locale="de")
    )
    site_id = await make_site(database, ada, old.id)
    rows = [draft("New", phone="030 901820", country="DE", email=None, locale="", category="Café"),
            draft("Further", phone="+12015550123"), draft("Renamed", phone="+12015550123", notes="n")]  # fmt: skip
    updated, made, again = await businesses.bulk.store(ada, rows, "update")
    assert isinstance(updated, BusinessRecord)
    assert isinstance(made, BusinessRecord)
    assert (updated.id, updated.created_at, updated.site and updated.site.id) == (old.id, old.created_at, site_id)
    assert (updated.name, updated.category, updated.notes, updated.email) == ("New", "Café", "kept", "a@b.example")
    assert updated.locale == "de"
    assert updated.updated_at > old.updated_at
    assert (made, made.name, made.notes) == (again, "Renamed", "n")
    assert len(await read_all(database)) == 2


async def test_create_makes_a_business_of_every_row(
    database: Database, businesses: BusinessService, ada: Caller
) -> None:
    rows = [draft(phone="+4930901820")] * 3
    assert told(await businesses.bulk.store(ada, rows, "create")) == ["BusinessRecord"] * 3
    assert len(await read_all(database)) == 3


async def test_a_rehearsal_says_what_would_be_and_writes_nothing(
    database: Database, businesses: BusinessService, ada: Caller
) -> None:
    old = await businesses.create(ada, draft(phone="+4930901820"))
    rows = [draft(phone="+4930901820"), draft(phone="+12015550123"), draft(phone="+12015550123"), draft(phone="1")]
    outcomes = await businesses.bulk.rehearse(ada, rows, "skip")
    assert outcomes[:3] == [Skipped(old.id), Accepted(), Skipped(None)]
    assert isinstance(outcomes[3], ValidationFailed)
    assert told(await businesses.bulk.rehearse(ada, rows, "update")) == ["Accepted"] * 3 + ["ValidationFailed"]
    assert len(await read_all(database)) == 1


async def test_a_thousand_rows_take_a_few_statements(
    database: Database, businesses: BusinessService, ada: Caller
) -> None:
    rows = [draft(f"Business {number}", phone=f"+1201555{number:04}") for number in range(500)]
    rows += [draft(f"Business {number}") for number in range(500, 1_000)]
    for on_duplicate in ("skip", "update"):
        with statements(database) as sent:
            assert told(await businesses.bulk.store(ada, rows, on_duplicate)) == ["BusinessRecord"] * 1_000
        assert len(sent) <= 9, on_duplicate


async def test_a_full_workspace_takes_no_more(
    businesses: BusinessService, ada: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (business_import, business_service):
        monkeypatch.setattr(module, "MAX_BUSINESSES", 3)
    there = await businesses.create(ada, draft("There"))
    outcomes = await businesses.bulk.store(ada, [draft(name) for name in ("There", "a", "b", "c", "a")], "skip")
    assert told(outcomes) == ["Skipped", "BusinessRecord", "BusinessRecord", "QuotaExceeded", "Skipped"]
    with pytest.raises(QuotaExceeded, match="3 businesses at most"):
        await businesses.create(ada, draft())
    await businesses.delete(ada, there.id)
    await businesses.create(ada, draft())


async def test_a_business_that_is_deleted_meanwhile_spoils_no_import(
    database: Database, businesses: BusinessService, ada: Caller
) -> None:
    rows = [draft(f"Business {number}", phone=f"+1201555{number:04}") for number in range(50)]
    made = await businesses.bulk.store(ada, rows, "skip")
    ids = [one.id for one in made if isinstance(one, BusinessRecord)]
    outcomes, *_ = await asyncio.gather(
        businesses.bulk.store(ada, rows, "update"), *(businesses.delete(ada, one) for one in ids)
    )
    assert len(outcomes) == 50
    assert set(told(outcomes)) <= {"BusinessRecord", "NotFound"}
