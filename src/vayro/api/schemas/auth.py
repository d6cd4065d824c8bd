"""What the API takes and gives about signing in."""

import datetime as dt
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

# Longer than any that is accepted, so that the rules that speak of length are those of the accounts.
Password = Annotated[str, Field(max_length=1_024, json_schema_extra={"format": "password"})]
Email = Annotated[str, Field(max_length=400, examples=["ada@example.com"])]
Token = Annotated[str, Field(max_length=100, description="From the link of the mail, behind its `#`.")]
Code = Annotated[
    str,
    Field(max_length=64, description="Six digits of the authenticator app, or a recovery code.", examples=["123456"]),
]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class SignInRequest(_Body):
    """Who somebody says they are, and their proof of it."""

    email: Email
    password: Password


class SignInCode(_Body):
    """The second step of a sign-in."""

    token: Annotated[str, Field(max_length=100, description="`second_factor.token` of the first step.")]
    code: Code


class SignUpRequest(_Body):
    """An account that somebody asks for."""

    email: Email
    password: Password
    invitation: Annotated[str | None, Field(max_length=100, description="Token of an invitation to this address.")] = (
        None
    )


class MailedToken(_Body):
    """The proof that a mail was read."""

    token: Token


class PasswordChange(_Body):
    """A new password. Who has none, for they sign in at a provider, sends anything as the current one."""

    current_password: Password
    new_password: Password


class PasswordForgotten(_Body):
    """Whose password is forgotten."""

    email: Email


class PasswordReset(_Body):
    """A new password, by the link of a mail."""

    token: Token
    password: Password


class PasswordProof(_Body):
    """The current password. Who has none sends anything, within ten minutes of a sign-in."""

    password: Password


class FactorCode(_Body):
    """A code of the authenticator app."""

    code: Code


class WorkspaceChoice(_Body):
    """The workspace to go on in."""

    workspace_id: UUID = Field(strict=False)


class SessionUser(BaseModel):
    """The person of a session."""

    id: UUID
    email: str
    is_admin: bool = Field(description="Of the whole installation.")
    has_password: bool
    has_second_factor: bool
    is_linked: bool = Field(description="With an identity at the OpenID Connect provider.")


class SessionWorkspace(BaseModel):
    """A workspace that the person belongs to."""

    id: UUID
    name: str
    plan: str
    role: str


class CurrentSession(BaseModel):
    """Who is signed in, where, and what they may do there. `session_id` is null for an API key."""

    session_id: UUID | None
    user: SessionUser
    must_switch_second_factor_on: bool = Field(description="Until then nothing else is allowed.")
    workspace_id: UUID = Field(description="The workspace that all other addresses speak of.")
    scopes: list[str]
    short_domain: str = Field(
        description="The installation's own short domain; links that name none are made in it, unless the workspace "
        "chose another one.",
        examples=["go.example.com"],
    )
    workspaces: list[SessionWorkspace]


class SecondStep(BaseModel):
    """What the second step of a sign-in needs; it lasts ten minutes."""

    token: str


class SignInAnswer(BaseModel):
    """Either a session, whose cookie comes with it, or what the second step needs."""

    session: CurrentSession | None
    second_factor: SecondStep | None = None


class SignUpAnswer(BaseModel):
    """A session where an invitation proved the address; null where a mail was sent to prove it."""

    session: CurrentSession | None


class SessionEntry(BaseModel):
    """A session of the caller."""

    id: UUID
    browser: str
    created_at: dt.datetime
    last_seen_at: dt.datetime = Field(description="To the minute.")
    expires_at: dt.datetime = Field(description="When it ends, unless it is used before.")
    is_current: bool


class SessionList(BaseModel):
    """All sessions of the caller, newest first: there are 50 at most."""

    data: list[SessionEntry]
    next_cursor: None = None


class FactorStatus(BaseModel):
    """The second factor of the caller."""

    is_on: bool
    since: dt.datetime | None
    recovery_codes_left: int


class FactorSecret(BaseModel):
    """What the authenticator app is told. It is shown this once, and asked for only after a code confirmed it."""

    secret: str = Field(description="To be typed into the app.")
    address: str = Field(description="To be read by the app from a QR code: `otpauth://…`.")
    qr_code: str = Field(description="That QR code, as an SVG document.")


class RecoveryCodes(BaseModel):
    """Each stands in for the app once. They are shown this once."""

    codes: list[str]


class SignInMethods(BaseModel):
    """What a sign-in page offers."""

    sign_up: Literal["open", "invitation", "closed"]
    provider: str | None = Field(description="Name of the OpenID Connect provider; null where there is none.")


class OidcAddress(BaseModel):
    """Where to send the browser."""

    address: str
