"""Those who carry messages, behind one port: a file, Twilio, and any HTTP gateway."""

from vayro.campaigns.providers.port import Provider
from vayro.errors import SettingsError
from vayro.settings import Settings

__all__ = ["open_provider"]


def open_provider(settings: Settings, name: str) -> Provider:
    """Return the provider of that name, as the settings describe it; nothing is connected.

    Raises SettingsError when they do not.
    """
    match name:
        case "outbox":
            from vayro.campaigns.providers.outbox import Outbox  # noqa: PLC0415  # each is for who uses it

            return Outbox(settings)
        case "gateway":
            from vayro.campaigns.providers.gateway import Gateway  # noqa: PLC0415

            return Gateway(settings)
        case "twilio":
            from vayro.campaigns.providers.twilio import Twilio  # noqa: PLC0415  # its library takes 0.5 s to load

            return Twilio(settings)
    raise SettingsError(f"There is no provider {name}.")
