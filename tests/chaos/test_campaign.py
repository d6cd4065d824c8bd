"""The campaign of tests/campaigns, at its full size: ten thousand businesses, two kills, two thousand clicks."""

import sys

import pytest

from tests.campaigns.story import Story
from tests.campaigns.test_ten_thousand import database, settings
from vayro.database.engine import Database
from vayro.settings import Settings

pytestmark = pytest.mark.chaos
__all__ = ["database", "settings"]


async def test_ten_thousand_are_written_to_once_each_though_all_is_killed_twice(
    settings: Settings, database: Database
) -> None:
    story = Story(settings, database, 10_000, opted_out=200, shared=50)
    await story.prepare()
    await story.send(rate=1_000, kills=[0.2, 0.6])
    await story.check_sent()
    await story.check_report(clicks=2_000, bots=100)
    kills = ", ".join(map(str, story.told.written))
    sys.stderr.write(f"  {len(story.wanted)} written to in {story.told.seconds:.1f} s, killed after {kills}\n")
