"""Groups of links that are written together: who waits for whom, and what one failure does to the others."""

import asyncio
from collections.abc import Sequence

import pytest
from sqlalchemy.exc import IntegrityError
from uuid_utils.compat import uuid7

from tests.factories import now
from vayro.errors import Unavailable
from vayro.links import group_commit
from vayro.links.group_commit import GroupCommit
from vayro.links.insertion import Versions
from vayro.links.record import LinkRecord


def record(code: str) -> LinkRecord:
    moment = now()
    return LinkRecord(
        id=uuid7(), workspace_id=uuid7(), user_id=None, domain="", short_code=code, target_url="https://example.com/",
        link_type="standard", canonical=False, title=None, tags=[], is_active=True, version=1, redirect_status=302,
        cache_seconds=None, expires_at=None, expired_url=None, max_clicks=None, metadata={},
        password_hash=None, disabled_reason=None, created_at=moment, updated_at=moment,
    )  # fmt: skip


class Writes:
    """A database that remembers its transactions and can be told to wait or to refuse."""

    def __init__(self) -> None:
        self.groups: list[list[str]] = []
        self.published: list[list[str]] = []
        self.may_go = asyncio.Event()
        self.may_go.set()

    async def write(self, records: Sequence[LinkRecord]) -> Versions:
        codes = [record.short_code for record in records]
        self.groups.append(codes)
        await self.may_go.wait()
        if "poison" in codes:
            raise IntegrityError("refused", {}, Exception())
        return {record.id: 1 for record in records if record.short_code != "taken"}

    async def publish(self, records: Sequence[LinkRecord]) -> None:
        self.published.append([record.short_code for record in records])


async def test_what_comes_while_a_group_is_written_makes_the_next() -> None:
    writes = Writes()
    writes.may_go.clear()
    commit = GroupCommit(writes.write, writes.publish)
    first = asyncio.create_task(commit.insert(record("a")))
    while not writes.groups:
        await asyncio.sleep(0)
    rest = [asyncio.create_task(commit.insert(record(code))) for code in "dcb"]
    await asyncio.sleep(0)
    writes.may_go.set()
    await asyncio.gather(first, *rest)
    assert writes.groups == [["a"], ["b", "c", "d"]]


async def test_a_link_that_met_another_comes_back_as_none_and_is_not_published() -> None:
    writes = Writes()
    commit = GroupCommit(writes.write, writes.publish)
    outcomes = await asyncio.gather(commit.insert(record("free")), commit.insert(record("taken")))
    assert [outcome and outcome.short_code for outcome in outcomes] == ["free", None]
    assert writes.published == [["free"]]


async def test_a_refused_link_fails_alone() -> None:
    commit = GroupCommit((writes := Writes()).write, writes.publish)
    outcomes = await asyncio.gather(
        *(commit.insert(record(code)) for code in ("good", "poison", "fine")), return_exceptions=True
    )
    assert [type(outcome) for outcome in outcomes] == [LinkRecord, IntegrityError, LinkRecord]


async def test_a_caller_that_goes_away_leaves_its_link_to_be_made() -> None:
    writes = Writes()
    writes.may_go.clear()
    commit = GroupCommit(writes.write, writes.publish)
    gone, stays = (asyncio.create_task(commit.insert(record(code))) for code in ("gone", "stays"))
    while not writes.groups:
        await asyncio.sleep(0)
    gone.cancel()
    writes.may_go.set()
    assert (await stays) is not None
    assert writes.published == [["gone", "stays"]]


async def test_a_database_that_does_not_answer_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(group_commit, "WRITE_SECONDS", 0.05)
    writes = Writes()
    writes.may_go.clear()
    commit = GroupCommit(writes.write, writes.publish)
    with pytest.raises(Unavailable):
        await commit.insert(record("a"))
    writes.may_go.set()
    assert await commit.insert(record("b")) is not None


async def test_closing_finishes_what_was_begun() -> None:
    writes = Writes()
    commit = GroupCommit(writes.write, writes.publish)
    waiting = asyncio.create_task(commit.insert(record("a")))
    await asyncio.sleep(0)
    await commit.close()
    assert waiting.done() or (await waiting) is not None
    assert writes.published == [["a"]]
