"""All ways to get in, built together."""

from dataclasses import dataclass

from vayro.accounts.mail import Outbox
from vayro.accounts.oidc_sign_in import OidcSignIn
from vayro.accounts.passwords import Passwords
from vayro.accounts.quotas import Quotas
from vayro.accounts.second_factor import SecondFactors
from vayro.accounts.sessions import Sessions
from vayro.accounts.sign_in import SignIn
from vayro.accounts.sign_up import SignUp
from vayro.accounts.tokens import Clock, now
from vayro.database.engine import Database
from vayro.observability import Metrics
from vayro.settings import Settings


@dataclass(frozen=True, slots=True)
class Access:
    """What the routes of /v1/auth use."""

    sessions: Sessions
    sign_in: SignIn
    sign_up: SignUp
    passwords: Passwords
    second_factors: SecondFactors
    oidc: OidcSignIn

    async def close(self) -> None:
        """Wait for what is being written beside the requests."""
        await self.sessions.close()


def build_access(
    settings: Settings, database: Database, outbox: Outbox, quotas: Quotas, metrics: Metrics, *, clock: Clock = now
) -> Access:
    """Return the ways in that the settings allow. Nothing is connected yet; the outbox is its owner's to close."""
    sessions = Sessions(database, settings, clock)
    factors = SecondFactors(database, settings, sessions, outbox, clock)
    return Access(
        sessions=sessions,
        sign_in=SignIn(database, settings, sessions, outbox, factors=factors, metrics=metrics, clock=clock),
        sign_up=SignUp(database, settings, sessions, outbox, quotas=quotas, clock=clock),
        passwords=Passwords(database, settings, sessions, outbox, clock),
        second_factors=factors,
        oidc=OidcSignIn(database, settings, sessions, outbox, metrics=metrics, clock=clock),
    )
