"""Generated requests over the OpenAPI document: nothing fails, and no answer is undocumented."""

import contextlib
from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.api.conftest import make_key
from vayro.settings import Settings

EXAMPLES = 30
CHECKS: list[Callable[..., Any]] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
ENDLESS = {"/v1/analytics/live", "/v1/sites/progress", "/v1/campaigns/progress"}


@pytest.fixture
async def key(settings: Settings) -> str:
    return await make_key(settings)


@pytest.mark.timeout(900)  # ninety operations, each tried thirty times
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_every_answer_is_documented_and_none_is_a_failure(api_url: str, key: str, mode: GenerationMode) -> None:
    document = schemathesis.openapi.from_url(f"{api_url}/openapi.json")
    tried = 0
    for found in document.get_all_operations():
        operation = found.ok()
        if operation.path not in ENDLESS:
            tried += _try(operation, mode, {"Authorization": f"Bearer {key}"})
    assert tried > 10 * EXAMPLES


def _try(operation: Any, mode: GenerationMode, headers: dict[str, str]) -> int:
    """Send generated requests to one operation, always the same ones; return how many."""
    sent = 0

    @given(case=operation.as_strategy(generation_mode=mode))
    @hypothesis_settings(
        max_examples=EXAMPLES,
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def send(case: Any) -> None:
        nonlocal sent
        sent += 1
        case.call_and_validate(headers=headers, checks=CHECKS, timeout=20)

    with contextlib.suppress(Unsatisfiable):  # an operation without parameters has nothing to get wrong
        send()
    return sent
