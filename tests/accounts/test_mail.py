"""Mails: handed to a real mail server, or written to the log."""

import asyncio
import email
import email.policy
from collections.abc import AsyncIterator
from typing import Any

import pytest
import structlog
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from tests.conftest import SettingsFactory
from tests.servers import free_port
from vayro.accounts import letters
from vayro.accounts.mail import Mail, Outbox, open_outbox

TO = "ada@example.com"


class Inbox:
    """What the server received: (sender, receivers, message)."""

    def __init__(self, refusals: int = 0) -> None:
        self.received: list[tuple[str, list[str], Any]] = []
        self.refusals = refusals
        self.passwords: list[tuple[bytes, bytes]] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802  # aiosmtpd's name
        if self.refusals:
            self.refusals -= 1
            return "451 try again"
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.received.append((envelope.mail_from, envelope.rcpt_tos, message))
        return "250 OK"

    def authenticate(self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        self.passwords.append((data.login, data.password))
        return AuthResult(success=data.password == b"p@ss")


@pytest.fixture
async def inbox() -> AsyncIterator[tuple[Inbox, int]]:
    box, port = Inbox(), free_port()
    server = Controller(
        box,
        hostname="127.0.0.1",
        port=port,
        ready_timeout=60,
        authenticator=box.authenticate,
        auth_require_tls=False,
    )
    await asyncio.to_thread(server.start)
    yield box, port
    await asyncio.to_thread(server.stop)


async def settle(outbox: Outbox) -> None:
    while outbox._tasks:
        await asyncio.gather(*outbox._tasks)


async def test_a_mail_arrives_as_it_was_written(inbox: tuple[Inbox, int], settings_factory: SettingsFactory) -> None:
    box, port = inbox
    outbox = open_outbox(settings_factory(smtp_url=f"smtp://127.0.0.1:{port}", mail_from="Vayro <vayro@example.com>"))
    outbox.post(letters.reset_password("https://links.test", TO, "t" * 43))
    await settle(outbox)
    [(sender, receivers, message)] = box.received
    assert (sender, receivers) == ("vayro@example.com", [TO])
    assert message["subject"] == "Choose a new password"
    assert f"https://links.test/reset-password#{'t' * 43}" in message.get_content()
    assert message["auto-submitted"] == "auto-generated"


async def test_a_password_is_sent_to_the_server(inbox: tuple[Inbox, int], settings_factory: SettingsFactory) -> None:
    box, port = inbox
    outbox = open_outbox(settings_factory(smtp_url=f"smtp://us%40er:p%40ss@127.0.0.1:{port}"))
    outbox.post(Mail(TO, "Hello", "Grüße 😀"))
    await settle(outbox)
    assert box.passwords == [(b"us@er", b"p@ss")]
    assert box.received[0][2].get_content().strip() == "Grüße 😀"


async def test_a_refused_mail_is_tried_again(inbox: tuple[Inbox, int], settings_factory: SettingsFactory) -> None:
    box, port = inbox
    box.refusals = 2
    sender = open_outbox(settings_factory(smtp_url=f"smtp://127.0.0.1:{port}"))._sender
    outbox = Outbox(sender, pauses=(0.01, 0.01))
    outbox.post(Mail(TO, "Hello", "text"))
    await settle(outbox)
    assert len(box.received) == 1


async def test_a_mail_that_cannot_be_sent_is_logged_without_address(settings_factory: SettingsFactory) -> None:
    sender = open_outbox(settings_factory(smtp_url=f"smtp://127.0.0.1:{free_port()}"))._sender
    outbox = Outbox(sender, pauses=())
    with structlog.testing.capture_logs() as logs:
        outbox.post(Mail(TO, "Hello", "the secret link"))
        await settle(outbox)
    [entry] = logs
    assert entry["log_level"] == "error"
    assert TO not in str(entry)
    assert "secret" not in str(entry)


async def test_without_a_server_a_mail_is_in_the_log(settings_factory: SettingsFactory) -> None:
    outbox = open_outbox(settings_factory())
    with structlog.testing.capture_logs() as logs:
        outbox.post(letters.verify_email("http://127.0.0.1:8080", TO, "t" * 43))
        await settle(outbox)
    [entry] = logs
    assert entry["to"] == TO
    assert f"/verify-email#{'t' * 43}" in entry["text"]


async def test_no_password_goes_to_a_far_server_in_clear(monkeypatch: pytest.MonkeyPatch) -> None:
    import smtplib

    from vayro.accounts import mail
    from vayro.accounts.mail import SmtpSender

    class Plain:
        def ehlo(self) -> None: ...

        def has_extn(self, _name: str) -> bool:
            return False

        def close(self) -> None: ...

    monkeypatch.setattr(mail.smtplib, "SMTP", lambda *_args, **_options: Plain())
    with pytest.raises(smtplib.SMTPNotSupportedError):
        await SmtpSender("smtp://user:secret@mail.example.com", "vayro@example.com").send(Mail(TO, "Hello", "text"))


async def test_closing_gives_up_on_a_server_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    from vayro.accounts import mail

    class Hanging:
        async def send(self, _mail: Mail) -> None:
            await asyncio.Event().wait()

    monkeypatch.setattr(mail, "CLOSE_SECONDS", 0.01)
    outbox = Outbox(Hanging())
    outbox.post(Mail(TO, "Hello", "text"))
    await outbox.close()
    assert not outbox._tasks
