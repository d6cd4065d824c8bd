"""The outbox: a line for each message, however often, by whomever and after whatever it is handed over."""

import asyncio
import os
from collections.abc import Sequence
from uuid import UUID

import orjson
import pytest
from uuid_utils.compat import uuid7

from tests.conftest import SettingsFactory
from vayro.campaigns.providers.outbox import Outbox
from vayro.campaigns.providers.port import Outgoing, TryLater
from vayro.settings import Settings

CAMPAIGN = UUID(int=5)


@pytest.fixture
def settings(settings_factory: SettingsFactory) -> Settings:
    return settings_factory()


def some(count: int) -> list[Outgoing]:
    return [Outgoing(uuid7(), CAMPAIGN, f"+4915100{number:05}", f"Grüße {number}\n", 1) for number in range(count)]


async def send(outbox: Outbox, messages: Sequence[Outgoing]) -> None:
    await asyncio.gather(*map(outbox.send, messages))


def written(settings: Settings) -> list[str]:
    lines = (settings.data_dir / "outbox" / f"{CAMPAIGN}.jsonl").read_bytes().splitlines()
    return [orjson.loads(line)["id"] for line in lines]


async def test_a_message_is_one_line_and_its_name_is_the_answer(settings: Settings) -> None:
    outbox, [one] = Outbox(settings), some(1)
    accepted = await outbox.send(one)
    assert (accepted.provider_message_id, accepted.cost_micros) == (str(one.id), None)
    line = orjson.loads((settings.data_dir / "outbox" / f"{CAMPAIGN}.jsonl").read_bytes())
    assert (line["id"], line["to"], line["body"]) == (str(one.id), one.phone, "Grüße 0\n")


async def test_handed_over_again_by_others_and_by_those_who_come_later_it_stays_one_line(settings: Settings) -> None:
    messages = some(300)
    first, second = Outbox(settings), Outbox(settings)
    await asyncio.gather(send(first, messages[:200]), send(second, messages[100:]), send(first, messages[50:250]))
    await send(Outbox(settings), messages)
    assert sorted(written(settings)) == sorted(str(one.id) for one in messages)


async def test_a_line_that_was_not_finished_is_written_again_whole(settings: Settings) -> None:
    messages = some(3)
    await send(Outbox(settings), messages)
    path = settings.data_dir / "outbox" / f"{CAMPAIGN}.jsonl"
    os.truncate(path, path.stat().st_size - 20)
    assert path.read_bytes().count(b"\n") == 2
    await send(Outbox(settings), messages)
    assert sorted(written(settings)) == sorted(str(one.id) for one in messages)


async def test_a_folder_that_cannot_be_written_is_a_reason_to_wait(settings: Settings) -> None:
    (settings.data_dir / "outbox").write_text("in the way")
    with pytest.raises(TryLater, match="cannot be written") as raised:
        await Outbox(settings).send(some(1)[0])
    assert raised.value.is_for_all


async def test_nobody_else_may_read_it(settings: Settings) -> None:
    await send(Outbox(settings), some(1))
    path = settings.data_dir / "outbox"
    assert [entry.stat().st_mode & 0o777 for entry in (path, *path.iterdir())] == [0o700, 0o600]
