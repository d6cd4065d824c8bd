"""The two shapes that Vayro runs in, as settings; flows are told once and run in both."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.servers import free_port
from vayro.settings import Settings

API_KEY = "vk_flows0000000000000000000000000000"
SHAPES = ["embedded", "production"]


ADMINISTRATOR = {
    "bootstrap_email": "ada@example.com",
    "bootstrap_password": "correct horse battery staple",
    "bootstrap_api_key": API_KEY,
}


def make_settings(
    shape: str, request: pytest.FixtureRequest, factory: Callable[..., Settings], **over: object
) -> Settings:
    """Settings of the shape, with an administrator whose key is API_KEY, on a migrated empty database."""
    if shape == "embedded":
        return factory(database_url=request.getfixturevalue("sqlite_url"), **ADMINISTRATOR, **over)
    stores = {name: request.getfixturevalue(name) for name in ("postgres_url", "redis_url")}
    return factory(database_url=stores["postgres_url"], redis_url=stores["redis_url"], **ADMINISTRATOR, **over)


def make_standing_settings(shape: str, request: pytest.FixtureRequest, directory: Path, redis_url: str) -> Settings:
    """As `make_settings`, for a Vayro that several tests share; its Redis is its own, for others empty theirs."""
    redirect_port = free_port()
    values: dict[str, object] = {
        "data_dir": directory,
        "redirect_port": redirect_port,
        "api_port": free_port(),
        "metrics_port": free_port(neighbours=2),
        "short_url_base": f"http://127.0.0.1:{redirect_port}",
        **ADMINISTRATOR,
    }
    if shape == "production":
        values["database_url"] = request.getfixturevalue("postgres_server").create_database()
        values["redis_url"] = redis_url
    return Settings(_env_file=None, **values)  # type: ignore[arg-type]
