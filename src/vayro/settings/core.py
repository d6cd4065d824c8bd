"""Options of the core: stores, processes, codes, clicks, logs."""

from functools import cached_property
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, PositiveInt, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode

from vayro.settings.kinds import Network, Port, Seconds, check_http_address, split_list

BUNDLED_GEOIP_DATABASE = Path(__file__).parents[1] / "visitor" / "data" / "country.mmdb"
INSTALLED_GEOIP_DATABASE = "geo/installed.mmdb"
"""In the data directory: what `vayro geo update` installed, and what is then read instead of the bundled file."""


class CoreSettings(BaseSettings):
    """What every installation has."""

    data_dir: Path = Field(
        Path("vayro-data"),
        description="Database, spool, geo data and the secrets made on first start (mode 0700).",
    )
    database_url: str = Field("", description="`postgresql://…` for production. Empty: SQLite in the data directory.")
    database_replica_url: str = Field("", description="A read replica; analytics read there.")
    database_replica_max_lag_seconds: Seconds = Field(
        5, description="How far the replica may be behind; beyond it analytics ask the primary, which is counted."
    )
    database_pool_size: PositiveInt = Field(
        10, description="Connections that each process keeps to PostgreSQL; in a burst it opens as many again."
    )
    database_timeout_seconds: Seconds = Field(
        4, description="How long one statement of the API or of an engine may take before it counts as failed."
    )
    database_analytics_pool_size: PositiveInt = Field(
        5, description="Connections of an API process for analytics, apart from the others; no more are opened."
    )
    database_export_pool_size: PositiveInt = Field(
        2, description="Connections of an API process for the list and the export of clicks; no more are opened."
    )
    database_analytics_timeout_seconds: Seconds = Field(
        30, description="As `VAYRO_DATABASE_TIMEOUT_SECONDS`, for analytics and exports."
    )
    redis_url: str = Field("", description="`redis://…`; cache, stream and limits use it. Empty: the embedded shape.")
    redis_cluster: bool = Field(default=False, description="The Redis URL names a cluster.")
    redis_timeout_ms: PositiveInt = Field(
        80, description="How long one Redis operation may take before it counts as failed."
    )
    stream_shards: Annotated[int, Field(ge=1, le=64)] = Field(
        1, description="Redis streams that clicks are spread over; the first is `stream:clicks`, others have a `{tag}`."
    )
    stream_max_events: PositiveInt = Field(
        2_000_000,
        description="Clicks that may wait in Redis, about 600 MB; beyond it they wait in the spools, on disk.",
    )
    redirect_host: str = Field("127.0.0.1", description="Address the Redirect Engine listens on.")
    redirect_port: Port = Field(8000, description="Port the Redirect Engine listens on.")
    redirect_workers: Annotated[int, Field(ge=1, le=256)] = Field(1, description="Engine processes.")
    api_host: str = Field("127.0.0.1", description="Address the Dashboard API listens on.")
    api_port: Port = Field(8080, description="Port the Dashboard API listens on.")
    api_workers: Annotated[int, Field(ge=1, le=256)] = Field(1, description="Dashboard API processes.")
    short_url_base: str = Field(
        "http://127.0.0.1:8000", description="Prefix of `short_url`; its host is the default domain."
    )
    bootstrap_email: str = Field("", description="E-mail of the first administrator, made when there is no user.")
    bootstrap_password: SecretStr = Field(SecretStr(""), description="Password of the first administrator.")
    bootstrap_api_key: SecretStr = Field(
        SecretStr(""), description="API key of the first administrator; must begin with `vk_`."
    )
    trusted_proxies: Annotated[tuple[Network, ...], NoDecode] = Field(
        (), description="Comma-separated CIDRs whose `X-Forwarded-For` is believed."
    )
    store_ip: Literal["none", "truncated", "full"] = Field(
        "truncated", description="What remains of a visitor's address: nothing, /24 and /48, or all of it."
    )
    spool_sync: Literal["process", "always"] = Field(
        "process", description="`process`: a click survives kill -9; `always`: it survives power loss too."
    )
    spool_max_bytes: Annotated[int, Field(ge=1 << 20)] = Field(
        1 << 30, description="Size of an engine's spool; beyond it clicks are dropped, counted and reported."
    )
    spool_segment_bytes: Annotated[int, Field(ge=1 << 16)] = Field(16 << 20, description="Size of one spool segment.")
    fast_lane: bool = Field(default=True, description="Off: every request takes the FastAPI app.")
    code_allocator: Literal["counter", "pool", "snowflake"] = Field(
        "counter", description="Where generated short codes come from."
    )
    code_length: Annotated[int, Field(ge=4, le=12)] = Field(7, description="Shortest generated code.")
    blocked_domains: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="Comma-separated domains (with their subdomains) that no link may lead to. "
        "`blocked-domains.txt` in the data directory, one a line, adds to them.",
    )
    geoip_database: Path = Field(
        BUNDLED_GEOIP_DATABASE,
        description="Any MaxMind-format file; by default what `vayro geo update` installed, else the bundled data.",
    )
    memory_max_links: PositiveInt = Field(200_000, description="Links that one engine process keeps in memory.")
    worker_batch_size: PositiveInt = Field(5_000, description="Clicks that the worker writes in one transaction.")
    metrics_host: str = Field("127.0.0.1", description="Address of `GET /metrics`.")
    metrics_port: Port | None = Field(
        None,
        description="Port of `GET /metrics`. Default: redirect 9101, api 9102, worker 9103, sites 9104. "
        "Under `vayro up` it is the engine's; the API takes the next one, the worker the one after that.",
    )
    drain_seconds: Annotated[float, Field(ge=0, le=300)] = Field(
        1.0,
        description="How long an engine or API that is told to stop still answers, its `/health/ready` failing, before "
        "it closes its socket: longer than the load balancer takes to notice.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least level that is logged.")
    log_format: Literal["auto", "console", "json"] = Field(
        "auto", description="`auto`: console on a terminal, JSON elsewhere."
    )
    log_ship_url: str = Field(
        "", description="HTTP address that log records are sent to as well, like `http://collector:4318/v1/logs`."
    )
    log_ship_format: Literal["otlp", "lines"] = Field(
        "otlp", description="`otlp`: OTLP/HTTP in JSON; `lines`: one JSON object a line."
    )
    log_ship_headers: SecretStr = Field(
        SecretStr(""), description="Comma-separated `name=value` headers of these requests; mostly an authorization."
    )
    otlp_endpoint: str = Field(
        "",
        description="OTLP/HTTP collector that traces go to, like `http://collector:4318`; OTEL_EXPORTER_OTLP_ENDPOINT "
        "works as well. Empty: no traces. Needs the extra `tracing`.",
    )
    trace_ratio: Annotated[float, Field(ge=0, le=1)] | None = Field(
        None, description="Part of the requests that are traced. Default: as OTEL_TRACES_SAMPLER says, else 0.01."
    )
    trace_parents: Literal["ignored", "proxies"] = Field(
        "ignored",
        description="Whose `traceparent` decides instead of the ratio: nobody's, or that of `VAYRO_TRUSTED_PROXIES`.",
    )

    @model_validator(mode="before")
    @classmethod
    def _prefer_installed_geo_data(cls, values: dict[str, Any]) -> dict[str, Any]:
        installed = Path(values.get("data_dir") or "vayro-data") / INSTALLED_GEOIP_DATABASE
        if values.get("geoip_database") or not installed.is_file():
            return values
        return {**values, "geoip_database": installed}

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _split_networks(cls, value: object) -> object:
        return tuple(ip_network(part, strict=False) for part in split_list(value)) if isinstance(value, str) else value

    @field_validator("blocked_domains", mode="before")
    @classmethod
    def _split_domains(cls, value: object) -> object:
        return tuple(part.lower() for part in split_list(value)) if isinstance(value, str) else value

    @field_validator("short_url_base")
    @classmethod
    def _check_base(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("accepted is an http or https address without query, like https://go.example.com")
        return value.rstrip("/")

    @field_validator("database_url", "database_replica_url")
    @classmethod
    def _check_database_url(cls, value: str) -> str:
        if value and not value.startswith(("postgresql://", "postgres://", "sqlite:///")):
            raise ValueError("accepted is postgresql://user:password@host/database, or sqlite:///path, or nothing")
        return value.replace("postgres://", "postgresql://", 1) if value.startswith("postgres://") else value

    @field_validator("redis_url")
    @classmethod
    def _check_redis_url(cls, value: str) -> str:
        if value and not value.startswith(("redis://", "rediss://")):
            raise ValueError("accepted is redis://host:port/0, or nothing for the embedded shape")
        return value

    @field_validator("bootstrap_api_key")
    @classmethod
    def _check_bootstrap_key(cls, value: SecretStr) -> SecretStr:
        secret = value.get_secret_value()
        if secret and not (secret.startswith("vk_") and len(secret) >= 19):
            raise ValueError("accepted is a key that begins with vk_ and has at least 16 characters after it")
        return value

    @field_validator("log_ship_url", "otlp_endpoint")
    @classmethod
    def _check_collector(cls, value: str) -> str:
        return check_http_address(value)

    @field_validator("log_ship_headers")
    @classmethod
    def _check_headers(cls, value: SecretStr) -> SecretStr:
        if not all("=" in part for part in split_list(value.get_secret_value())):
            raise ValueError("accepted is name=value, several with commas between them")
        return value

    @cached_property
    def resolved_database_url(self) -> str:
        """The database URL, with the embedded default filled in."""
        return self.database_url or f"sqlite:///{(self.data_dir / 'vayro.db').absolute()}"

    @cached_property
    def is_embedded(self) -> bool:
        """Whether clicks travel through the spool alone, because there is no Redis."""
        return not self.redis_url

    @cached_property
    def default_domain_name(self) -> str:
        """Host (with port, when it is not the scheme's own) that the API shows for the default domain."""
        return urlsplit(self.short_url_base).netloc.lower()

    @cached_property
    def spool_dir(self) -> Path:
        """Folder that holds one folder per engine."""
        return self.data_dir / "spool"
