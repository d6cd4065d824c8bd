"""The answer to one question about clicks, as a CSV file."""

from collections.abc import Iterator

from vayro.clicks.counting import DIMENSIONS
from vayro.clicks.event_list import neutralise, write_rows
from vayro.clicks.service import Analytics

COLUMNS = ("section", "value", "clicks", "visitors", "bots")


def write_summary(answer: Analytics) -> bytes:
    """Return the file: totals, the series, and each breakdown, told apart by `section`.

    A value of the series is the start of its bucket; an empty one of a breakdown stands for what is not known. Visitors
    are known of the totals and the series, bots of the totals. Values of strangers are kept from being formulas.
    """
    return write_rows([COLUMNS, *_rows(answer)])


def _rows(answer: Analytics) -> Iterator[tuple[str, ...]]:
    yield "total", "", str(answer.clicks), str(answer.visitors), str(answer.bots)
    for point in answer.series:
        yield "series", point.start.isoformat(), str(point.clicks), str(point.visitors), ""
    for dimension in DIMENSIONS:
        for count in answer.values[dimension]:
            yield dimension, neutralise(count.value), str(count.clicks), "", ""
    for link in answer.links:
        yield "link", neutralise(link.short_code), str(link.clicks), "", ""
