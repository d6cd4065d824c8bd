"""What an identity at a provider means here: a session of the user it is linked to, a link, or a new account."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from vayro.accounts import access_repository as repository
from vayro.accounts import audit, credentials, identity_repository, letters, tokens
from vayro.accounts.email import normalise_email
from vayro.accounts.identity import Errand, Identity, new_errand
from vayro.accounts.mail import Outbox
from vayro.accounts.proof import prove
from vayro.accounts.records import Caller
from vayro.accounts.sessions import Opened, Sessions, has_password, session_of
from vayro.accounts.sign_up import make_person
from vayro.database.engine import Database
from vayro.errors import Forbidden, NotFound, Unauthenticated
from vayro.observability import Metrics
from vayro.settings import Settings

if TYPE_CHECKING:
    from vayro.accounts.oidc import Provider

CALLBACK_PATH = "/v1/auth/oidc/callback"
_LINKED = "Your account was linked with the sign-in provider: who signs in there is let in here."
_UNLINKED = "Your account is not linked with the sign-in provider any more."


@dataclass(frozen=True, slots=True)
class Departure:
    """Where to send the browser, and what it brings back in a cookie: nobody else can finish its sign-in."""

    address: str
    binding: str

    def __repr__(self) -> str:
        """Show nothing: both hold secrets."""
        return "Departure()"


class OidcSignIn:
    """Sends people to the provider of VAYRO_OIDC_ISSUER, and receives them."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        sessions: Sessions,
        outbox: Outbox,
        *,
        metrics: Metrics,
        clock: tokens.Clock = tokens.now,
    ) -> None:
        """Args: sessions, where those who come back get theirs; outbox, for mails; metrics, for outcomes."""
        self._database = database
        self._settings = settings
        self._sessions = sessions
        self._outbox = outbox
        self._count = metrics.sign_ins.labels
        self._clock = clock
        self._provider = _open_provider(settings) if settings.oidc_issuer and settings.oidc_client_id else None

    @property
    def is_offered(self) -> bool:
        """Whether there is a provider."""
        return self._provider is not None

    async def begin(self) -> Departure:
        """Begin a sign-in. Raises NotFound without a provider, Unavailable."""
        return await self._depart(None)

    async def begin_link(self, caller: Caller, password: str) -> Departure:
        """Begin to link the caller's account with an identity there: another way in, so they prove who they are first.

        Raises as `begin` and `prove`.
        """
        session_of(caller)
        self._get_provider()
        await prove(self._database, caller, password, "password", self._clock)
        return await self._depart(caller.user_id)

    async def unlink(self, caller: Caller, password: str) -> int:
        """Forget the caller's identities elsewhere; return how many.

        Raises as `prove`, and Forbidden for who has no password.
        """
        person = await prove(self._database, caller, password, "password", self._clock)
        if not has_password(person):
            raise Forbidden("Choose a password first: without the link there would be no way in.")
        async with self._database.transaction() as connection:
            gone = await identity_repository.delete_identities(connection, caller.user_id)
            await audit.note(connection, caller, "identity.unlink", caller.user_id, {"identities": gone})
        self._tell(person, _UNLINKED)
        return gone

    async def _depart(self, user_id: UUID | None) -> Departure:
        provider = self._get_provider()
        errand, binding = new_errand(), tokens.new_token()
        payload = {"nonce": errand.nonce, "verifier": errand.verifier, "binding": tokens.hash_token(binding).hex()}
        async with self._database.transaction() as connection:
            state = await tokens.issue(connection, "oidc", self._clock(), user_id=user_id, payload=payload)
        return Departure(await provider.address_for(state, errand), binding)

    async def finish(self, code: str, state: str, binding: str, browser: str) -> Opened:
        """Return a session for who came back. Raises Unauthenticated, Forbidden, Unavailable, NotFound."""
        provider = self._get_provider()
        async with self._database.transaction() as connection:
            begun = await tokens.use(connection, "oidc", state, self._clock())
        if begun is None or begun.payload["binding"] != tokens.hash_token(binding).hex():
            self._count("refused").inc()
            raise Unauthenticated("This sign-in has expired, or was begun in another browser: begin again.")
        identity = await provider.finish(code, Errand(begun.payload["nonce"], begun.payload["verifier"]))
        async with self._database.transaction() as connection:
            person = await self._find_person(connection, identity, begun.user_id)
            if person.disabled_at:
                raise Forbidden("This account was disabled.")
            opened = await self._sessions.open(connection, person, browser, by="provider")
        self._count("success").inc()
        return opened

    def _get_provider(self) -> "Provider":
        if self._provider is None:
            raise NotFound("There is no other way to sign in here: VAYRO_OIDC_ISSUER is not set.")
        return self._provider

    async def _find_person(self, connection: AsyncConnection, identity: Identity, linking: UUID | None) -> Any:
        known = await identity_repository.find_identity(connection, identity.issuer, identity.subject)
        if linking and known not in (None, linking):
            raise Forbidden("This identity belongs to another account here.")
        if known:
            return await repository.get_person(connection, known)
        person = await self._choose_person(connection, identity, linking)
        values = {"issuer": identity.issuer, "subject": identity.subject, "user_id": person.id}
        await identity_repository.insert_identity(connection, values | {"created_at": self._clock()})
        home = await repository.find_home(connection, person.id)
        workspace_id = home.id if home else None
        await audit.note(connection, None, "identity.link", person.id, workspace_id=workspace_id)
        self._tell(person, _LINKED)
        return person

    def _tell(self, person: Any, what: str) -> None:
        self._outbox.post(letters.security_changed(self._settings.resolved_dashboard_url, person.email, what))

    async def _choose_person(self, connection: AsyncConnection, identity: Identity, linking: UUID | None) -> Any:
        """Return the user that an identity seen for the first time is linked to; make one where that is allowed."""
        if linking:
            return await repository.get_person(connection, linking)
        if not identity.email:
            raise Forbidden("The provider does not say that it has verified your address: sign in another way first.")
        email = normalise_email(identity.email)
        person = await repository.find_person(connection, email)
        if person is None:
            return await self._make_person(connection, email)
        if person.email_verified_at is None or person.second_factor_at:
            raise Forbidden("There is an account with this address: sign in to it, then link it with the provider.")
        return person

    async def _make_person(self, connection: AsyncConnection, email: str) -> Any:
        may = self._settings.oidc_sign_up or self._settings.sign_up == "open"
        if not may and self._settings.sign_up == "invitation":
            may = await repository.is_invited(connection, email, self._clock())
        if not may:
            raise Forbidden("There is no account with this address, and you may not make one here.")
        made = await make_person(connection, email, credentials.UNUSABLE_PASSWORD, self._clock())
        if made is None:
            raise Unauthenticated("Somebody made an account with this address just now: begin again.")
        return made


def _open_provider(settings: Settings) -> "Provider":
    from vayro.accounts.oidc import Provider  # noqa: PLC0415  # half a second, which only who has a provider pays

    return Provider(settings, settings.resolved_dashboard_url + CALLBACK_PATH)
