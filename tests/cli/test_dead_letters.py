"""`vayro clicks dead-letters`: as people and scripts use it."""

import asyncio
import json

import pytest
from typer.testing import CliRunner

from tests.cli.conftest import Run
from tests.clicks.spooled import LINK, change, event_id_of, make_payload
from tests.worker.test_replay import write_letter
from vayro.cli.main import app
from vayro.clicks.event import parse_bulks
from vayro.database.engine import open_database
from vayro.settings import Settings

GOOD = make_payload(user_agent="Mözilla")
BAD = change(make_payload(), link_id="nope")


pytestmark = pytest.mark.timeout(400)  # each command is a process: 2 s, or 15 beside much else


@pytest.fixture
def letters(settings: Settings) -> None:
    """A letter that can be mended by now, and one that cannot."""

    async def write() -> None:
        database = open_database(settings)
        for payload, reason in ((GOOD, "enrichment failed: KeyError"), (BAD, "bad_id")):
            await write_letter(database, id=event_id_of(payload), payload=payload, reason=reason)
        await database.close()

    asyncio.run(write())


def test_letters_are_listed_shown_replayed_and_discarded(run: Run, letters: None) -> None:
    listed = json.loads(run("clicks", "dead-letters", "list", "--json").stdout)
    assert [(one["id"], one["link_id"]) for one in listed] == [
        (event_id_of(GOOD), LINK),
        (event_id_of(BAD), "nope"),
    ]
    shown = json.loads(run("clicks", "dead-letters", "show", event_id_of(GOOD), "--json").stdout)
    assert shown["event"]["user_agent"] == "Mözilla"

    done = run("clicks", "dead-letters", "replay", "--all", "--json", status=1)
    assert json.loads(done.stdout) | {"letters": []} == {"dry_run": False, "settled": 1, "refused": 1, "letters": []}
    again = run("clicks", "dead-letters", "replay", event_id_of(GOOD))
    assert "0 settled, 0 refused" in again.stderr

    assert "1 discarded" in run("clicks", "dead-letters", "discard", "--reason", "bad_id").stderr
    assert json.loads(run("clicks", "dead-letters", "list", "--json").stdout) == []


def test_a_command_that_says_nobody_is_refused(run: Run) -> None:
    for words in (["replay"], ["discard"], ["replay", "no-id"], ["list", "--since", "yesterday"]):
        assert CliRunner().invoke(app, ["clicks", "dead-letters", *words]).exit_code == 2
    missing = run("clicks", "dead-letters", "show", "01997a6e-0000-7000-8000-000000000000", status=1)
    assert "There is no dead letter 01997a6e" in missing.stderr


def test_values_are_read_by_their_lengths() -> None:
    assert parse_bulks(b"$3\r\na\r\n\r\n$0\r\n\r\n$1\r\nx\r\n") == ["a\r\n", "", "x"]
    assert parse_bulks(b"$1\r\na\r\n$9\r\nshort") == ["a"]
    assert parse_bulks(b"nonsense") == parse_bulks(b"") == []
