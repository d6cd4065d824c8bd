"""Reading pages of metrics, as Prometheus does."""

import http.client
import re
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from prometheus_client.parser import text_string_to_metric_families

from tests.servers import wait_until

_PATIENCE_SECONDS = 60


def read_page(url: str) -> str:
    """The page at `url`, as text."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=10)
    try:
        connection.request("GET", parts.path)
        response = connection.getresponse()
        assert response.status == 200
        return response.read().decode()
    finally:
        connection.close()


def read_sample(url: str, sample: str) -> float:
    """The value of `name` or `name{label="value"}`; the sum of those that fit, 0 without any."""
    name, wanted = _parse(sample)
    return sum(
        found.value
        for family in text_string_to_metric_families(read_page(url))
        for found in family.samples
        if found.name == name and wanted.items() <= found.labels.items()
    )


def await_sample(url: str, sample: str, is_right: Callable[[float], bool]) -> float:
    """The value, once it is right."""
    values: list[float] = []

    def is_there() -> bool:
        values.append(read_sample(url, sample))
        return is_right(values[-1])

    try:
        wait_until(is_there, seconds=_PATIENCE_SECONDS, what=sample)
    except TimeoutError as error:
        raise TimeoutError(f"{sample} is {values[-1]}") from error
    return values[-1]


def _parse(sample: str) -> tuple[str, Mapping[str, str]]:
    name, _, labels = sample.partition("{")
    return name, dict(re.findall(r'(\w+)="([^"]*)"', labels))
