"""Many phones in one process: real clients that do what they are told line by line and report what they see.

`Phones` is the side of the tests; the rest is the process. One process for all of them costs a second instead of one
for each phone. The library breaks when a client is started while another one is being asked something, so phones are
added first and never stopped.
"""

import asyncio
import base64
import json
import os
import sys
import zlib
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.support.whatsapp.accounts import PHONE_ITSELF, Account
from tests.support.whatsapp.server import FakeWhatsApp

ROOT = Path(__file__).resolve().parents[3]
PATIENCE = 60.0
THREADS_FOR_EACH, MORE_THREADS = 2, 16


class Phones:
    """Phones are their accounts' digits. `seen` is all that each of them reported."""

    def __init__(self, whatsapp: FakeWhatsApp, process: asyncio.subprocess.Process) -> None:
        self._whatsapp = whatsapp
        self._process = process
        self._asked = 0
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self._reading = asyncio.create_task(self._read())
        self.seen: dict[str, list[dict[str, Any]]] = {}

    @classmethod
    @asynccontextmanager
    async def running(cls, whatsapp: FakeWhatsApp, folder: Path) -> "AsyncIterator[Phones]":
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "tests.support.whatsapp.phones", str(folder), whatsapp.proxy, whatsapp.root.public.hex()),
            cwd=ROOT,
            env={
                **os.environ,
                "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT), os.environ.get("PYTHONPATH", "")]),
                "SSL_CERT_FILE": str(whatsapp.authority),
                "NEONIZE_BOT_TAG": "off",
            },
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            limit=1 << 26,
        )
        phones = cls(whatsapp, process)
        try:
            yield phones
        finally:
            phones._reading.cancel()
            if process.returncode is None:
                process.kill()
            await process.wait()

    async def add(self, account: Account) -> None:
        """Somebody's phone, played by a client of its own."""
        assert account.last_device == PHONE_ITSELF - 1
        self.seen[account.phone] = []
        qr = await self.ask(account.phone, "add")
        assert self._whatsapp.scan(qr, account)
        await self.ask(account.phone, "connected")

    async def ask(self, phone: str, what: str, **about: Any) -> Any:
        """Raises RuntimeError with what the library said when it fails."""
        assert self._process.stdin
        self._asked += 1
        answer = self._answers[self._asked] = asyncio.get_running_loop().create_future()
        told = {"n": self._asked, "who": phone, "do": what, **about}
        self._process.stdin.write(json.dumps(told).encode() + b"\n")
        async with asyncio.timeout(PATIENCE):
            return await answer

    async def _read(self) -> None:
        assert self._process.stdout
        async for line in self._process.stdout:
            told = json.loads(line)
            if "who" in told:
                self.seen[told.pop("who")].append(told)
                continue
            answer = self._answers.pop(told["n"])
            if "failed" in told:
                answer.set_exception(RuntimeError(told["failed"]))
            else:
                answer.set_result(told["result"])
        for answer in self._answers.values():
            answer.set_exception(RuntimeError("the phones are gone"))


# The process -----------------------------------------------------------------------------------------------------


class _Life:
    def __init__(self, folder: Path, proxy: str) -> None:
        self._folder = folder
        self._proxy = proxy
        self._clients: dict[str, Any] = {}
        self._connected: dict[str, asyncio.Event] = {}
        self._out = os.fdopen(os.dup(1), "w", buffering=1)
        os.dup2(2, 1)

    def _say(self, **told: Any) -> None:
        self._out.write(json.dumps(told) + "\n")

    async def run(self) -> None:
        reader = asyncio.StreamReader(limit=1 << 26)
        await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        tasks = set()
        async for line in reader:
            task = asyncio.create_task(self._answer(json.loads(line)))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
        os._exit(0)

    async def _answer(self, told: dict[str, Any]) -> None:
        try:
            self._say(n=told["n"], result=await self._do(told["who"], told))
        except Exception as problem:
            self._say(n=told["n"], failed=f"{type(problem).__name__}: {problem}")

    async def _do(self, who: str, told: dict[str, Any]) -> Any:
        from neonize.utils.enum import ReceiptType

        match told["do"]:
            case "add":
                return await self._add(who)
            case "connected":
                return await self._connected[who].wait()
            case "flush":
                return None
            case "send":
                return await self._send(who, told)
            case "send_all":
                for text in told["texts"]:
                    await self._clients[who].send_message(_jid(told["to"]), _text(text, None))
                return None
            case "edit":
                from neonize.proto.waE2E.WAWebProtobufsE2E_pb2 import Message

                await self._clients[who].edit_message(
                    _jid(told["chat"]), told["id"], Message(conversation=told["text"])
                )
            case "revoke":
                client = self._clients[who]
                await client.send_message(_jid(told["chat"]), _revoke(told["id"], told["chat"]))
            case "read":
                await self._clients[who].mark_read(
                    *told["ids"], chat=_jid(told["chat"]), sender=_jid(told["sender"]), receipt=ReceiptType.READ
                )
            case "react":
                await self._clients[who].send_message(_jid(told["chat"]), _reaction(told))
            case "history":
                await self._clients[who].send_message(_jid(who), _history(told["messages"]))
            case "download":
                from neonize.proto.waE2E.WAWebProtobufsE2E_pb2 import Message

                raw = await self._clients[who].download_any(Message.FromString(base64.b64decode(told["raw"])))
                return base64.b64encode(raw).decode()
        return None

    async def _add(self, who: str) -> str:
        from neonize._binder import ProxySettings
        from neonize.aioze import events
        from neonize.aioze.client import NewAClient

        client = self._clients[who] = NewAClient(str(self._folder / f"{who}.db"))
        self._connected[who] = asyncio.Event()
        shown: asyncio.Future[str] = asyncio.get_running_loop().create_future()

        @client.qr  # type: ignore[untyped-decorator]
        async def show(_client: Any, code: bytes | str) -> None:
            if not shown.done():
                shown.set_result(code.decode() if isinstance(code, bytes) else code)

        @client.event(events.ConnectedEv)  # type: ignore[untyped-decorator]
        async def connected(_client: Any, _event: Any) -> None:
            self._connected[who].set()

        @client.event(events.MessageEv)  # type: ignore[untyped-decorator]
        async def heard(_client: Any, event: Any) -> None:
            self._say(who=who, event="message", **_seen(event))

        @client.event(events.ReceiptEv)  # type: ignore[untyped-decorator]
        async def received(_client: Any, event: Any) -> None:
            self._say(who=who, event="receipt", ids=list(event.MessageIDs), kind=int(event.Type))

        await client.connect(ProxySettings(self._proxy))
        return await shown

    async def _send(self, who: str, told: dict[str, Any]) -> str:
        client, quoted = self._clients[who], told.get("reply_to")
        message = _text(told["text"], quoted)
        if told.get("file"):
            message = await _file(client, told["file"], told["text"], quoted)
        sent = await client.send_message(_jid(told["to"]), message)
        raw = base64.b64encode(message.SerializeToString()).decode() if told.get("file") else None
        about = {**_parts(message), **_kept(sent, message)}
        self._say(who=who, event="sent", id=sent.ID, chat=told["to"], raw=raw, **about)
        return str(sent.ID)


def _kept(sent: Any, message: Any) -> dict[str, Any]:
    at = sent.Timestamp // 1000 if sent.Timestamp > 1 << 36 else sent.Timestamp
    return {"at": at, "proto": base64.b64encode(message.SerializeToString()).decode()}


def _jid(address: str) -> Any:
    from neonize.utils.jid import build_jid

    user, _, server = address.partition("@")
    return build_jid(user, server or "s.whatsapp.net")


def _quote(quoted: dict[str, Any] | None) -> Any:
    from neonize.proto.waE2E.WAWebProtobufsE2E_pb2 import ContextInfo, Message

    if quoted is None:
        return None
    return ContextInfo(stanzaID=quoted["id"], participant=quoted["author"], quotedMessage=Message(conversation="?"))


def _text(text: str, quoted: dict[str, Any] | None) -> Any:
    from neonize.proto.waE2E.WAWebProtobufsE2E_pb2 import ExtendedTextMessage, Message

    if quoted is None:
        return Message(conversation=text)
    return Message(extendedTextMessage=ExtendedTextMessage(text=text, contextInfo=_quote(quoted)))


async def _file(client: Any, file: dict[str, Any], caption: str | None, quoted: dict[str, Any] | None) -> Any:
    from neonize.proto.waE2E import WAWebProtobufsE2E_pb2 as e2e
    from neonize.utils.enum import MediaType

    kind = file["kind"]
    known = {"image": MediaType.MediaImage, "video": MediaType.MediaVideo, "audio": MediaType.MediaAudio}
    raw = base64.b64decode(file["data"])
    up = await client.upload(raw, known.get(kind, MediaType.MediaDocument))
    about: dict[str, Any] = {
        "URL": up.url, "directPath": up.DirectPath, "mediaKey": up.MediaKey, "fileEncSHA256": up.FileEncSHA256,
        "fileSHA256": up.FileSHA256, "fileLength": up.FileLength, "mimetype": file["mimetype"],
        "contextInfo": _quote(quoted),
    }  # fmt: skip
    said = {"caption": caption} if caption else {}
    if kind == "image":
        return e2e.Message(imageMessage=e2e.ImageMessage(**about, **said))
    if kind == "video":
        return e2e.Message(videoMessage=e2e.VideoMessage(**about, **said))
    if kind == "audio":
        heard = {"seconds": file["seconds"], "waveform": base64.b64decode(file["waveform"])} if file["voice"] else {}
        return e2e.Message(audioMessage=e2e.AudioMessage(**about, PTT=file["voice"], **heard))
    return e2e.Message(documentMessage=e2e.DocumentMessage(**about, fileName=file["filename"], **said))


def _revoke(external_id: str, chat: str) -> Any:
    from neonize.proto.waCommon.WACommon_pb2 import MessageKey
    from neonize.proto.waE2E.WAWebProtobufsE2E_pb2 import Message, ProtocolMessage

    key = MessageKey(fromMe=True, ID=external_id, remoteJID=chat)
    return Message(protocolMessage=ProtocolMessage(type=ProtocolMessage.REVOKE, key=key))


def _reaction(told: dict[str, Any]) -> Any:
    from neonize.proto.waCommon.WACommon_pb2 import MessageKey
    from neonize.proto.waE2E.WAWebProtobufsE2E_pb2 import Message, ReactionMessage

    key = MessageKey(fromMe=told["from_me"], ID=told["id"], remoteJID=told["chat"], participant=told["author"])
    return Message(reactionMessage=ReactionMessage(key=key, text=told["emoji"] or "", senderTimestampMS=1))


def _history(messages: list[dict[str, Any]]) -> Any:
    """What a phone hands over to a new device, as one piece inside of a message to itself."""
    from neonize.proto.waCommon.WACommon_pb2 import MessageKey
    from neonize.proto.waE2E import WAWebProtobufsE2E_pb2 as e2e
    from neonize.proto.waHistorySync import WAWebProtobufsHistorySync_pb2 as past
    from neonize.proto.waWeb.WAWebProtobufsWeb_pb2 import WebMessageInfo

    chats: dict[str, list[Any]] = {}
    for one in messages:
        address = one["chat"] if "@" in one["chat"] else f"{one['chat']}@s.whatsapp.net"
        is_own = one["event"] == "sent"
        who = {"participant": one["author"]} if address.endswith("@g.us") and not is_own else {}
        info = WebMessageInfo(
            key=MessageKey(remoteJID=address, fromMe=is_own, ID=one["id"], **who),
            message=e2e.Message.FromString(base64.b64decode(one["proto"])),
            messageTimestamp=one["at"],
            pushName=None if is_own else one["by"],
            **who,
        )
        chats.setdefault(address, []).append(past.HistorySyncMsg(message=info))
    told = past.HistorySync(
        syncType=past.HistorySync.INITIAL_BOOTSTRAP,
        conversations=[past.Conversation(ID=address, messages=some[::-1]) for address, some in chats.items()],
    )
    notice = e2e.HistorySyncNotification(
        syncType=e2e.HistorySyncType.INITIAL_BOOTSTRAP,
        initialHistBootstrapInlinePayload=zlib.compress(told.SerializeToString()),
    )
    kind = e2e.ProtocolMessage.HISTORY_SYNC_NOTIFICATION
    return e2e.Message(protocolMessage=e2e.ProtocolMessage(type=kind, historySyncNotification=notice))


def _seen(event: Any) -> dict[str, Any]:
    source = event.Info.MessageSource
    chat, sender = source.Chat, source.SenderAlt if source.SenderAlt.User else source.Sender
    other = source.RecipientAlt if source.IsFromMe else source.SenderAlt
    address = f"{chat.User}@g.us" if chat.Server == "g.us" else other.User or chat.User
    message = event.Message
    file = _file_of(message)
    return {
        "id": event.Info.ID,
        "chat": address,
        "author": sender.User,
        "from_me": source.IsFromMe,
        "at": event.Info.Timestamp // 1000,
        "proto": base64.b64encode(message.SerializeToString()).decode(),
        "raw": base64.b64encode(message.SerializeToString()).decode() if file is not None else None,
        **_parts(message),
    }


FILES = ("imageMessage", "videoMessage", "audioMessage", "documentMessage", "stickerMessage")


def _file_of(message: Any) -> Any:
    if message.HasField("documentWithCaptionMessage"):
        message = message.documentWithCaptionMessage.message
    return next((getattr(message, name) for name in FILES if message.HasField(name)), None)


def _parts(message: Any) -> dict[str, Any]:
    """What a phone shows of a message, in plain values."""
    file = _file_of(message)
    context = file.contextInfo if file is not None else message.extendedTextMessage.contextInfo
    told: dict[str, Any] = {
        "text": message.conversation or message.extendedTextMessage.text or getattr(file, "caption", "") or None,
        "reply_to": context.stanzaID or None,
        "file": None,
        "reaction": None,
        "changes": None,
    }
    if file is not None:
        told["file"] = {
            "filename": getattr(file, "fileName", ""),
            "mimetype": file.mimetype,
            "voice": getattr(file, "PTT", False),
            "seconds": getattr(file, "seconds", 0),
            "waveform": base64.b64encode(getattr(file, "waveform", b"")).decode(),
        }
    if message.HasField("reactionMessage"):
        told["reaction"] = {"id": message.reactionMessage.key.ID, "emoji": message.reactionMessage.text}
    changed = message.editedMessage.message if message.HasField("editedMessage") else message
    if changed.HasField("protocolMessage"):
        about = changed.protocolMessage
        told["changes"] = {"id": about.key.ID, "revoked": about.type == 0, "text": about.editedMessage.conversation}
    return told


async def _live(folder: str, proxy: str, key: str) -> None:
    from neonize.aioze.client import NewAClient

    from tests.support.whatsapp.trusting import trust

    assert NewAClient
    trust(bytes.fromhex(key))
    threads = ThreadPoolExecutor(64 * THREADS_FOR_EACH + MORE_THREADS)
    asyncio.get_running_loop().set_default_executor(threads)
    await _Life(Path(folder), proxy).run()


if __name__ == "__main__":
    asyncio.run(_live(*sys.argv[1:4]))
