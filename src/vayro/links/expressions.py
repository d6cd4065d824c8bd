"""Regular expressions that strangers wrote, matched in linear time: by RE2, or not at all."""

from collections.abc import Iterable
from typing import Any

import structlog

MAX_EXPRESSION = 1_000
MAX_EXPRESSIONS = 10_000
MAX_MEMORY = 64 << 20

_log = structlog.get_logger(__name__)


class Expressions:
    """Many expressions, looked for at once: ten thousand cost little more than one."""

    def __init__(self, patterns: Iterable[str]) -> None:
        """Args: patterns; those that RE2 does not know (look-around, back references) are left out and logged."""
        self._patterns: list[str] = []
        self._set: Any = None
        wanted = list(patterns)[:MAX_EXPRESSIONS]
        if wanted:
            self._compile(wanted)

    def __len__(self) -> int:
        """Return how many are looked for."""
        return len(self._patterns)

    def find(self, text: str) -> str | None:
        """Return an expression that occurs in the text, or None."""
        if self._set is None:
            return None
        found = self._set.Match(text)
        return self._patterns[found[0]] if found else None

    def _compile(self, patterns: list[str]) -> None:
        try:
            import re2  # noqa: PLC0415  # 4 MB, for those who have expressions
        except ImportError:
            _log.error("expressions of block lists are not looked for: there is no google-re2 for this machine")
            return
        options = re2.Options()
        options.log_errors = False
        options.case_sensitive = False
        options.max_mem = MAX_MEMORY
        compiled = re2.Set.SearchSet(options)
        for pattern in patterns:
            try:
                if len(pattern) > MAX_EXPRESSION:
                    raise re2.error("too long")  # noqa: TRY301  # logged as the others are
                compiled.Add(pattern)
            except re2.error as error:
                _log.warning("an expression of a block list is left out", expression=pattern[:100], reason=str(error))
            else:
                self._patterns.append(pattern)
        if self._patterns:
            compiled.Compile()
            self._set = compiled
