import numpy as np
import pytest

from vayro.clicks.packing import DAY_QUARTERS, Row, count_parts
from vayro.clicks.sketch import EXACT_LIMIT, VisitorSketch, merge


def visitors(number: int, seed: int = 7) -> np.ndarray:
    """Different visitors, the same ones whatever ran before."""
    return np.random.default_rng(seed).integers(-(2**63), 2**63, number, dtype=np.int64, endpoint=False)


@pytest.mark.parametrize("number", [0, 1, 2, 100, EXACT_LIMIT])
def test_few_visitors_are_counted_exactly_even_after_storing(number: int) -> None:
    sketch = VisitorSketch.of(np.repeat(np.arange(number), 3))
    assert VisitorSketch.unpack(sketch.pack()).count() == number


@pytest.mark.parametrize("number", [EXACT_LIMIT + 1, 2_000, 5_000, 20_000, 100_000, 1_000_000])
def test_many_visitors_are_within_five_percent(number: int) -> None:
    stored = VisitorSketch.unpack(VisitorSketch.of(visitors(number)).pack())
    assert not stored.is_exact
    assert stored.count() == pytest.approx(number, rel=0.05)


def test_the_error_is_what_the_number_of_registers_promises() -> None:
    sketches = [VisitorSketch.of(visitors(6_000, seed)).pack() for seed in range(200)]
    errors = [VisitorSketch.unpack(sketch).count() / 6_000 - 1 for sketch in sketches]
    assert abs(np.mean(errors)) < 0.006
    assert np.std(errors) < 0.0163


def test_neighbouring_ids_count_as_well_as_random_ones() -> None:
    assert VisitorSketch.unpack(VisitorSketch.of(np.arange(50_000)).pack()).count() == pytest.approx(50_000, rel=0.05)


def test_a_merge_equals_the_sketch_of_all() -> None:
    ids = visitors(3_000)
    parts = [VisitorSketch.of(ids[:200]), VisitorSketch.unpack(VisitorSketch.of(ids[100:2_000]).pack())]
    parts.append(VisitorSketch.of(ids[1_500:]))
    assert np.array_equal(merge(parts).to_registers(), VisitorSketch.of(ids).to_registers())


def test_a_merge_of_exact_sets_is_exact() -> None:
    ids = np.arange(2_000)
    assert merge([VisitorSketch.of(ids[:1_200]), VisitorSketch.of(ids[800:])]).count() == 2_000


def test_a_dense_sketch_fits_in_four_kilobytes() -> None:
    assert len(VisitorSketch.of(visitors(100_000)).pack()) < 4_100


@pytest.mark.parametrize("clicks", [0, 1, 50, 3_000])
def test_parts_of_a_day_are_exact_at_every_quarter(clicks: int) -> None:
    source = np.random.default_rng(clicks)
    who, when = source.integers(0, max(clicks // 4, 1), clicks), source.integers(0, DAY_QUARTERS, clicks)
    rows = np.vstack([np.zeros((2, DAY_QUARTERS), np.int64), count_parts(who, when)])
    for quarter in range(DAY_QUARTERS):
        seen = {
            row: set(who[mask].tolist())
            for row, mask in {
                Row.VISITORS: when == quarter,
                Row.FIRST_SEEN: when < quarter,
                Row.LAST_SEEN: when >= quarter,
                Row.HOUR_VISITORS: (when >= quarter) & (when < quarter + 4),
            }.items()
        }
        assert rows[Row.VISITORS, quarter] == len(seen[Row.VISITORS])
        assert rows[Row.FIRST_SEEN, :quarter].sum() == len(seen[Row.FIRST_SEEN])
        assert rows[Row.LAST_SEEN, quarter:].sum() == len(seen[Row.LAST_SEEN])
        assert rows[Row.HOUR_VISITORS, quarter] == len(seen[Row.HOUR_VISITORS])
