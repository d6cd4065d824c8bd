"""The parts of the shipper, one by one: the pipe, patience, trimming."""

import pytest

from tests.clicks.spooled import make_payload, open_writer
from tests.conftest import SettingsFactory
from tests.servers import RedisServer
from vayro.spool.reader import SpoolReader
from vayro.stream import oversight
from vayro.stream.lane import Lane
from vayro.stream.oversight import Patience
from vayro.stream.pipe import PipeBroken, RedisPipe, parse_address
from vayro.stream.redis_client import GROUP, STREAM, open_redis
from vayro.stream.shipping import Shipped, Shipper
from vayro.stream.trimming import trim_acknowledged


async def test_trimming_keeps_what_any_group_still_needs(redis_url: str, settings_factory: SettingsFactory) -> None:
    client = open_redis(settings_factory(redis_url=redis_url))
    ids = [await client.xadd(STREAM, {"n": str(number)}) for number in range(10)]
    for group in (GROUP, "other"):
        await client.xgroup_create(STREAM, group, id="0")
    await client.xreadgroup(GROUP, "a", {STREAM: ">"}, count=8)
    await client.xreadgroup("other", "b", {STREAM: ">"}, count=5)
    await client.xack(STREAM, GROUP, *ids[:8])
    await client.xack(STREAM, "other", *ids[:2])
    assert await trim_acknowledged(client) == 2
    assert [entry for entry, _ in await client.xrange(STREAM)] == ids[2:]
    await client.xack(STREAM, "other", *ids[2:5])
    assert await trim_acknowledged(client) == 3
    assert [entry for entry, _ in await client.xrange(STREAM)] == ids[5:]
    await client.aclose()


def test_a_broken_pipe_takes_back_no_more_than_was_sent_and_spoils_no_resend(
    own_redis: RedisServer, settings_factory: SettingsFactory
) -> None:
    spool = settings_factory().spool_dir
    writer = open_writer(spool)
    pipe = RedisPipe(parse_address(own_redis.url))
    shipper = Shipper(SpoolReader(spool), [Lane(pipe)])
    for _ in range(10):
        writer.append(make_payload())
    shipper.ship()
    shipper.confirm()
    for _ in range(10):
        writer.append(make_payload())
    own_redis.pause()  # it takes what is sent, and dies before it answers
    shipper.ship()
    own_redis.kill()
    with pytest.raises(PipeBroken):
        shipper.confirm()
    own_redis.start()
    shipper.ship()
    shipper.confirm()
    shipper.resend()
    own_redis.pause()
    assert shipper.ship() == 20
    shipper.resend()
    own_redis.kill()
    with pytest.raises(PipeBroken):
        shipper.ship()
    own_redis.start()
    assert shipper.ship() == 20
    shipper.confirm()
    assert shipper.lanes[0].completed == shipper.lanes[0].attempted
    writer.close()
    pipe.close()
    shipper._reader.close()


def test_patience_waits_for_quiet_and_longer_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]
    monkeypatch.setattr(oversight.time, "monotonic", lambda: clock[0])
    patience, waiting = Patience(10), [Shipped("a-1", 5)]
    assert patience.overdue(waiting, is_quiet=True) == []
    clock[0] = 11
    assert patience.overdue(waiting, is_quiet=False) == []
    assert patience.overdue(waiting, is_quiet=True) == ["a-1"]
    clock[0] = 22
    assert patience.overdue(waiting, is_quiet=True) == []
    clock[0] = 32
    assert patience.overdue(waiting, is_quiet=True) == ["a-1"]
    assert patience.overdue([], is_quiet=True) == []


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("redis://h:7000/3", ("h", 7000, False, "", "", 3)),
        ("rediss://u:p%40ss@h", ("h", 6379, True, "u", "p@ss", 0)),
        ("redis://:secret@h/", ("h", 6379, False, "", "secret", 0)),
    ],
)
def test_a_redis_url_is_read(url: str, expected: tuple[object, ...]) -> None:
    assert tuple(parse_address(url)) == (*expected, False)


def test_the_pipe_signs_in(own_redis: RedisServer) -> None:
    own_redis.send("CONFIG SET requirepass s3cret")
    pipe = RedisPipe(parse_address(own_redis.url.replace("redis://", "redis://:s3cret@").replace("/0", "/2")))
    pipe.send(b"*5\r\n$4\r\nXADD\r\n$1\r\ns\r\n$1\r\n*\r\n$1\r\na\r\n$1\r\nb\r\n", 1)
    pipe.confirm()
    pipe.close()
    stranger = RedisPipe(parse_address(own_redis.url))
    stranger.send(b"*2\r\n$3\r\nGET\r\n$1\r\na\r\n", 1)
    with pytest.raises(PipeBroken, match="NOAUTH"):
        stranger.confirm()
