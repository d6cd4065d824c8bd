"""Short codes: a bijection nobody can guess, without words nobody wants, and what a person may choose."""

import re
import time
from collections import Counter
from itertools import product
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vayro.errors import InvalidCode, ReservedCode
from vayro.links.blocked_words import OFFENSIVE_WORDS, UNFORTUNATE_WORDS, fold
from vayro.links.code_cipher import DigitCipher, siphash
from vayro.links.reserved_words import RESERVED_WORDS, is_reserved
from vayro.links.short_code import ALPHABET, RADIX, CodeSpace, validate_custom_code

KEY = bytes(range(32))
SIGNIFICANCE = 0.001
CODES = 200_000


def chi_square_limit(degrees: int, significance: float) -> float:
    """The value that chi-square exceeds with this probability (Wilson and Hilferty's approximation)."""
    z = NormalDist().inv_cdf(1 - significance)
    share = 2 / (9 * degrees)
    return float(degrees * (1 - share + z * share**0.5) ** 3)


def digit_rows(count: int, key: bytes = KEY) -> np.ndarray:
    """The letters, as numbers, of the codes of consecutive counter values, blocked ones too: one row a code."""
    text = CodeSpace(7, key)._write(np.arange(count, dtype=np.uint64))
    letters = np.frombuffer(text, dtype=np.uint8).reshape(count, 8)[:, :7]
    digits = np.zeros(256, dtype=np.int64)
    digits[np.frombuffer(ALPHABET.encode(), dtype=np.uint8)] = np.arange(RADIX)
    return digits[letters]


# ── Generated codes ──────────────────────────────────────────────────────────────────────────────────────────────


def test_the_alphabet_has_no_two_letters_that_are_misread() -> None:
    assert len(set(ALPHABET)) == len(ALPHABET) == 55
    assert not set("0Oo1lIi") & set(ALPHABET)


def test_the_round_function_is_siphash_2_4() -> None:
    """Against the vector for 7 bytes in the authors' reference implementation."""
    message = np.array([int.from_bytes(bytes(range(7)), "little")], dtype=np.uint64)
    assert siphash(message, bytes(range(16)))[0] == 0xAB0200F58B01D137


@pytest.mark.parametrize("length", [2, 3])
def test_every_code_of_a_length_comes_exactly_once(length: int) -> None:
    left, right = DigitCipher(RADIX, length, KEY).permute(np.arange(RADIX**length, dtype=np.uint64))
    images = left * np.uint64(RADIX ** (length - length // 2)) + right
    assert np.array_equal(np.sort(images), np.arange(RADIX**length, dtype=np.uint64))


@given(length=st.integers(2, 12), key=st.binary(min_size=16, max_size=64), data=st.data())
def test_the_inverse_gives_back_the_number(length: int, key: bytes, data: st.DataObject) -> None:
    limit = min(RADIX**length, 2**63)
    numbers = data.draw(st.lists(st.integers(0, limit - 1), min_size=1, max_size=20))
    space = CodeSpace(length, key)
    codes = space._write(np.array(numbers, dtype=np.uint64)).decode().split()
    assert space.numbers(codes) == numbers
    assert all(len(code) == length and set(code) <= set(ALPHABET) for code in codes)


def test_codes_do_not_depend_on_how_blocks_are_cut() -> None:
    space = CodeSpace(7, KEY)
    assert space.range_codes(0, 500) + space.range_codes(500, 1003) == space.range_codes(0, 1003)


def test_another_key_gives_other_codes() -> None:
    ours, theirs = CodeSpace(7, KEY).range_codes(0, 1000), CodeSpace(7, KEY[::-1]).range_codes(0, 1000)
    assert not set(ours) & set(theirs)


def test_no_generated_code_holds_a_blocked_word() -> None:
    words = [fold(word) for word in (*OFFENSIVE_WORDS, *UNFORTUNATE_WORDS)]
    readable = re.compile("|".join(map(re.escape, words)))
    everything = {"".join(letters) for letters in product(ALPHABET, repeat=3)}
    codes = set(CodeSpace(3, KEY).range_codes(0, RADIX**3))
    assert codes == {code for code in everything if not readable.search(fold(code)) and not is_reserved(code)}
    assert 300 < len(everything - codes) < 3000


@pytest.mark.parametrize("spelling", ["sex", "SEX", "5ex", "s3x", "ZeX", "2EX"])
def test_a_blocked_word_is_seen_in_leet_spelling(spelling: str) -> None:
    assert fold(spelling) == fold("sex")


def test_no_generated_code_is_reserved() -> None:
    codes = {code.lower() for code in CodeSpace(3, KEY).range_codes(0, RADIX**3)}
    assert not codes & RESERVED_WORDS
    assert "wwz" in codes  # as "www" would be


def test_codes_are_made_fast_enough() -> None:
    """20,000 a second is promised; 25 times as many were measured, so a slow machine passes and a loop does not."""
    space = CodeSpace(7, KEY)
    space.range_codes(0, 1000)
    begin = time.process_time()
    for start in range(0, 100_000, 1000):
        space.range_codes(start, start + 1000)
    assert 100_000 / (time.process_time() - begin) > 60_000


# ── Neighbours are strangers: consecutive counter values, a fixed key, so a verdict that does not change ─────────


def test_each_position_is_uniform_over_consecutive_counters() -> None:
    rows = digit_rows(CODES)
    limit = chi_square_limit(RADIX - 1, SIGNIFICANCE / 7)
    for position in range(7):
        seen = np.bincount(rows[:, position], minlength=RADIX)
        expected = CODES / RADIX
        assert ((seen - expected) ** 2 / expected).sum() < limit, f"position {position}"


def test_a_letter_says_nothing_about_the_next_code_s_letter() -> None:
    rows = digit_rows(CODES)
    limit = chi_square_limit(RADIX**2 - 1, SIGNIFICANCE / 7)
    for position in range(7):
        pairs = rows[:-1, position] * RADIX + rows[1:, position]
        expected = len(pairs) / RADIX**2
        assert ((np.bincount(pairs, minlength=RADIX**2) - expected) ** 2 / expected).sum() < limit


def test_neighbours_differ_in_as_many_places_as_chance_says() -> None:
    rows = digit_rows(CODES)
    distances = (rows[:-1] != rows[1:]).sum(axis=1)
    expected = 7 * (1 - 1 / RADIX)
    deviation = (7 * (1 / RADIX) * (1 - 1 / RADIX) / len(distances)) ** 0.5
    assert abs(distances.mean() - expected) < NormalDist().inv_cdf(1 - SIGNIFICANCE / 2) * deviation


# ── Custom codes ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "code", ["abc", "A-b_9", "x" * 50, "000", "---", "scunthorpe", "peacock-garden", "magna-cum-laude", "Healthy"]
)
def test_a_custom_code_is_accepted(code: str) -> None:
    assert validate_custom_code(code) == code


@pytest.mark.parametrize(
    "code", ["", "ab", "x" * 51, "a b", "ä-umlaut", "a/b", "abc+", "abc\n", "a\x00bc", "٣٣٣", "abc\ud800"]
)
def test_a_custom_code_that_breaks_the_rules_is_refused(code: str) -> None:
    with pytest.raises(InvalidCode) as refused:
        validate_custom_code(code)
    assert refused.value.field == "short_code"
    assert refused.value.detail.isprintable()


def test_the_refusal_names_the_character_and_its_place() -> None:
    with pytest.raises(InvalidCode, match=r'"é" in place 4'):
        validate_custom_code("café")


@pytest.mark.parametrize("code", ["health", "Robots.txt", "favicon.ico", ".well-known", "QR", "api", "docs", "v1"])
def test_what_the_service_serves_itself_is_reserved_in_any_case(code: str) -> None:
    with pytest.raises(ReservedCode):
        validate_custom_code(code)


@pytest.mark.parametrize("code", ["fuck", "Sh1t", "5hit", "f-u-c-k", "what-a-cunt", "n1gg3r"])
def test_a_custom_code_that_is_an_offensive_word_is_refused(code: str) -> None:
    with pytest.raises(ReservedCode):
        validate_custom_code(code)


def test_reserved_words_are_written_in_lower_case_once() -> None:
    assert all(word == word.lower() for word in RESERVED_WORDS)
    assert max(Counter((*OFFENSIVE_WORDS, *UNFORTUNATE_WORDS)).values()) == 1
