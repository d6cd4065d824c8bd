"""Every option, typed and documented, in groups. `docs/configuration.md` is made from them."""

import re
from functools import cached_property

from pydantic import SecretStr, ValidationError
from pydantic_settings import SettingsConfigDict

from vayro.errors import SettingsError
from vayro.settings.access import AccessSettings
from vayro.settings.ai import AiSettings
from vayro.settings.campaigns import CampaignSettings
from vayro.settings.core import BUNDLED_GEOIP_DATABASE, INSTALLED_GEOIP_DATABASE, CoreSettings
from vayro.settings.kinds import Network
from vayro.settings.limits import LimitSettings
from vayro.settings.plans import PlanSettings
from vayro.settings.safety import SafetySettings
from vayro.settings.sites import SiteSettings

__all__ = ["BUNDLED_GEOIP_DATABASE", "INSTALLED_GEOIP_DATABASE", "Network", "Settings", "load_settings"]


class Settings(
    CoreSettings,
    AccessSettings,
    PlanSettings,
    LimitSettings,
    SafetySettings,
    SiteSettings,
    AiSettings,
    CampaignSettings,
):
    """The options of all processes, read from the environment and a `.env` file.

    Frozen: one object is made at start and passed down.
    """

    model_config = SettingsConfigDict(env_prefix="VAYRO_", env_file=".env", extra="ignore", frozen=True)

    @cached_property
    def resolved_dashboard_url(self) -> str:
        """Where people reach the Dashboard API, with the default filled in; no slash at its end."""
        host = f"[{self.api_host}]" if ":" in self.api_host else self.api_host
        return self.dashboard_url or f"http://{host}:{self.api_port}"


def load_settings(**overrides: object) -> Settings:
    """Read the settings, once per process.

    Raises SettingsError: one line that names the setting, the value and what is accepted.
    """
    try:
        return Settings(**overrides)  # type: ignore[arg-type]  # pydantic validates them
    except ValidationError as error:
        raise SettingsError(_describe(error)) from None


def _describe(error: ValidationError) -> str:
    first = error.errors()[0]
    place = str(first["loc"][0]) if first["loc"] else ""
    name = "VAYRO_" + place.upper() if place else "the settings"
    field = Settings.model_fields.get(place)
    is_secret = field is not None and field.annotation is SecretStr
    value = "(hidden)" if is_secret else re.sub(r"(://[^/@\s]*?):[^/@\s]*@", r"\1:***@", repr(first["input"]))
    reason = str(first["msg"]).removeprefix("Value error, ")
    return f"{name}={value} is not acceptable: {reason}"
