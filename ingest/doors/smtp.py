"""The mail door: 250 is said after the whole mail is safe, and never before."""

import asyncio
import logging
import ssl
from dataclasses import dataclass
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from ingest.doors.doorkeeper import Doorkeeper
from ingest.doors.mail import attachments, message_name, parsed
from ingest.doors.reception import Reception
from ingest.doors.refusals import NoRoomError, QuotaError, TooLargeError
from ingest.doors.senders import Sender
from ingest.doors.tls import Certificate
from kamizero.errors import KamizeroError
from storage.lockout import LockedError, WrongLoginError

SILENCE_SECONDS = 120
_CODES: tuple[tuple[type[KamizeroError], str], ...] = (
    (NoRoomError, "452 4.3.1"),
    (QuotaError, "452 4.2.2"),
    (TooLargeError, "552 5.3.4"),
    (LockedError, "450 4.7.0"),
    (WrongLoginError, "550 5.7.1"),
)


def answer(error: KamizeroError) -> str:
    """The error as SMTP says it: 4xx shall be tried again, 5xx not as it is."""
    fitting = (code for kind, code in _CODES if isinstance(error, kind))
    otherwise = "451 4.3.0" if error.retryable else "554 5.6.0"
    return f"{next(fitting, otherwise)} {error}"


class Handler:
    """What aiosmtpd asks when a mail has come."""

    def __init__(self, reception: Reception) -> None:
        self._reception = reception

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name.
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        del server
        sender, data = session.auth_data, envelope.original_content
        assert isinstance(sender, Sender)  # noqa: S101 - nobody else gets so far.
        try:
            return await asyncio.to_thread(self._keep, sender, data or b"")
        except KamizeroError as error:
            return answer(error)

    def _keep(self, sender: Sender, data: bytes) -> str:
        message = parsed(data)
        count = len(attachments(message))
        if count == 0:
            return "554 5.6.0 There is no attachment in this mail: nothing was kept."
        transfer = self._reception.begin(
            sender, message_name(message), session=None, size=len(data)
        )
        try:
            transfer.append(data)
            transfer.complete()
        finally:
            # Harmless where it is complete.
            transfer.abort()
        return f"250 2.0.0 {count} attachments are kept"


@dataclass(frozen=True, slots=True)
class SmtpDoor:
    """Opens the door in the running event loop.

    Args:
        mail_bytes: the longest mail, in bytes.
    """

    address: tuple[str, int]
    reception: Reception
    doorkeeper: Doorkeeper
    certificate: Certificate | None
    mail_bytes: int

    async def open(self) -> asyncio.Server:
        # It warns of each login without TLS; the setting that allows them says so.
        logging.getLogger("mail.log").setLevel(logging.ERROR)
        context = self.certificate.context() if self.certificate else None
        return await asyncio.get_running_loop().create_server(
            lambda: self._connection(context), *self.address
        )

    def _connection(self, context: ssl.SSLContext | None) -> SMTP:
        return SMTP(
            Handler(self.reception),
            data_size_limit=self.mail_bytes,
            enable_SMTPUTF8=True,
            hostname="kamizero",
            ident="kamizero",
            tls_context=context,
            require_starttls=context is not None,
            auth_required=True,
            auth_require_tls=context is not None,
            authenticator=self._authenticate,
            timeout=SILENCE_SECONDS,
            loop=asyncio.get_running_loop(),
        )

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, kind: str, data: Any
    ) -> AuthResult:
        del server, session, envelope, kind
        refused = AuthResult(success=False, handled=False)
        if not isinstance(data, LoginPassword):
            return refused
        try:
            name, password = data.login.decode(), data.password.decode()
            sender = self.doorkeeper.admit(name, password)
        except (WrongLoginError, UnicodeDecodeError):
            return refused
        return AuthResult(success=True, auth_data=sender)


def port_of(server: asyncio.Server) -> int:
    return int(server.sockets[0].getsockname()[1])
