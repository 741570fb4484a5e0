"""What the server may order of a number's process, one function each. Problems of the port become answers."""

import asyncio
import os
from collections import defaultdict
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from tideline.connectors.linked import codec, decode, encode, exits, wire
from tideline.connectors.linked.client import Client
from tideline.connectors.linked.journal import Begun
from tideline.connectors.linked.media import read_media
from tideline.connectors.linked.notes import note
from tideline.connectors.linked.problems import problem_of, shows_none
from tideline.connectors.linked.protobufs import e2e
from tideline.connectors.linked.session import Session
from tideline.features.numbers.port import (
    ConnectorProblem,
    MediaKind,
    MediaRejected,
    MessageKey,
    NotLinked,
    Offline,
    Peer,
    Sound,
    UnknownOutcome,
)

SEND_SECONDS: Final = 90.0
ASK_SECONDS: Final = 40.0
UPLOAD_SECONDS: Final = 300.0
GROUPS_AT_ONCE: Final = 20
GROUPS_BYTES: Final = 1024 * 1024


class Orders:
    """Reads the channel until the server is gone. Orders run side by side; those of an older lease are refused."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._tasks: set[asyncio.Task[None]] = set()
        self._listed: list[dict[str, Any]] = []

    async def run(self) -> None:
        async for frame in self._session.channel.frames():
            match frame:
                case wire.Order():
                    task = asyncio.create_task(self._answer(frame))
                    self._tasks.add(task)
                    task.add_done_callback(self._tasks.discard)
                case wire.Room(more=more):
                    self._session.telling.give_room(more)
                case wire.Ack(epoch=epoch, up_to=up_to) if epoch == self._session.epoch:
                    await asyncio.to_thread(self._session.telling.ack, up_to)

    async def _answer(self, order: wire.Order) -> None:
        try:
            result = await self._do(order)
            answer = wire.Answer(order.id, result)
        except ConnectorProblem as problem:
            answer = wire.Answer(order.id, problem=problem.code, sentence=problem.message)
        except Exception as problem:
            note(order.do, f"{type(problem).__name__}: {problem}")
            code = UnknownOutcome.code if order.do == "send" else Offline.code
            answer = wire.Answer(order.id, problem=code, sentence=None)
        await self._session.say(answer)

    async def _do(self, order: wire.Order) -> Any:
        self._check_lease(order)
        if order.do == "sign":
            return {"connected": self._session.is_connected, "waiting": self._session.spool.size}
        act = ACTS.get(order.do)
        if act is None:
            raise NotLinked if self._session.folder.ended else Offline
        return await act(self, self._client(), order.about)

    def _check_lease(self, order: wire.Order) -> None:
        if order.epoch != self._session.epoch:
            raise Offline("Another gateway holds the session of this number.")
        if self._session.folder.epoch > self._session.epoch:
            self._session.leave(exits.FENCED)

    def _client(self) -> Client:
        """The library may only be asked while there is a connection."""
        if self._session.folder.ended is not None:
            raise NotLinked
        if self._session.client is None or not self._session.is_connected:
            raise Offline
        return self._session.client

    # Sending

    async def send(self, client: Client, about: dict[str, Any]) -> Any:
        to = codec.read_peer(about["to"])
        if to.group and to.group not in self._session.reader.groups:
            await self._look_at_group(client, to)
        quoted = (
            encode.quote(msgspec.convert(about["reply_to"], MessageKey), self._session.people)
            if about["reply_to"]
            else None
        )
        message, text = await self._message(client, about["content"], quoted)
        session, client_ref = self._session, str(about["client_ref"])
        begun = Begun(client_ref, codec.plain_peer(self._known_as(to)), text, datetime.now(UTC).isoformat())
        await asyncio.to_thread(session.journal.begin, begun)
        session.begin_send()
        try:
            external_id, stamp = await self._hand_over(client, encode.address(to), message, client_ref)
            at = decode.moment(stamp)
            if to.group:
                session.reader.reach.expect(external_id, self._others_in(to.group))
            echo = session.echo_of(
                client_ref,
                self._known_as(to),
                external_id,
                at,
                text,
                media=read_media(decode.unwrap(message), session.seal.sign),
                reply_to=about["reply_to"]["external_id"] if about["reply_to"] else None,
            )
            await asyncio.to_thread(self._keep_echo, client_ref, external_id, echo)
        finally:
            session.end_send()
        return {"external_id": external_id, "at": at.isoformat()}

    async def _look_at_group(self, client: Client, to: Peer) -> None:
        """Who is in it, so that receipts can be counted. When that cannot be told, sending says why."""
        try:
            info = await asyncio.wait_for(client.group(encode.address(to)), ASK_SECONDS)
        except Exception as said:
            note("group", said)
        else:
            self._session.reader.keep(decode.group_changed(self._session.people, info, datetime.now(UTC)))

    def _others_in(self, group: str) -> list[Peer]:
        known = self._session.reader.groups.get(group)
        return [member.peer for member in known.members if not member.is_own] if known else []

    def _keep_echo(self, client_ref: str, external_id: str, echo: Any) -> None:
        self._session.journal.end(client_ref, external_id)
        self._session.echo(echo)

    async def _hand_over(self, client: Client, to: Any, message: Any, client_ref: str) -> tuple[str, int]:
        """What is not certainly refused stays open in the journal: a receipt may tell."""
        try:
            return await asyncio.wait_for(client.send(to, message), SEND_SECONDS)
        except TimeoutError:
            raise UnknownOutcome from None
        except Exception as said:
            problem = problem_of(str(said))
            note("send", said)
            if not isinstance(problem, UnknownOutcome):
                self._session.journal.end(client_ref, None)
            raise problem from said

    def _known_as(self, to: Peer) -> Peer:
        """The same person as events name them."""
        if to.lid and not to.phone:
            phone = self._session.people.known.get(to.lid)
            return Peer(phone=phone) if phone else to
        return Peer(phone=to.phone) if to.phone else to

    async def _message(self, client: Client, content: dict[str, Any], quoted: Any) -> tuple[Any, str | None]:
        if "text" in content:
            return encode.text(content["text"], quoted), content["text"]
        kind = MediaKind(content["kind"])
        path = self._session.folder.files / os.path.basename(content["path"])
        raw = await asyncio.to_thread(path.read_bytes)
        try:
            uploaded = await asyncio.wait_for(client.upload(raw, encode.UPLOADED_AS[kind]), UPLOAD_SECONDS)
        except Exception as said:  # nothing was sent yet, whatever it was
            note("upload", said)
            raise Offline("WhatsApp did not take the file just now.") from said
        message = encode.file(
            kind,
            uploaded,
            filename=content["filename"],
            mimetype=content["mimetype"],
            caption=content["caption"],
            sound=msgspec.convert(content["sound"], Sound) if content["sound"] else None,
            quoted=quoted,
        )
        return message, content["caption"]

    async def react(self, client: Client, about: dict[str, Any]) -> Any:
        key = msgspec.convert(about["key"], MessageKey)
        try:
            external_id, stamp = await asyncio.wait_for(
                client.send(encode.address(key.chat), encode.reaction(key, about["emoji"])), SEND_SECONDS
            )
        except TimeoutError:
            raise UnknownOutcome from None
        except Exception as said:
            raise problem_of(str(said)) from said
        self._session.journal.saw(external_id)
        return {"external_id": external_id, "at": decode.moment(stamp).isoformat()}

    async def read(self, client: Client, about: dict[str, Any]) -> Any:
        by_author: defaultdict[tuple[Peer, Peer], list[str]] = defaultdict(list)
        for key in msgspec.convert(about["keys"], list[MessageKey]):
            if not key.from_me:
                by_author[key.chat, key.sender or key.chat].append(key.external_id)
        for (chat, author), external_ids in by_author.items():
            await self._ask(client.mark_read(external_ids, self._hidden(chat), self._hidden(author)))
        return None

    def _hidden(self, peer: Peer) -> Any:
        """Receipts go to the LID where it is known."""
        if peer.phone:
            lid = next((lid for lid, phone in self._session.people.known.items() if phone == peer.phone), None)
            return encode.jid(lid, "lid") if lid else encode.address(peer)
        return encode.address(peer)

    # Asking

    async def check(self, client: Client, about: dict[str, Any]) -> Any:
        found = await self._ask(client.check(about["phones"]))
        by_phone = {one.Query.lstrip("+"): one for one in found}
        answers = []
        for phone in about["phones"]:
            one = by_phone.get(phone)
            is_in = one is not None and bool(one.IsIn)
            lid = one.JID.User if one is not None and is_in and one.JID.Server == "lid" else None
            if lid:
                self._session.people.known[lid] = phone
            answers.append({"phone": phone, "is_on_whatsapp": is_in, "lid": lid})
        return answers

    async def groups(self, client: Client, about: dict[str, Any]) -> Any:
        """A page at a time: all of them may be more than a frame holds."""
        session, at = self._session, int(about["from"])
        if at == 0:
            now = datetime.now(UTC)
            infos = await self._ask(client.groups())
            infos.sort(key=lambda info: info.GroupCreated)
            groups = [session.reader.keep(decode.group_changed(session.people, info, now)) for info in infos]
            self._listed = [codec.plain(group) for group in groups]
        page, size = self._listed[at : at + GROUPS_AT_ONCE], 0
        for count, group in enumerate(page):
            size += len(msgspec.msgpack.encode(group))
            if size > GROUPS_BYTES and count:
                page = page[:count]
                break
        following = at + len(page)
        return {"groups": page, "next": following if following < len(self._listed) else None}

    async def picture(self, client: Client, about: dict[str, Any]) -> Any:
        """Which picture there is and where; nothing when nobody shows one to this number."""
        try:
            shown = await asyncio.wait_for(client.picture(encode.address(codec.read_peer(about["of"]))), ASK_SECONDS)
        except Exception as said:
            if shows_none(str(said)):
                return None
            note("picture", said)
            raise Offline from said
        return {"id": shown.ID, "url": shown.URL} if shown.ID and shown.URL else None

    async def fetch(self, client: Client, about: dict[str, Any]) -> Any:
        """Bring a file into the number's folder; the server reads it there and removes it."""
        payload = self._session.seal.open(about["ref"])
        if payload is None:
            raise MediaRejected("WhatsApp does not have this file.")
        try:
            content = await asyncio.wait_for(client.download(e2e.Message.FromString(payload)), UPLOAD_SECONDS)
        except TimeoutError:
            raise Offline from None
        except Exception as said:
            note("download", said)
            if any(word in str(said) for word in ("404", "410", "403", "hash", "hmac", "length", "invalid")):
                raise MediaRejected("WhatsApp does not have this file any more.") from said
            raise Offline from said
        name = f"in-{os.urandom(8).hex()}"
        await asyncio.to_thread((self._session.folder.files / name).write_bytes, content)
        return {"name": name}

    async def log_out(self, client: Client, _about: dict[str, Any]) -> Any:
        await self._ask(client.log_out())
        await asyncio.to_thread(self._session.folder.mark_ended, "The link was ended in Tideline.")

    @staticmethod
    async def _ask(question: Awaitable[Any]) -> Any:
        """Whatever goes wrong with a question, it may be asked again."""
        try:
            return await asyncio.wait_for(question, ASK_SECONDS)
        except Exception as said:
            note("asked", said)
            raise Offline from said


ACTS: Final[dict[str, Callable[[Orders, Client, dict[str, Any]], Awaitable[Any]]]] = {
    "send": Orders.send,
    "react": Orders.react,
    "read": Orders.read,
    "check": Orders.check,
    "groups": Orders.groups,
    "picture": Orders.picture,
    "fetch": Orders.fetch,
    "log_out": Orders.log_out,
}
