"""The two shapes that Vayro runs in, as settings; flows are told once and run in both."""

from collections.abc import Callable

import pytest

from vayro.settings import Settings

API_KEY = "vk_flows0000000000000000000000000000"
SHAPES = ["embedded", "production"]


def make_settings(
    shape: str, request: pytest.FixtureRequest, factory: Callable[..., Settings], **over: object
) -> Settings:
    """Settings of the shape, with an administrator whose key is API_KEY, on a migrated empty database."""
    values: dict[str, object] = {
        "bootstrap_email": "ada@example.com",
        "bootstrap_password": "correct horse battery staple",
        "bootstrap_api_key": API_KEY,
        **over,
    }
    if shape == "embedded":
        return factory(database_url=request.getfixturevalue("sqlite_url"), **values)
    return factory(
        database_url=request.getfixturevalue("postgres_url"), redis_url=request.getfixturevalue("redis_url"), **values
    )
