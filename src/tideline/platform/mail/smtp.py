"""The way to a mail server: one connection, used from a thread of its own, with an end to every wait."""

import asyncio
import smtplib
import socket
import ssl
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from enum import StrEnum
from typing import Final

from tideline.platform.mail.message import From, one_line
from tideline.platform.mail.model import Accepted, NotNow, Outcome, Refused, Trouble

PROBLEM_LENGTH: Final = 300
SAYS_GOODBYE: Final = 421
WANTS_PASSWORD: Final = 530
PORTS: Final = {"starttls": 587, "tls": 465, "none": 25}


class Security(StrEnum):
    """`starttls` insists on it: a server that does not offer it gets no mail."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Server:
    """Where mails go. A single answer may take `timeout` seconds, a whole mail three times that."""

    host: str
    port: int
    security: Security
    sender: From
    user: str | None = None
    password: str = field(default="", repr=False)
    timeout: float = 10.0
    context: ssl.SSLContext | None = None

    @property
    def longest(self) -> float:
        """Seconds after which a mail is given up for now, however much the server still has to say."""
        return self.timeout * 3


class Courier:
    """Carries mails to the server, one after the other. Whatever it says becomes an outcome; nothing is raised."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="smtp")
        self._connection: _Connection | None = None

    async def deliver(self, message: EmailMessage, to: str) -> Outcome:
        work = asyncio.get_running_loop().run_in_executor(self._thread, self._deliver, message, to)
        try:
            async with asyncio.timeout(self._server.longest):
                return await asyncio.shield(work)
        except TimeoutError:
            self._cut()
            await work
            return Trouble("The mail server was too slow.")
        except asyncio.CancelledError:
            self._cut()
            raise

    async def goodbye(self) -> None:
        """Leave the server properly; the next mail makes a new connection."""
        connection, self._connection = self._connection, None
        if connection:
            await asyncio.get_running_loop().run_in_executor(self._thread, connection.quit)

    def close(self) -> None:
        self._cut()
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _cut(self) -> None:
        """Whoever waits for the server in the thread stops waiting."""
        if self._connection:
            self._connection.cut()

    def _deliver(self, message: EmailMessage, to: str) -> Outcome:
        try:
            if self._connection is None:
                self._connection = _Connection(self._server)
                self._connection.open()
            outcome = self._connection.send(message, to)
        except (OSError, smtplib.SMTPException, ValueError) as error:
            outcome = Trouble(_words(error))
        if isinstance(outcome, Trouble) and self._connection:
            self._connection.drop()
            self._connection = None
        return outcome


class _Connection:
    """`smtplib` with a second handle on the socket, by which another thread can end whatever it waits for."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._smtp = _Smtp(server)
        self._handle: socket.socket | None = None
        self._is_cut = False

    def open(self) -> None:
        server, smtp = self._server, self._smtp
        raw = socket.create_connection((server.host, server.port), server.timeout)
        self._handle = raw.dup()
        smtp.sock = raw
        if self._is_cut:
            raise TimeoutError("the mail server was too slow")
        context = server.context or ssl.create_default_context()
        if server.security is Security.TLS:
            smtp.sock = context.wrap_socket(raw, server_hostname=server.host)
        smtp.begin()
        if server.security is Security.STARTTLS:
            smtp.starttls(context=context)
        if server.user:
            smtp.login(server.user, server.password)

    def send(self, message: EmailMessage, to: str) -> Outcome:
        try:
            self._smtp.send_message(message, self._server.sender.address, [to])
        except smtplib.SMTPRecipientsRefused as error:
            return _refusal(*error.recipients[to])
        except smtplib.SMTPDataError as error:
            return _refusal(error.smtp_code, error.smtp_error)
        except smtplib.SMTPNotSupportedError as error:
            return Refused(_words(error))
        return Accepted()

    def quit(self) -> None:
        with suppress(OSError, smtplib.SMTPException):
            self._smtp.quit()
        self.drop()

    def cut(self) -> None:
        """From any thread: no wait for the server lasts longer than this."""
        self._is_cut = True
        if handle := self._handle:
            with suppress(OSError):
                handle.shutdown(socket.SHUT_RDWR)

    def drop(self) -> None:
        self._smtp.close()
        if self._handle:
            self._handle.close()
            self._handle = None


class _Smtp(smtplib.SMTP):
    """Talks on a socket that is open already."""

    def __init__(self, server: Server) -> None:
        super().__init__(local_hostname=server.sender.domain, timeout=server.timeout)
        self._host = server.host  # the name that the certificate has to have after STARTTLS

    def begin(self) -> None:
        code, said = self.getreply()
        if code != 220:
            raise smtplib.SMTPConnectError(code, said)
        self.ehlo_or_helo_if_needed()


def _refusal(code: int, said: bytes | str) -> Outcome:
    problem = _said(code, said)
    if code in (SAYS_GOODBYE, WANTS_PASSWORD):
        return Trouble(problem)
    return NotNow(problem) if 400 <= code < 500 else Refused(problem)


def _words(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return _said(error.smtp_code, error.smtp_error)
    return _short(f"{type(error).__name__}: {error}")


def _said(code: int, said: bytes | str) -> str:
    return _short(f"{code} {said.decode('utf-8', 'replace') if isinstance(said, bytes) else said}")


def _short(text: str) -> str:
    return one_line(text)[:PROBLEM_LENGTH]
