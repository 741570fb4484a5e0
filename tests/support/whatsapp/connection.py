"""One client's connection: frames, handshake, registration or login, then a stream of nodes both ways."""

import asyncio
import base64
import os
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import structlog
from aiohttp import WSMsgType, web

from tests.support.whatsapp.accounts import Account, Device
from tests.support.whatsapp.binary import SERVER, Node, decode, encode
from tests.support.whatsapp.curves import KeyPair
from tests.support.whatsapp.linking import Consent
from tests.support.whatsapp.noise import Cipher, Handshake
from tests.support.whatsapp.protobufs import wa6

if TYPE_CHECKING:
    from tests.support.whatsapp.server import FakeWhatsApp

log = structlog.get_logger(__name__)

CODES = 6
GRACE_SECONDS = 0.3


class Gone(ConnectionError):
    """The client closed the connection."""


class Connection:
    """`account` and `device` are known once the client has logged in; `pairing` while it registers."""

    account: Account
    device: int
    pairing: Any

    def __init__(self, whatsapp: "FakeWhatsApp", socket: web.WebSocketResponse) -> None:
        self.whatsapp = whatsapp
        self.is_in = False
        self._socket = socket
        self._buffer = b""
        self._tasks: set[asyncio.Task[None]] = set()
        self._reads: Cipher
        self._writes: Cipher
        self._noise = b""
        self.unanswered: dict[str, Node] = {}
        """What was delivered and not acknowledged yet, by id."""
        self._is_over = False

    @property
    def is_closed(self) -> bool:
        return self._is_over or self._socket.closed

    @property
    def key(self) -> tuple[str, int]:
        return self.account.phone, self.device

    async def run(self) -> None:
        """Until the client goes."""
        payload = await self._shake_hands()
        is_new = payload.HasField("devicePairingData")
        self._begin(self._register(payload.devicePairingData) if is_new else self._log_in(payload))
        try:
            while True:
                node = decode(self._reads.decrypt(await self._frame()))
                self._begin(self.whatsapp.handle(self, node))
        finally:
            self._is_over = True
            for task in self._tasks:
                task.cancel()

    async def send(self, node: Node) -> None:
        """To a client that is just leaving nothing is said."""
        if not self._socket.closed:
            with suppress(ConnectionError):
                await self._send_frame(self._writes.encrypt(encode(node)))

    async def fail(self, node: Node) -> None:
        """Say why, and hang up a moment later: a client drops what it has not looked at when the connection ends."""
        await self.send(node)
        asyncio.get_running_loop().call_later(GRACE_SECONDS, lambda: self._begin(self.hang_up()))

    async def hang_up(self) -> None:
        await self._socket.close()

    def _begin(self, work: Any) -> None:
        task = asyncio.ensure_future(self._guarded(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(lambda _: work.close())  # cancelled before it began, it would be missed

    async def _guarded(self, work: Any) -> None:
        try:
            await work
        except ConnectionError:
            pass
        except Exception:
            log.exception("whatsapp.broke")
            self.whatsapp.broke += 1

    # Frames

    async def _frame(self) -> bytes:
        while len(self._buffer) < 3 or len(self._buffer) < 3 + int.from_bytes(self._buffer[:3], "big"):
            await self._more()
        size = int.from_bytes(self._buffer[:3], "big")
        frame, self._buffer = self._buffer[3 : 3 + size], self._buffer[3 + size :]
        return frame

    async def _more(self) -> None:
        message = await self._socket.receive()
        if message.type is not WSMsgType.BINARY:
            raise Gone
        self._buffer += message.data

    async def _send_frame(self, raw: bytes) -> None:
        await self._socket.send_bytes(len(raw).to_bytes(3, "big") + raw)

    # Handshake

    async def _shake_hands(self) -> Any:
        """The client's first payload. Its very first bytes, `WA` and two versions, are the prologue."""
        while len(self._buffer) < 4:
            await self._more()
        header, self._buffer = self._buffer[:4], self._buffer[4:]
        hello = wa6.HandshakeMessage.FromString(await self._frame()).clientHello
        shake, fresh = Handshake(header), KeyPair.make()
        shake.saw(hello.ephemeral)
        shake.saw(fresh.public)
        shake.mix(fresh.agree(hello.ephemeral))
        answer = wa6.HandshakeMessage()
        answer.serverHello.ephemeral = fresh.public
        answer.serverHello.static = shake.encrypt(self.whatsapp.keys.public)
        shake.mix(self.whatsapp.keys.agree(hello.ephemeral))
        answer.serverHello.payload = shake.encrypt(self.whatsapp.certificate())
        await self._send_frame(answer.SerializeToString())
        finish = wa6.HandshakeMessage.FromString(await self._frame()).clientFinish
        self._noise = shake.decrypt(finish.static)
        shake.mix(fresh.agree(self._noise))
        payload = wa6.ClientPayload.FromString(shake.decrypt(finish.payload))
        self._reads, self._writes = shake.split()
        return payload

    # Registration and login

    async def _register(self, told: Any) -> None:
        """Offer codes until a phone consents to one; the client then signs, and comes back to log in."""
        references = [f"2@{base64.b64encode(os.urandom(24)).decode()}" for _ in range(CODES)]
        self.pairing = asyncio.get_running_loop().create_future()
        self.whatsapp.offer(references, self)
        nodes = [Node("ref", {}, reference.encode()) for reference in references]
        await self.send(_set("pair-1", [Node("pair-device", {}, nodes)]))
        consent: Consent = await self.pairing
        account = consent.account
        account.last_device += 1
        number = account.last_device
        signed = (told.eSkeyID, told.eSkeyVal, told.eSkeySig)
        account.devices[number] = Device(self._noise, consent.identity, told.eRegid, signed)
        children = [
            Node("device-identity", {}, account.vouch(consent.identity, consent.secret, number)),
            Node("device", {"jid": account.jid(number), "lid": account.hidden_jid(number)}),
            Node("platform", {"name": "android"}),
            Node("biz", {"name": account.name}),
        ]
        await self.send(_set("pair-2", [Node("pair-success", {}, children)]))
        await self.whatsapp.tell_devices(account)

    async def _log_in(self, payload: Any) -> None:
        account = self.whatsapp.accounts.get(str(payload.username))
        device = account.devices.get(payload.device) if account else None
        if account and account.is_away:
            return await self.hang_up()
        if account and account.login_failure:
            return await self.fail(Node("failure", account.login_failure))
        if account is None or device is None or device.noise != self._noise:
            return await self.fail(Node("failure", {"reason": "401", "location": "nowhere"}))
        self.account, self.device, self.is_in = account, payload.device, True
        await self.whatsapp.enter(self)
        told = {"t": int(time.time()), "lid": account.hidden_jid(self.device), "props": "1"}
        await self.send(Node("success", told))
        waiting = self.whatsapp.take_waiting(self.key)
        for node in waiting:
            self.unanswered[str(node.attrs["id"])] = node
            await self.send(node)
        return await self.send(Node("ib", {}, [Node("offline", {"count": len(waiting)})]))


def _set(name: str, children: list[Node]) -> Node:
    told = {"from": SERVER, "type": "set", "id": name, "xmlns": "md", "t": int(time.time())}
    return Node("iq", told, children)
