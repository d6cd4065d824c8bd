"""Clicks from the stream to committed rows on PostgreSQL, next to a bare COPY of the same rows into the same table.

Links are Zipf-distributed over 100,000, user agents come from a real corpus with no order to it (so the worker's
memory of them fills during the run and is not warm at its start), addresses are random public ones.
"""

import argparse
import os
import random
import signal
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from ipaddress import IPv4Address
from pathlib import Path

import numpy as np
import psycopg
from redis import Redis
from redis.exceptions import ResponseError

from bench.user_agents import load_user_agents
from tests.processes import Process, start_vayro
from tests.servers import PostgresServer, RedisServer, children_of, free_port, running
from vayro.clicks.event import ClickEncoder, bulk, encode_ip, encode_link_id
from vayro.database.migrations import upgrade
from vayro.settings import Settings
from vayro.stream.pipe import RedisPipe, parse_address
from vayro.stream.shipping import BATCH_EVENTS

LINKS = 100_000
ZIPF_EXPONENT = 1.1
REFERERS = [b"", b"https://t.co/abcdef", b"https://www.google.com/", b"https://news.ycombinator.com/item?id=1", b""]
COPY_ROWS = 5_000
_TICKS = os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Measure, and print the figures."""
    options = _parse()
    with (
        running(PostgresServer()) as postgres,
        running(RedisServer()) as redis,
        tempfile.TemporaryDirectory() as folder,
    ):
        url = postgres.create_database()
        upgrade(url)
        settings = Settings(
            _env_file=None,  # type: ignore[call-arg]  # pydantic-settings takes it
            data_dir=Path(folder),
            database_url=url,
            redis_url=redis.url,
            metrics_port=free_port(),
        )
        wall, cpu = measure_worker(settings, options.clicks)
        copy_wall, copy_cpu = measure_copy(postgres, url)
    rate = options.clicks / wall
    print(f"worker: {options.clicks / cpu:,.0f} clicks/s per CPU second ({cpu / options.clicks * 1e6:.1f} us a click)")
    print(f"worker: {rate:,.0f} clicks/s on the clock, PostgreSQL and Redis on the same machine")
    print(
        f"COPY:   {options.clicks / copy_wall:,.0f} rows/s on the clock, {copy_cpu / options.clicks * 1e6:.1f} us a row"
    )
    print(f"ratio, bare COPY / worker, on the clock: {options.clicks / copy_wall / rate:.2f}")


def measure_worker(settings: Settings, clicks: int) -> tuple[float, float]:
    """Return the seconds, and the CPU seconds of the worker, from the first entry read to the last row committed."""
    process = start_vayro("worker", settings)
    try:
        [worker] = children_of(process.pid)
        _await_group(settings)
        os.kill(worker, signal.SIGSTOP)
        fill_stream(settings.redis_url, clicks)
        print(f"stream filled with {clicks:,} clicks", file=sys.stderr)
        before, started = _cpu_seconds(worker), time.perf_counter()
        os.kill(worker, signal.SIGCONT)
        _await_rows(settings.database_url, clicks, process)
        return time.perf_counter() - started, _cpu_seconds(worker) - before
    finally:
        process.kill()


def fill_stream(redis_url: str, clicks: int) -> None:
    """Ship as many events as an engine would, all from one segment."""
    pipe = RedisPipe(parse_address(redis_url))
    tail = bulk(b"segment") + bulk(b"bench-00000001")
    head = b"*19\r\n" + b"".join(bulk(word) for word in (b"XADD", b"stream:clicks", b"*"))
    batch: list[bytes] = []
    for event in make_events(clicks):
        batch.append(head + event + tail)
        if len(batch) == BATCH_EVENTS:
            pipe.send(b"".join(batch), len(batch))
            batch.clear()
    if batch:
        pipe.send(b"".join(batch), len(batch))
    pipe.confirm()
    pipe.close()


def make_events(clicks: int) -> Iterator[bytes]:
    """Yield clicks of Zipf-distributed links, with user agents and addresses drawn at random."""
    drawn = np.random.default_rng(1)
    weights = 1 / np.arange(1, LINKS + 1) ** ZIPF_EXPONENT
    chosen = drawn.choice(LINKS, clicks, p=weights / weights.sum())
    links = [encode_link_id(str(uuid.uuid4())) for _ in range(LINKS)]
    agents = [value.encode() for value in load_user_agents()]
    print(f"{len(agents):,} user agents", file=sys.stderr)
    encoder, rng = ClickEncoder(), random.Random(2)
    for number in chosen:
        yield encoder.encode(links[number], encode_ip(_public_address(rng)), rng.choice(agents), rng.choice(REFERERS))


def measure_copy(postgres: PostgresServer, url: str) -> tuple[float, float]:
    """Return the seconds, and our CPU seconds, that the same rows take by COPY into an empty table of the same kind."""
    blocks = list(_read_blocks(url))
    empty = postgres.create_database()
    upgrade(empty)
    with psycopg.connect(empty) as connection:
        started, before = time.perf_counter(), time.process_time()
        for block in blocks:
            with connection.cursor() as cursor, cursor.copy("COPY click_events FROM STDIN") as copy:
                copy.write(block)
            connection.commit()
        return time.perf_counter() - started, time.process_time() - before


def _read_blocks(url: str) -> Iterator[bytes]:
    query = "COPY (SELECT * FROM click_events ORDER BY id) TO STDOUT"
    with psycopg.connect(url) as connection, connection.cursor() as cursor, cursor.copy(query) as copy:
        lines = b"".join(copy).splitlines(keepends=True)
    for start in range(0, len(lines), COPY_ROWS):
        yield b"".join(lines[start : start + COPY_ROWS])


def _public_address(rng: random.Random) -> str:
    while True:
        address = IPv4Address(rng.getrandbits(32))
        if address.is_global:
            return str(address)


def _await_group(settings: Settings) -> None:
    with Redis.from_url(settings.redis_url) as client:
        while True:
            try:
                if client.xinfo_groups("stream:clicks"):
                    return
            except ResponseError:
                time.sleep(0.05)


def _await_rows(url: str, clicks: int, process: Process) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        while True:
            row = connection.execute("SELECT coalesce(sum(events), 0) FROM click_batches").fetchone()
            if row and row[0] >= clicks:
                return
            if process.popen.poll() is not None:
                raise RuntimeError(process.log())
            time.sleep(0.02)


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.worker", description=__doc__)
    parser.add_argument("--clicks", type=int, default=400_000)
    return parser.parse_known_args()[0]


if __name__ == "__main__":
    main()
