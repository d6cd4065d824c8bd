"""Counting different visitors without keeping them: HyperLogLog, exact while they are few.

Registers and hashing after Flajolet, Fusy, Gandouet and Meunier, "HyperLogLog" (2007), with 64-bit hashes; the
estimate after Ertl, "New cardinality estimation algorithms for HyperLogLog sketches" (2017), which needs no table of
corrections. 4,096 registers: the standard error is 1.04 / sqrt(4096) = 1.6 %.
"""

import math
import zlib
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

PRECISION = 12
REGISTERS = 1 << PRECISION
# As many bytes as the registers: below this a sketch is the set of hashes itself, and exact.
EXACT_LIMIT = REGISTERS // 8
_MAX_RANK = 64 - PRECISION + 1
_EXACT, _DENSE = b"E", b"D"

Hashes = npt.NDArray[np.uint64]
Registers = npt.NDArray[np.uint8]


class VisitorSketch:
    """A set of visitors that can be merged and counted. Equal visitor ids give equal sketches, everywhere, always."""

    __slots__ = ("hashes", "registers")

    def __init__(self, hashes: Hashes | None = None, registers: Registers | None = None) -> None:
        """Args: hashes, sorted and unique, while the set is exact; registers, once it is an estimate."""
        self.hashes = np.empty(0, np.uint64) if hashes is None else hashes
        self.registers = registers

    @classmethod
    def of(cls, visitor_ids: npt.NDArray[np.int64]) -> "VisitorSketch":
        """Return the exact set of these visitors, however many."""
        return cls(np.unique(_mix(visitor_ids)))

    @property
    def is_exact(self) -> bool:
        """Whether `count` is the true number."""
        return self.registers is None

    def count(self) -> int:
        """Return the number of different visitors."""
        return self.hashes.size if self.registers is None else round(_estimate(self.registers))

    def pack(self) -> bytes:
        """Return the sketch as at most some 4,100 bytes; more than 512 visitors become an estimate here."""
        if self.compact().is_exact:
            return _EXACT + self.hashes.astype("<u8").tobytes()
        return _DENSE + zlib.compress(self.to_registers().tobytes(), 1)

    @classmethod
    def unpack(cls, data: bytes) -> "VisitorSketch":
        """Return what `pack` was called on."""
        if data[:1] == _EXACT:
            return cls(np.frombuffer(data, "<u8", offset=1).astype(np.uint64))
        return cls(registers=np.frombuffer(zlib.decompress(data[1:]), np.uint8))

    def compact(self) -> "VisitorSketch":
        """Return the sketch as it would come back from storage: an estimate when there are more than 512 visitors."""
        is_small = self.registers is not None or self.hashes.size <= EXACT_LIMIT
        return self if is_small else VisitorSketch(registers=self.to_registers())

    def to_registers(self) -> Registers:
        """Return the registers, computed from the hashes while the set is exact."""
        return _fill(self.hashes) if self.registers is None else self.registers


def merge(sketches: Iterable[VisitorSketch]) -> VisitorSketch:
    """Return the union; exact when all are."""
    together = list(sketches)
    if len(together) == 1:
        return together[0]
    exact = [sketch.hashes for sketch in together if sketch.is_exact]
    hashes = np.unique(np.concatenate(exact)) if exact else np.empty(0, np.uint64)
    dense = [sketch.registers for sketch in together if sketch.registers is not None]
    if not dense:
        return VisitorSketch(hashes)
    return VisitorSketch(registers=np.maximum.reduce([_fill(hashes), *dense]))


def _mix(visitor_ids: npt.NDArray[np.int64]) -> Hashes:
    """Spread the ids over 64 bits: the finaliser of splitmix64 (Steele, Lea and Flood, 2014), a bijection."""
    mixed = visitor_ids.astype(np.int64).view(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


def _fill(hashes: Hashes) -> Registers:
    """Each hash names a register by its first 12 bits; the register keeps the longest run of zeros that follows."""
    registers = np.zeros(REGISTERS, np.uint8)
    index = (hashes >> np.uint64(64 - PRECISION)).astype(np.intp)
    rest = (hashes << np.uint64(PRECISION)) | np.uint64(1 << (PRECISION - 1))
    # The upper 53 bits are exact as a float, whose exponent is the position of the first one.
    exponent = np.frexp((rest >> np.uint64(11)).astype(np.float64))[1]
    np.maximum.at(registers, index, (54 - exponent).astype(np.uint8))
    return registers


def _estimate(registers: Registers) -> float:
    counts = np.bincount(registers, minlength=_MAX_RANK + 1)
    sum_ = REGISTERS * _tau(1 - counts[_MAX_RANK] / REGISTERS)
    for rank in range(_MAX_RANK - 1, 0, -1):
        sum_ = 0.5 * (sum_ + counts[rank])
    sum_ += REGISTERS * _sigma(counts[0] / REGISTERS)
    return float(REGISTERS * REGISTERS / (2 * math.log(2) * sum_))


def _sigma(empty: float) -> float:
    if empty == 1:
        return math.inf
    weight, total, before = 1.0, empty, -1.0
    while total != before:
        empty *= empty
        before = total
        total += empty * weight
        weight += weight
    return total


def _tau(full: float) -> float:
    if full in {0, 1}:
        return 0.0
    weight, total, before = 1.0, 1 - full, -1.0
    while total != before:
        full = math.sqrt(full)
        before = total
        weight *= 0.5
        total -= (1 - full) ** 2 * weight
    return total / 3
