"""The first administrator, made when the database has no user."""

from dataclasses import dataclass

from vayro.accounts.credentials import NewKey, accept_operators_key, generate_key, generate_password
from vayro.accounts.email import normalise_email
from vayro.errors import SettingsError, ValidationFailed
from vayro.settings import Settings

DEFAULT_EMAIL = "admin@localhost"


@dataclass(frozen=True, slots=True)
class FirstAdministrator:
    """Who is made, and with what. The secrets are shown once, when we made them up, and kept nowhere."""

    email: str
    password: str
    key: NewKey
    is_password_generated: bool
    is_key_generated: bool

    def __repr__(self) -> str:
        """Show no more than may be logged."""
        return f"FirstAdministrator({self.email})"


def is_asked_for(settings: Settings) -> bool:
    """Return whether the operator gave a credential, so that none has to be shown to anybody."""
    return bool(settings.bootstrap_password.get_secret_value() or settings.bootstrap_api_key.get_secret_value())


def plan_first_administrator(settings: Settings) -> FirstAdministrator:
    """Take what the settings give and make up the rest. Raises SettingsError."""
    password = settings.bootstrap_password.get_secret_value()
    key = settings.bootstrap_api_key.get_secret_value()
    return FirstAdministrator(
        email=_email(settings.bootstrap_email or DEFAULT_EMAIL),
        password=password or generate_password(),
        key=accept_operators_key(key) if key else generate_key(),
        is_password_generated=not password,
        is_key_generated=not key,
    )


def _email(address: str) -> str:
    try:
        return normalise_email(address)
    except ValidationFailed as error:
        raise SettingsError(
            f"VAYRO_BOOTSTRAP_EMAIL={address!r} is not acceptable: accepted is an e-mail address"
        ) from error
