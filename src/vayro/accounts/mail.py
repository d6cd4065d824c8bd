"""Mails to people: what they say, and how they are sent.

Nobody waits for a mail: it is sent beside the request, so that the time of an answer does not tell whether there was
one. A mail that could not be sent after three tries is lost and logged; every one of them can be asked for again.
"""

import asyncio
import smtplib
import ssl
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import Protocol
from urllib.parse import SplitResult, unquote, urlsplit

import structlog

from vayro.settings import Settings
from vayro.settings.access import is_loopback

SEND_SECONDS = 20
CLOSE_SECONDS = 5
WAITING_MAX = 1_000
PAUSES_SECONDS = (1.0, 10.0)
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail in plain text. It may hold a link that lets its reader in: it is logged only where mails go to the log."""

    to: str
    subject: str
    text: str

    def __repr__(self) -> str:
        """Show no more than may be logged."""
        return f"Mail({self.subject!r})"


class MailSender(Protocol):
    """The port: a mail server, or the log."""

    async def send(self, mail: Mail) -> None:
        """Send it. Raises OSError or smtplib.SMTPException."""


class LogSender:
    """Writes mails to the log, for who has no mail server: a machine of one's own, a first look."""

    async def send(self, mail: Mail) -> None:
        """Log it whole, its link too: without VAYRO_SMTP_URL there is no other way to follow it."""
        _log.warning("no VAYRO_SMTP_URL: this mail was not sent", to=mail.to, subject=mail.subject, text=mail.text)


class SmtpSender:
    """Hands mails to a mail server. STARTTLS is used where it is offered, and required before a password is sent."""

    def __init__(self, url: str, sender: str) -> None:
        """Args: url, as VAYRO_SMTP_URL; sender, the address that mails are from."""
        self._server: SplitResult = urlsplit(url)
        self._sender = sender

    async def send(self, mail: Mail) -> None:
        """Send it, in a thread."""
        await asyncio.to_thread(self._send, mail)

    def _send(self, mail: Mail) -> None:
        with self._connect() as server:
            if self._server.username:
                server.login(unquote(self._server.username), unquote(self._server.password or ""))
            server.send_message(self._write(mail))

    def _connect(self) -> smtplib.SMTP:
        host = self._server.hostname or ""
        if self._server.scheme == "smtps":
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(host, self._server.port or 465, timeout=SEND_SECONDS, context=context)
        server = smtplib.SMTP(host, self._server.port or 587, timeout=SEND_SECONDS)
        try:
            self._secure(server, host)
        except BaseException:
            server.close()
            raise
        return server

    def _secure(self, server: smtplib.SMTP, host: str) -> None:
        server.ehlo()
        if server.has_extn("starttls"):
            server.starttls(context=ssl.create_default_context())
        elif self._server.username and not is_loopback(host):
            raise smtplib.SMTPNotSupportedError("The mail server offers no STARTTLS: no password is sent to it.")

    def _write(self, mail: Mail) -> EmailMessage:
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self._sender, mail.to, mail.subject
        message["Date"] = formatdate(usegmt=True)
        message["Message-ID"] = make_msgid(domain=self._sender.rpartition("@")[2].strip(">"))
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers
        message.set_content(mail.text)
        return message


class Outbox:
    """Sends mails beside the requests, each tried three times."""

    def __init__(self, sender: MailSender, pauses: Sequence[float] = PAUSES_SECONDS) -> None:
        """Args: sender, the way out; pauses, in seconds, before a mail is tried again."""
        self._sender = sender
        self._pauses = pauses
        self._tasks: set[asyncio.Task[None]] = set()

    def post(self, mail: Mail) -> None:
        """Send it soon."""
        self.start(lambda: self._deliver(mail))

    def start(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do some work beside the request whose answer must not tell that there was any: mostly, to post a mail."""
        if len(self._tasks) >= WAITING_MAX:
            _log.error("too many mails wait: one is lost")
            return
        task = asyncio.ensure_future(_run(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Wait a while for mails under way; then give up on them."""
        if self._tasks:
            _done, late = await asyncio.wait(self._tasks, timeout=CLOSE_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _deliver(self, mail: Mail) -> None:
        for pause in (*self._pauses, None):
            try:
                await self._sender.send(mail)
            except (OSError, smtplib.SMTPException) as error:
                if pause is None:
                    # Neither address nor text: the log is no place for them.
                    _log.error("a mail could not be sent", subject=mail.subject, error=type(error).__name__)
                    return
                await asyncio.sleep(pause)
            else:
                return


async def _run(work: Callable[[], Awaitable[None]]) -> None:
    try:
        await work()
    except Exception:  # noqa: BLE001  # a task that nobody awaits: this is where its failures are told
        _log.exception("work beside a request failed")


def open_outbox(settings: Settings) -> Outbox:
    """Return the outbox that the settings name. Nothing is connected yet."""
    url = settings.smtp_url.get_secret_value()
    return Outbox(SmtpSender(url, settings.mail_from) if url else LogSender())
