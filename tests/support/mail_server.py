"""A real SMTP server in this process that says what tests want it to say, and remembers what it took."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tideline.platform.mail import From, Security, Server

SENDER = From("Harbour Coffee", "inbox@harbour.example")
OK = "250 OK"


@dataclass
class MailServer:
    """`on_rcpt` and `on_data` are asked for the answer to each recipient and mail; `delay` is a wait before it."""

    port: int = 0
    host: str = "127.0.0.1"
    taken: list[Envelope] = field(default_factory=list)
    tried: list[str] = field(default_factory=list)
    connections: int = 0
    users: dict[str, str] = field(default_factory=dict)
    on_rcpt: Callable[[str], str] = lambda _: OK
    on_data: Callable[[str], str] = lambda _: OK
    on_mail: Callable[[str], str] = lambda _: OK
    delay: asyncio.Event | None = None

    @property
    def mails(self) -> list[EmailMessage]:
        """What was taken, as a reader's program would understand it."""
        return [read(one) for one in self.taken]

    def settings(self, security: Security = Security.NONE, **named: Any) -> Server:
        values = {"host": self.host, "port": self.port, "security": security, "sender": SENDER, "timeout": 5.0}
        return Server(**{**values, **named})

    # what aiosmtpd calls

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        return self.on_mail(address)

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.tried.append(address)
        said = self.on_rcpt(address)
        if said.startswith("2"):
            envelope.rcpt_tos.append(address)
        return said

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.delay:
            await self.delay.wait()
        said = self.on_data(envelope.rcpt_tos[0])
        if said.startswith("2"):
            self.taken.append(envelope)
        return said

    def authenticate(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        is_right = isinstance(data, LoginPassword) and self.users.get(data.login.decode()) == data.password.decode()
        return AuthResult(success=is_right, handled=is_right)


@asynccontextmanager
async def mail_server(
    *, tls: ssl.SSLContext | None = None, starttls: ssl.SSLContext | None = None, users: dict[str, str] | None = None
) -> AsyncIterator[MailServer]:
    made = MailServer(users=users or {})
    loop = asyncio.get_running_loop()

    def connected() -> SMTP:
        made.connections += 1
        return SMTP(
            made,
            hostname="mail.harbour.example",
            tls_context=starttls,
            auth_required=bool(users),
            auth_require_tls=starttls is not None,
            authenticator=made.authenticate,
            loop=loop,
        )

    listener = await loop.create_server(connected, made.host, 0, ssl=tls)
    made.port = listener.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        listener.close()


def read(envelope: Envelope) -> EmailMessage:
    content = envelope.original_content
    assert content is not None
    message = message_from_bytes(content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


@dataclass(frozen=True)
class Certificates:
    """A certificate for a host, for a server, and what a client has to trust to believe it."""

    server: ssl.SSLContext
    client: ssl.SSLContext


def certificates(folder: Path, host: str = "localhost") -> Certificates:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{host}.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(path)
    return Certificates(server, ssl.create_default_context(cafile=str(path)))
