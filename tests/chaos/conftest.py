"""The stage that the tests here share: it takes ten seconds to raise, so it is raised once.

Give a test that uses it `pytestmark = pytest.mark.xdist_group("stage")`, or each worker of xdist raises its own.
"""

import os
import random
import sys
from collections.abc import AsyncIterator, Iterator

import pytest

from tests.chaos.stage import Stage
from vayro.database.engine import Database

SETTINGS = {
    # Small, so that faults meet their edges too.
    "spool_segment_bytes": 1 << 16,
    # A machine with a load of 20 answered creates 503 after the usual 4 s: that is no fault of a restart.
    "database_timeout_seconds": 30,
}


@pytest.fixture
def chaos_seed(request: pytest.FixtureRequest) -> int:
    """Where the long tests take their chance from; printed, so that a run can be repeated: CHAOS_SEED=N make chaos."""
    seed = int(os.environ.get("CHAOS_SEED") or random.SystemRandom().randrange(1 << 32))
    sys.stderr.write(f"\n{request.node.name}: CHAOS_SEED={seed}\n")
    return seed


@pytest.fixture(scope="package")
def shared_stage() -> Iterator[Stage]:
    with Stage(settings=SETTINGS) as stage:
        yield stage


@pytest.fixture
def stage(shared_stage: Stage) -> Iterator[Stage]:
    """The shared stage, all of it up; whatever the test has done to it is undone."""
    yield shared_stage
    shared_stage.recover()


@pytest.fixture
async def truth(stage: Stage) -> AsyncIterator[Database]:
    """The stage's primary, past PgBouncer and all faults."""
    database = stage.open_database()
    yield database
    await database.close()
