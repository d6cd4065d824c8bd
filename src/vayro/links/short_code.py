"""Short codes: how generated ones are written, and what a custom one may be."""

import re
from collections.abc import Iterable

import numpy as np

from vayro.errors import InvalidCode, ReservedCode
from vayro.links.blocked_words import find_blocked_rows, is_offensive
from vayro.links.code_cipher import DigitCipher, Words
from vayro.links.excerpt import excerpt
from vayro.links.reserved_words import is_reserved

ALPHABET = "23456789abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ"
"""Base 62 without what is misread: 0 O o, 1 l I i. 55 letters: 7 of them make 1.52e12 codes."""

RADIX = len(ALPHABET)
CUSTOM_CODE_MIN = 3
CUSTOM_CODE_MAX = 50

_LETTERS = np.frombuffer(ALPHABET.encode(), dtype=np.uint8)
_DIGITS = {letter: digit for digit, letter in enumerate(ALPHABET)}
_FORBIDDEN = re.compile(r"[^A-Za-z0-9_-]")


class CodeSpace:
    """All codes of one length, in the secret order that a key gives them.

    Two spaces with the same length and key are the same; a code says nothing of the next to whoever lacks the key.
    """

    def __init__(self, length: int, key: bytes) -> None:
        """Args: length, 2 to 12 letters; key, 32 secret bytes."""
        self.length = length
        self._cipher = DigitCipher(RADIX, length, key)

    @staticmethod
    def count(length: int) -> int:
        """Return how many codes of this length there are."""
        return int(RADIX**length)

    def codes(self, numbers: Words) -> list[str]:
        """Return the codes of these numbers, in order, without those that hold a blocked or reserved word."""
        text = self._write(numbers)
        blocked = find_blocked_rows(text, self.length + 1)
        codes = text.decode("ascii").split("\n")[:-1]
        return [code for row, code in enumerate(codes) if row not in blocked and not is_reserved(code)]

    def range_codes(self, start: int, stop: int) -> list[str]:
        """Return the codes of the numbers from `start` up to, without, `stop`."""
        return self.codes(np.arange(start, stop, dtype=np.uint64))

    def numbers(self, codes: Iterable[str]) -> list[int]:
        """Return the number of each code: the inverse of `codes`."""
        cut = self._cipher.left_digits
        pairs = [(_read(code[:cut]), _read(code[cut:])) for code in codes]
        left, right = (np.array(half, dtype=np.uint64) for half in zip(*pairs, strict=True))
        return [int(number) for number in self._cipher.invert(left, right)]

    def _write(self, numbers: Words) -> bytes:
        """Return all codes, blocked ones too, each followed by a line feed."""
        left, right = self._cipher.permute(numbers)
        rows = np.empty((len(numbers), self.length + 1), dtype=np.uint8)
        rows[:, self.length] = ord("\n")
        _write_digits(rows[:, : self._cipher.left_digits], left)
        _write_digits(rows[:, self._cipher.left_digits : self.length], right)
        return rows.tobytes()


def validate_custom_code(code: str) -> str:
    """Return the code, if a person may choose it: 3 to 50 letters, digits, `-` and `_`.

    Case counts: "Sale" and "sale" are two codes. Raises ReservedCode, or InvalidCode that says what is wrong.
    """
    if is_reserved(code):
        raise ReservedCode(f"The short code {excerpt(code)} is kept for the service itself.", field="short_code")
    if not CUSTOM_CODE_MIN <= len(code) <= CUSTOM_CODE_MAX:
        raise InvalidCode(
            f"The short code has {len(code)} characters; {CUSTOM_CODE_MIN} to {CUSTOM_CODE_MAX} are accepted.",
            field="short_code",
        )
    if forbidden := _FORBIDDEN.search(code):
        raise InvalidCode(
            f"The short code has {excerpt(forbidden[0])} in place {forbidden.start() + 1}; "
            "letters A to Z, digits, - and _ are accepted.",
            field="short_code",
        )
    if is_offensive(code):
        raise ReservedCode(f"The short code {excerpt(code)} is a word that is not given out.", field="short_code")
    return code


def _write_digits(columns: np.ndarray[tuple[int, int], np.dtype[np.uint8]], numbers: Words) -> None:
    rest = numbers
    for column in reversed(range(columns.shape[1])):
        rest, digit = np.divmod(rest, np.uint64(RADIX))
        columns[:, column] = _LETTERS[digit]


def _read(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * RADIX + _DIGITS[letter]
    return number
