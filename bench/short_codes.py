"""Short codes: how fast, how unpredictable, and that none comes twice.

python -m bench.short_codes [--codes 10000000] [--processes 8]
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import NormalDist
from typing import Literal

import numpy as np

from tests.code_soak import Outcome, Soak
from tests.servers import PostgresServer, RedisServer, running
from vayro.database.engine import open_database
from vayro.database.migrations import upgrade
from vayro.links.allocation import build_allocator
from vayro.links.short_code import ALPHABET, RADIX, CodeSpace
from vayro.settings import Settings

PROMISED_PER_SECOND = 20_000
KINDS: tuple[Literal["counter", "pool", "snowflake"], ...] = ("counter", "pool", "snowflake")
KEY = bytes(range(32))
SAMPLE = 1_000_000
SIGNIFICANCE = 0.001
SEED = 20261122


def main(arguments: list[str] | None = None) -> None:
    """Print all figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--codes", type=int, default=10_000_000)
    parser.add_argument("--processes", type=int, default=8)
    options = parser.parse_args(arguments or [])
    measure_encoding()
    measure_statistics()
    with (
        tempfile.TemporaryDirectory() as folder,
        running(RedisServer()) as redis,
        running(PostgresServer()) as postgres,
    ):
        url = postgres.create_database()
        upgrade(url)
        asyncio.run(measure_allocators(Path(folder), url, redis.url))
        soak(Path(folder), url, redis, options.codes, options.processes)


def measure_encoding() -> None:
    """Codes out of numbers, blocked words skipped; without a store."""
    space = CodeSpace(7, KEY)
    numbers = 500_000
    rate = per_cpu_second(numbers, lambda: [space.range_codes(n, n + 1000) for n in range(0, numbers, 1000)])
    skipped = 1 - sum(len(space.range_codes(n, n + 1000)) for n in range(0, 100_000, 1000)) / 100_000
    print(
        f"encoding, blocks of 1000: {rate:,.0f} codes/s/core, {1e6 / rate:.2f} us each; {skipped:.2%} skipped as words"
    )


def per_cpu_second(count: int, work: Callable[[], object]) -> float:
    """How many a second of this process's CPU."""
    begin = time.process_time()
    work()
    return count / (time.process_time() - begin)


async def measure_allocators(folder: Path, database_url: str, redis_url: str) -> None:
    """Codes one at a time, as creates ask for them, with all that the process spends on its stores."""
    count = 200_000
    for kind in KINDS:
        settings = Settings(
            _env_file=None, data_dir=folder, database_url=database_url, redis_url=redis_url, code_allocator=kind
        )
        database = open_database(settings)
        allocator = build_allocator(settings, database)
        await allocator.allocate()
        begin, cpu = time.perf_counter(), time.process_time()
        for _ in range(count):
            await allocator.allocate()
        rate, wall = count / (time.process_time() - cpu), count / (time.perf_counter() - begin)
        print(f"{kind}: {rate:,.0f} codes/s/core, {wall:,.0f} codes/s; {rate / PROMISED_PER_SECOND:.1f} x the promise")
        await allocator.close()
        await database.close()


def measure_statistics() -> None:
    """Chi-square of each position, and of each position's pairs with the next code; Hamming distance of neighbours."""
    text = CodeSpace(7, KEY)._write(np.arange(SAMPLE, dtype=np.uint64))  # noqa: SLF001 (words not yet skipped)
    table = np.zeros(256, dtype=np.int64)
    table[np.frombuffer(ALPHABET.encode(), dtype=np.uint8)] = np.arange(RADIX)
    rows = table[np.frombuffer(text, dtype=np.uint8).reshape(SAMPLE, 8)[:, :7]]
    single = [p_value(rows[:, place], RADIX) for place in range(7)]
    pairs = [p_value(rows[:-1, place] * RADIX + rows[1:, place], RADIX**2) for place in range(7)]
    for name, values in (("each position", single), ("a position and the next code's", pairs)):
        verdict = "passes" if min(values) > SIGNIFICANCE / 7 else "FAILS"
        listed = " ".join(f"{value:.3f}" for value in values)
        print(f"chi-square of {name}, {SAMPLE:,} consecutive: {verdict} at {SIGNIFICANCE} over 7; p = {listed}")
    distance = (rows[:-1] != rows[1:]).sum(axis=1).mean()
    print(f"Hamming distance of neighbours: {distance:.4f}; chance says {7 * (1 - 1 / RADIX):.4f}")


def p_value(values: np.ndarray, cells: int) -> float:
    """Chance of a chi-square this large, were all cells alike (Wilson and Hilferty's approximation)."""
    expected = len(values) / cells
    chi_square = float(((np.bincount(values, minlength=cells) - expected) ** 2 / expected).sum())
    share = 2 / (9 * (cells - 1))
    return 1 - NormalDist().cdf(((chi_square / (cells - 1)) ** (1 / 3) - 1 + share) / share**0.5)


def soak(folder: Path, database_url: str, redis: RedisServer, codes: int, processes: int) -> None:
    """No code twice, on PostgreSQL and on SQLite, that many codes each."""
    kinds = [KINDS[place % len(KINDS)] for place in range(processes)]
    sqlite_url = f"sqlite:///{folder / 'soak.db'}"
    upgrade(sqlite_url)
    for name, url in (("PostgreSQL", database_url), ("SQLite", sqlite_url)):
        directory = folder / name
        directory.mkdir()
        outcome = Soak(directory, url, redis, kinds, SEED).run(codes, harm_every_seconds=0.5)
        print(describe(name, outcome, processes))


def describe(name: str, outcome: Outcome, processes: int) -> str:
    """One line."""
    return (
        f"{name}: {outcome.codes:,} codes from {processes} processes, {outcome.kills} killed, Redis flushed "
        f"{outcome.flushes} and rolled back {outcome.redis_restarts} times: {outcome.duplicates} duplicates "
        f"({outcome.seconds:.0f} s)"
    )


if __name__ == "__main__":
    import sys

    main(sys.argv[1:])
