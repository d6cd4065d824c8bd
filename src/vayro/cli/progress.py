"""Progress, on stderr and only when that is a terminal: a script's log stays clean."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Advance = Callable[[int, int | None], None]
"""Told how much is done, and how much there is (None: not known)."""


@contextmanager
def progress(text: str, total: int | None = None) -> Iterator[Advance]:
    """Show a bar while the block runs; yield what moves it."""
    if not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(text, total=total)

        def advance(done: int, known_total: int | None) -> None:
            bar.update(task, completed=done, total=known_total if known_total is not None else total)

        yield advance
