"""No code comes twice, whatever is killed, flushed and restarted. `make bench` does it with 10 million codes."""

from pathlib import Path

import pytest

from tests.code_soak import Soak
from tests.servers import RedisServer, running


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_no_code_comes_twice(tmp_path: Path, database_url: str) -> None:
    with running(RedisServer()) as redis:
        soak = Soak(tmp_path, database_url, redis, ["counter", "pool", "pool", "snowflake"], seed=7)
        outcome = soak.run(200_000, harm_every_seconds=0.3, limit_seconds=300)
    assert outcome.duplicates == 0
    assert outcome.codes >= 200_000
    assert min(outcome.kills, outcome.flushes, outcome.redis_restarts) > 0
