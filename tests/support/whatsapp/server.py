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

from tests.support.whatsapp import groups, queries, relay, tls
from tests.support.whatsapp.accounts import GROUPS, MOST_LINKS, Account, Group
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
    what it has to trust in. `pictures` is where anybody gets the pictures of people."""

    def __init__(self) -> None:
        self.root, self.intermediate, self.keys = KeyPair.make(), KeyPair.make(), KeyPair.make()
        self.accounts: dict[str, Account] = {}
        self.groups: dict[str, Group] = {}
        self.connections: dict[tuple[str, int], Connection] = {}
        self.messages_seen: Counter[str] = Counter()
        self.broke = 0
        self.groups_made = 0
        self.proxy = ""
        self.authority = Path()
        self.pictures = ""
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
        plain = web.TCPSite(runner, "127.0.0.1", 0)
        await plain.start()
        self.pictures = f"http://127.0.0.1:{runner.addresses[1][1]}"
        self.proxy, self.authority = await redirector.start(), folder / "authority.pem"
        return runner, redirector

    # What people do

    def join(self, phone: str, name: str) -> Account:
        """Somebody gets WhatsApp on a phone."""
        account = self.accounts[phone] = Account(phone, name, lid=f"9{phone[::-1]}")
        return account

    def scan(self, qr: str, account: Account) -> bool:
        """The phone scans the code that a client shows; says whether it was still worth something."""
        reference, consent = read_qr(qr, account)
        return self._consent(self._offered[reference], consent)

    async def type_code(self, code: str, account: Account) -> None:
        """The owner types eight characters that a client shows for this phone. LookupError without such a client."""
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
        await self.forget(account, device)
        removed = Node("stream:error", {"code": "401"}, [Node("conflict", {"type": "device_removed"})])
        await self._throw_out(account.phone, device, removed)

    async def forget(self, account: Account, device: int) -> None:
        """A device is none of the account's any more."""
        account.devices.pop(device, None)
        self._waiting.pop((account.phone, device), None)
        await self.tell_devices(account)

    async def ban(self, account: Account, *, seconds: int = HOUR) -> None:
        """WhatsApp locks the account out for a while."""
        await self.lock_out(account, {"reason": "402", "code": "101", "expire": str(seconds)})

    async def outdate(self, account: Account) -> None:
        """WhatsApp takes the account's clients for too old."""
        await self.lock_out(account, {"reason": "405"})

    async def lock_out(self, account: Account, failure: dict[str, str] | None) -> None:
        """Logins fail with this from now on, and who is in is thrown out; None lets them in again. A phone that tests
        play with a client stays: that client would not try again."""
        account.login_failure = failure
        for device in account.links or list(account.devices):
            await self._throw_out(account.phone, device, None)

    async def leave(self, account: Account) -> None:
        """Somebody deletes their WhatsApp account."""
        for device in account.links:
            await self.unlink(account, device)
        del self.accounts[account.phone]

    async def take_away(self, account: Account) -> None:
        """The phone and its devices lose their connection, until `bring_back`."""
        account.is_away = True
        for device in list(account.devices):
            await self._throw_out(account.phone, device, None)
            await self.disconnected(account, device)

    def bring_back(self, account: Account) -> None:
        account.is_away = False

    async def tell_devices(self, account: Account) -> None:
        """Everybody forgets which devices the account had; they ask again when they write the next time."""
        for jid, more in ((account.jid(), {"lid": account.hidden_jid()}), (account.hidden_jid(), {})):
            changed = Node("update", {"device_hash": "2:changed"}, [Node("device", {"jid": jid})])
            told = {"from": jid, "type": "devices", "t": int(time.time()), **more}
            for client in list(self.connections.values()):
                await client.send(Node("notification", {**told, "id": f"d{time.time_ns()}"}, [changed]))

    def refuse(self, account: Account, error: int | None = 463) -> None:
        """What the account sends is refused with this error from now on; None takes it again."""
        account.refuses_with = error

    def drop(self) -> None:
        """Every connection breaks."""
        self._redirector.drop()

    async def call(self, caller: Account, called: Account, *, name: str, ends: str | None = None) -> None:
        """A call rings on the devices of somebody, or with `ends` it is over (`timeout`, `reject`, or nothing)."""
        step = Node("offer", {}, [Node("audio", {"enc": "opus", "rate": "16000"})])
        if ends is not None:
            step = Node("reject" if ends == "reject" else "terminate", {"reason": ends or None})
        await self._tell_of_call(caller, called, name, step)

    async def ring(
        self, caller: Account, called: Account, outcome: str, *, video: bool = False, seconds: int = 0
    ) -> None:
        """A whole call, as the other devices of the called one hear of it."""
        name, now = f"CALL{time.time_ns()}", int(time.time())
        media = [Node("audio", {"enc": "opus", "rate": "16000"}), *([Node("video", {})] if video else [])]
        await self._tell_of_call(caller, called, name, Node("offer", {}, media), at=now - seconds)
        if outcome == "answered":
            await self._tell_of_call(caller, called, name, Node("accept", {}, media[:1]), at=now - seconds)
        reason = {"missed": "timeout", "rejected": "rejected_elsewhere"}.get(outcome)
        await self._tell_of_call(caller, called, name, Node("terminate", {"reason": reason}), at=now)

    async def _tell_of_call(
        self, caller: Account, called: Account, name: str, step: Node, *, at: int | None = None
    ) -> None:
        about = {"call-id": name, "call-creator": caller.hidden_jid(), "caller_pn": caller.jid(), **step.attrs}
        told = {"from": caller.hidden_jid(), "t": at or int(time.time()), "notify": caller.name}
        told |= {"id": f"c{time.time_ns()}"}
        for device in list(called.devices):
            await self.deliver(called, device, Node("call", told, [Node(step.tag, about, step.content)]))

    async def make_group(self, subject: str, members: list[Account]) -> str:
        """Somebody makes a group on a phone; the first of them. Gives its address."""
        group = groups.new(self, subject, members)
        await groups.tell(self, members[0], group, Node("create", {"type": "new", "reason": "invite"}, [group.node()]))
        return str(group.jid)

    async def change_group(
        self,
        address: str,
        *,
        subject: str | None = None,
        add: Sequence[Account] = (),
        remove: Sequence[Account] = (),
        promote: Sequence[Account] = (),
    ) -> None:
        """Its owner changes a group on a phone, all at once."""
        group = self.groups[address.partition("@")[0]]
        owner = group.members[0]
        group.members += add
        group.admins |= {one.phone for one in promote}
        steps = [
            Node(what, {}, [group.participant(one) for one in people])
            for what, people in (("add", add), ("remove", remove), ("promote", promote))
            if people
        ]
        if subject is not None:
            group.subject = subject
            steps.append(Node("subject", {"subject": subject, "s_t": int(time.time()), "s_o": owner.hidden_jid()}))
        told = list(group.members)
        group.members = [one for one in told if one not in remove]
        await groups.tell(self, owner, group, *steps, members=told)

    async def show_picture(self, account: Account, picture: bytes | None) -> None:
        """Somebody shows another picture, or none any more; everybody else hears of it."""
        account.picture = picture
        others = [one for one in self.accounts.values() if one is not account]
        await self._tell_of_picture(account.hidden_jid(), others, is_gone=picture is None)

    async def show_group_picture(self, address: str, picture: bytes) -> None:
        group = self.groups[address.partition("@")[0]]
        group.picture = picture
        await self._tell_of_picture(group.jid, group.members, is_gone=False)

    async def _tell_of_picture(self, of: Jid, people: Sequence[Account], *, is_gone: bool) -> None:
        change = Node("delete", {"jid": of}) if is_gone else Node("set", {"jid": of, "id": str(time.time_ns())})
        for account in people:
            for device in list(account.devices):
                told = {"from": of, "type": "picture", "id": f"p{time.time_ns()}", "t": int(time.time())}
                await self.deliver(account, device, Node("notification", told, [change]))

    # What tests ask

    def is_connected(self, account: Account, device: int = 1) -> bool:
        return (account.phone, device) in self.connections

    async def connected(self, account: Account, device: int = 1, *, seconds: float = 30) -> None:
        """Waits for a device to be there."""
        async with asyncio.timeout(seconds):
            while not self.is_connected(account, device):
                self._changed.clear()
                await self._changed.wait()

    async def disconnected(self, account: Account, device: int = 1, *, seconds: float = 30) -> None:
        """Waits for a device to be gone."""
        async with asyncio.timeout(seconds):
            while self.is_connected(account, device):
                self._changed.clear()
                await self._changed.wait()

    async def settled(self, *, seconds: float = 30) -> None:
        """Waits until every client that is there has answered all that it was sent."""
        try:
            async with asyncio.timeout(seconds):
                while any(client.unanswered for client in self.connections.values()):
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            left = {key: list(client.unanswered.values()) for key, client in self.connections.items()}
            raise AssertionError(f"not answered: {left}") from None

    # What connections need

    def find(self, jid: Jid) -> Account | None:
        return next((one for one in self.accounts.values() if jid.user in (one.phone, one.lid)), None)

    def shows(self, jid: Jid) -> Account | Group | None:
        """Who may have a picture under this address."""
        return self.groups.get(jid.user) if jid.server == GROUPS else self.find(jid)

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
        is_answer = node.tag in ("ack", "receipt")
        answered = client.unanswered.pop(str(node.attrs["id"]), None) if is_answer else None
        if answered is not None:
            self._changed.set()

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
            client.unanswered[str(node.attrs["id"])] = node
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
        return f"{path}?ccb=11-4"  # clients append more to the question

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

    def _consent(self, client: Connection, consent: Consent) -> bool:
        is_full = len(consent.account.links) >= MOST_LINKS
        if client.pairing.done() or client.is_closed or is_full:
            return False
        client.pairing.set_result(consent)
        return True

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
        if client.is_in and client.unanswered:  # it may not have got them
            key = client.key
            self._waiting[key] = [*client.unanswered.values(), *self._waiting.get(key, [])]
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
