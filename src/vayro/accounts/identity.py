"""What passes between a sign-in here and one at a provider."""

import secrets
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Identity:
    """Who somebody is at the provider. `email` is empty unless the provider says that it is verified."""

    issuer: str
    subject: str
    email: str


@dataclass(frozen=True, slots=True)
class Errand:
    """What must be known again when the person comes back from the provider. It is stored, never sent."""

    nonce: str
    verifier: str

    def __repr__(self) -> str:
        """Show nothing: both are secrets."""
        return "Errand()"


def new_errand() -> Errand:
    """Return random values for one sign-in."""
    return Errand(secrets.token_urlsafe(32), secrets.token_urlsafe(48))
