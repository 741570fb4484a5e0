"""The server: who is on it, who is connected, and everything a test can make it do."""

import asyncio
import hashlib
import os
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from aiohttp import web

from tests.support.whatsapp import queries, relay, tls
from tests.support.whatsapp.accounts import Account, Group
from tests.support.whatsapp.binary import SERVER, Jid, Node
from tests.support.whatsapp.connection import Connection
from tests.support.whatsapp.curves import KeyPair
from tests.support.whatsapp.linking import CodeLinking, Consent, read_qr
from tests.support.whatsapp.protobufs import cert
from tests.support.whatsapp.socks import Redirector

LARGEST = 128 * 1024 * 1024
HOUR = 3600


class FakeWhatsApp:
    """One WhatsApp. `proxy` and `authority` are what a client needs to get here instead of to the real one, `keys_root`
    what it has to trust in."""

    def __init__(self) -> None:
        self.root, self.intermediate, self.keys = KeyPair.make(), KeyPair.make(), KeyPair.make()
        self.accounts: dict[str, Account] = {}
        self.groups: dict[str, Group] = {}
        self.connections: dict[tuple[str, int], Connection] = {}
        self.messages_seen: Counter[str] = Counter()
        self.broke = 0
        self.proxy = ""
        self.authority = Path()
        self._media: dict[str, bytes] = {}
        self._waiting: dict[tuple[str, int], list[Node]] = {}
        self._offered: dict[str, Connection] = {}
        self._codes: dict[str, tuple[Connection, CodeLinking]] = {}
        self._changed = asyncio.Event()
        self._is_closed = False

    @classmethod
    @asynccontextmanager
    async def running(cls, folder: Path) -> "AsyncIterator[FakeWhatsApp]":
        """On free ports of this machine, until the block ends."""
        whatsapp = cls()
        runner, redirector = await whatsapp._serve(folder)
        whatsapp._redirector = redirector
        try:
            yield whatsapp
        finally:
            await redirector.stop()
            await runner.cleanup()

    _redirector: Redirector

    async def _serve(self, folder: Path) -> tuple[web.AppRunner, Redirector]:
        app = web.Application(client_max_size=LARGEST)
        app.router.add_get("/ws/chat", self._connect)
        app.router.add_post("/mms/{kind}/{token}", self._upload)
        app.router.add_get("/v/t62/{name}", self._download)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls.make(folder))
        await site.start()
        redirector = Redirector(runner.addresses[0][1])
        self.proxy, self.authority = await redirector.start(), folder / "authority.pem"
        return runner, redirector

    # What people do

    def join(self, phone: str, name: str) -> Account:
        """Somebody gets WhatsApp on a phone."""
        account = self.accounts[phone] = Account(phone, name, lid=f"9{phone[::-1]}")
        return account

    def scan(self, qr: str, account: Account) -> None:
        """The phone scans the code that a client shows."""
        reference, consent = read_qr(qr, account)
        self._consent(self._offered[reference], consent)

    async def type_code(self, code: str, account: Account) -> None:
        """The owner types eight characters that a client shows for this phone."""
        connection, linking = self._codes[account.phone]
        told = [
            Node("link_code_pairing_ref", {}, linking.reference),
            Node("link_code_pairing_wrapped_primary_ephemeral_pub", {}, linking.type_in(code)),
            Node("primary_identity_pub", {}, account.keys.public),
        ]
        step = Node("link_code_companion_reg", {"stage": "primary_hello"}, told)
        await connection.send(_notification("link_code_companion_reg", step))

    async def unlink(self, account: Account, device: int) -> None:
        """The owner takes a device off, on the phone."""
        del account.devices[device]
        removed = Node("stream:error", {"code": "401"}, [Node("conflict", {"type": "device_removed"})])
        await self._throw_out(account.phone, device, removed)

    async def ban(self, account: Account, *, seconds: int = HOUR) -> None:
        """WhatsApp locks the account out for a while."""
        await self.lock_out(account, {"reason": "402", "code": "101", "expire": str(seconds)})

    async def outdate(self, account: Account) -> None:
        """WhatsApp takes the account's clients for too old."""
        await self.lock_out(account, {"reason": "405"})

    async def lock_out(self, account: Account, failure: dict[str, str] | None) -> None:
        """Logins fail with this from now on, and who is in is thrown out; None lets them in again."""
        account.login_failure = failure
        for device in list(account.devices):
            await self._throw_out(account.phone, device, None)

    def refuse(self, account: Account, error: int | None = 463) -> None:
        """What the account sends is refused with this error from now on; None takes it again."""
        account.refuses_with = error

    def drop(self) -> None:
        """Every connection breaks."""
        self._redirector.drop()

    async def call(self, caller: Account, called: Account, *, name: str, ends: str | None = None) -> None:
        """A call rings on the devices of somebody, or with `ends` it is over (`timeout`, `reject`, or nothing)."""
        about = {"call-id": name, "call-creator": caller.hidden_jid()}
        step = Node("offer", about, [Node("audio", {"enc": "opus", "rate": "16000"})])
        if ends is not None:
            step = Node("reject" if ends == "reject" else "terminate", {**about, "reason": ends or None})
        told = {"from": caller.hidden_jid(), "id": f"c{time.time_ns()}", "t": int(time.time()), "notify": caller.name}
        told |= {"caller_pn": caller.jid()}
        for device in list(called.devices):
            await self.deliver(called, device, Node("call", told, [step]))

    # What tests ask

    def is_connected(self, account: Account, device: int = 1) -> bool:
        return (account.phone, device) in self.connections

    async def connected(self, account: Account, device: int = 1, *, seconds: float = 30) -> None:
        """Waits for a device to be there."""
        async with asyncio.timeout(seconds):
            while not self.is_connected(account, device):
                self._changed.clear()
                await self._changed.wait()

    # What connections need

    def find(self, jid: Jid) -> Account | None:
        return next((one for one in self.accounts.values() if jid.user in (one.phone, one.lid)), None)

    async def handle(self, client: Connection, node: Node) -> None:
        match node.tag:
            case "iq":
                await queries.answer(client, node)
            case "message":
                await relay.message(client, node)
            case "receipt":
                await relay.receipt(client, node)
            case "chatstate":
                await relay.typing(client, node)

    async def enter(self, client: Connection) -> None:
        """Only one connection of a device at a time: the older one is replaced."""
        former = self.connections.get(client.key)
        self.connections[client.key] = client
        self._changed.set()
        if former is not None:
            await former.fail(Node("stream:error", {}, [Node("conflict", {"type": "replaced"})]))

    async def deliver(self, account: Account, device: int, node: Node) -> None:
        """To a device now, or when it comes back."""
        client = self.connections.get((account.phone, device))
        if client is None:
            self._waiting.setdefault((account.phone, device), []).append(node)
        else:
            await client.send(node)

    def take_waiting(self, key: tuple[str, int]) -> list[Node]:
        return self._waiting.pop(key, [])

    def seen(self, node: Node) -> None:
        self.messages_seen[str(node.attrs["id"])] += 1

    def offer(self, references: Sequence[str], client: Connection) -> None:
        self._offered |= dict.fromkeys(references, client)

    def begin_code(self, client: Connection, step: Node) -> bytes:
        reference = os.urandom(12)
        hidden = step.bytes_of("link_code_pairing_wrapped_companion_ephemeral_pub")
        self._codes[step.attrs["jid"].user] = (client, CodeLinking(reference, hidden))
        return reference

    def finish_code(self, client: Connection, step: Node) -> None:
        account = self.accounts[step.attrs["jid"].user]
        _, linking = self._codes[account.phone]
        bundle = step.bytes_of("link_code_pairing_wrapped_key_bundle")
        self._consent(client, linking.finish(bundle, step.bytes_of("companion_identity_public"), account))

    def keep(self, content: bytes) -> str:
        """Store a file; gives the path it is fetched from."""
        path = f"/v/t62/{hashlib.sha256(content).hexdigest()}"
        self._media[path] = content
        return path

    def certificate(self) -> bytes:
        """Two certificates, the upper one signed by the root that clients are made to trust in."""
        now, details = int(time.time()), cert.CertChain.NoiseCertificate.Details
        upper = details(
            serial=1, issuerSerial=0, key=self.intermediate.public, notBefore=now - HOUR, notAfter=now + 24 * HOUR
        )
        lower = details(serial=2, issuerSerial=1, key=self.keys.public, notBefore=now - HOUR, notAfter=now + 24 * HOUR)
        chain: bytes = cert.CertChain(
            leaf=_signed(lower, self.intermediate), intermediate=_signed(upper, self.root)
        ).SerializeToString()
        return chain

    def _consent(self, client: Connection, consent: Consent) -> None:
        if not client.pairing.done():
            client.pairing.set_result(consent)

    async def _throw_out(self, phone: str, device: int, why: Node | None) -> None:
        client = self.connections.get((phone, device))
        if client is not None and why is not None:
            await client.fail(why)
        elif client is not None:
            await client.hang_up()

    # HTTP

    async def _connect(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(max_msg_size=1 << 24)
        await socket.prepare(request)
        client = Connection(self, socket)
        with suppress(ConnectionError):
            await client.run()
        if client.is_in and self.connections.get(client.key) is client:
            del self.connections[client.key]
            self._changed.set()
        return socket

    async def _upload(self, request: web.Request) -> web.Response:
        path = self.keep(await request.read())
        return web.json_response({"url": f"https://{queries.MEDIA_HOST}{path}", "direct_path": path, "handle": "h"})

    async def _download(self, request: web.Request) -> web.Response:
        found = self._media.get(request.path)
        return web.Response(body=found) if found is not None else web.Response(status=404)


def _signed(details: object, by: KeyPair) -> object:
    raw: bytes = details.SerializeToString()  # type: ignore[attr-defined]
    return cert.CertChain.NoiseCertificate(details=raw, signature=by.sign(raw))


def _notification(kind: str, step: Node) -> Node:
    told = {"from": SERVER, "type": kind, "id": f"n{time.time_ns()}", "t": int(time.time())}
    return Node("notification", told, [step])
