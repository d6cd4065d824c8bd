"""Options of accounts: who may sign up, how long a session lasts, how mail is sent, who else vouches for people."""

from ipaddress import ip_address
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings

from vayro.settings.kinds import Seconds, check_http_address

SECRET_KEY_MIN = 32


class AccessSettings(BaseSettings):
    """How people get in."""

    dashboard_url: str = Field(
        "",
        description="Where people reach the Dashboard API, like `https://links.example.com`; mails lead there. "
        "Default: `http://` and the API's host and port.",
    )
    sign_up: Literal["open", "invitation", "closed"] = Field(
        "invitation",
        description="Who may make an account: anybody, who was invited to a workspace, or nobody but "
        "`vayro users create`.",
    )
    session_idle_seconds: Seconds = Field(
        43_200, description="A session that was not used for so long has ended (default: 12 hours)."
    )
    session_max_seconds: Seconds = Field(
        604_800, description="A session ends after so long, however it is used (default: 7 days)."
    )
    second_factor: Literal["optional", "required"] = Field(
        "optional",
        description="`required`: who signs in with a password can do nothing before a second factor is switched on.",
    )
    secret_key: SecretStr = Field(
        SecretStr(""),
        description="Encrypts the secrets of second factors: at least 32 characters, the same for all API processes. "
        "Empty: `secret.key` in the data directory, made on first use; several machines need the setting.",
    )
    smtp_url: SecretStr = Field(
        SecretStr(""),
        description="Mail server: `smtps://user:password@host:465`, or `smtp://…:587`, which uses STARTTLS. "
        "Empty: mails are written to the log.",
    )
    mail_from: str = Field("vayro@localhost", description="Sender of mails.")
    oidc_issuer: str = Field(
        "",
        description="OpenID Connect provider that people may sign in through, like `https://id.example.com/realms/a`.",
    )
    oidc_client_id: str = Field("", description="What the provider calls this Vayro.")
    oidc_client_secret: SecretStr = Field(SecretStr(""), description="Proves to the provider that it is this Vayro.")
    oidc_name: str = Field("single sign-on", description="What the sign-in page calls the provider.")
    oidc_sign_up: bool = Field(
        default=False,
        description="Whoever the provider knows gets an account, whatever `VAYRO_SIGN_UP` says.",
    )

    @field_validator("dashboard_url", "oidc_issuer")
    @classmethod
    def _check_address(cls, value: str) -> str:
        return check_http_address(value)

    @field_validator("smtp_url")
    @classmethod
    def _check_mail_server(cls, value: SecretStr) -> SecretStr:
        parts = urlsplit(value.get_secret_value())
        if value.get_secret_value() and (parts.scheme not in {"smtp", "smtps"} or not parts.hostname):
            raise ValueError("accepted is smtp://user:password@host:port, or smtps://…, or nothing")
        return value

    @field_validator("secret_key")
    @classmethod
    def _check_secret_key(cls, value: SecretStr) -> SecretStr:
        if 0 < len(value.get_secret_value()) < SECRET_KEY_MIN:
            raise ValueError(f"accepted is nothing, or at least {SECRET_KEY_MIN} characters")
        return value

    @field_validator("mail_from")
    @classmethod
    def _check_sender(cls, value: str) -> str:
        if "@" not in value or not value.isprintable():
            raise ValueError("accepted is an e-mail address, like vayro@example.com")
        return value


def is_loopback(host: str) -> bool:
    """Return whether this host name or address is the machine itself."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"
