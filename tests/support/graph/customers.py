"""People with phones, as simple as can be: they write, edit, revoke, react, read, call, and are away at times."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.support.graph.model import Media, Number, Said

if TYPE_CHECKING:
    from tests.support.graph.app import Graph


@dataclass
class Customer:
    """A phone. With `user_id` its webhooks carry the business-scoped id, with `shows_phone` off nothing else."""

    graph: Graph = field(repr=False)
    phone: str
    name: str
    user_id: str | None = None
    shows_phone: bool = True
    is_online: bool = True
    tells_reads: bool = True
    is_on_whatsapp: bool = True

    @property
    def contact(self) -> dict[str, Any]:
        ids = ({"wa_id": self.phone} if self.shows_phone else {}) | ({"user_id": self.user_id} if self.user_id else {})
        return {"profile": {"name": self.name}, **ids}

    async def write(
        self,
        to: Number,
        text: str | None = None,
        *,
        file: Media | None = None,
        voice: bool = False,
        reply_to: str | None = None,
    ) -> str:
        """Send a message; the answer is its id."""
        return await self.say(to, *content_of(text, file, voice), media=file, reply_to=reply_to)

    async def write_all(self, to: Number, texts: list[str]) -> None:
        """Many messages at once, which come in few webhooks."""
        said = [self._said(to, "text", {"body": text}) for text in texts]
        for start in range(0, len(said), 100):
            some = said[start : start + 100]
            await self.graph.tell(to, "messages", contacts=[self.contact], messages=[self._wire(one) for one in some])

    async def say(
        self, to: Number, kind: str, content: Any, *, media: Media | None = None, reply_to: str | None = None
    ) -> str:
        """Anything that has a type, such as a location."""
        said = self._said(to, kind, content, media=media, reply_to=reply_to)
        await self._tell(to, self._wire(said))
        return said.id

    async def edit(self, to: Number, message_id: str, text: str) -> None:
        said = self.graph.said[message_id]
        said.content, said.is_edited = {"body": text}, True
        changed = {"type": "text", "text": {"body": text}}
        await self._note(to, "edit", {"original_message_id": message_id, "message": changed})

    async def revoke(self, to: Number, message_id: str) -> None:
        self.graph.said[message_id].is_revoked = True
        await self._note(to, "revoke", {"original_message_id": message_id})

    async def react(self, to: Number, message_id: str, emoji: str | None) -> None:
        reactions = self.graph.said[message_id].reactions
        if emoji:
            reactions[self.phone] = emoji
        else:
            reactions.pop(self.phone, None)
        await self._note(to, "reaction", {"message_id": message_id} | ({"emoji": emoji} if emoji else {}))

    async def read(self, number: Number) -> None:
        """Everything of this number that has arrived."""
        for said in self.graph.between(number.phone, self.phone):
            if said.author == number.phone and said.status == "delivered":
                said.status = "read" if self.tells_reads else "seen"
                if self.tells_reads:
                    await self.graph.tell_status(number, self, said, "read")

    async def set_online(self, is_online: bool) -> None:
        self.is_online = is_online
        if is_online:
            await self.graph.deliver_waiting(self)

    async def call(self, to: Number, outcome: str, *, video: bool = False, seconds: int = 0) -> str:
        call = {
            "id": self.graph.new_id("wacid"),
            "from": self.phone,
            "to": to.phone,
            "event": "terminate",
            "direction": "USER_INITIATED",
            "timestamp": str(self.graph.now()),
            "status": "COMPLETED" if outcome == "answered" else "FAILED",
        } | ({"duration": seconds} if outcome == "answered" else {})
        await self.graph.tell(to, "calls", contacts=[self.contact], calls=[call])
        return str(call["id"])

    def _said(
        self, to: Number, kind: str, content: Any, *, media: Media | None = None, reply_to: str | None = None
    ) -> Said:
        said = Said(
            self.graph.new_id(), self.phone, to.phone, kind, content, self.graph.now(), media, reply_to,
            status="delivered",
        )  # fmt: skip
        self.graph.said[said.id] = said
        return said

    def _wire(self, said: Said) -> dict[str, Any]:
        wire = self._begin(said.id, said.kind, said.at) | {said.kind: said.content}
        return wire | ({"context": {"id": said.reply_to, "from": said.to}} if said.reply_to else {})

    def _begin(self, message_id: str, kind: str, at: int) -> dict[str, Any]:
        who = ({"from": self.phone} if self.shows_phone else {}) | (
            {"from_user_id": self.user_id} if self.user_id else {}
        )
        return {**who, "id": message_id, "timestamp": str(at), "type": kind}

    async def _note(self, to: Number, kind: str, content: Any) -> None:
        await self._tell(to, self._begin(self.graph.new_id(), kind, self.graph.now()) | {kind: content})

    async def _tell(self, to: Number, message: dict[str, Any]) -> None:
        await self.graph.tell(to, "messages", contacts=[self.contact], messages=[message])


def content_of(text: str | None, file: Media | None, voice: bool) -> tuple[str, dict[str, Any]]:
    if file is None:
        return "text", {"body": text or ""}
    kind = file.mimetype.partition("/")[0]
    kind = kind if kind in ("image", "video", "audio") else "document"
    content: dict[str, Any] = {"id": file.id, "mime_type": file.mimetype, "sha256": file.sha256}
    if kind == "document":
        content["filename"] = file.filename
    if kind == "audio":
        content["voice"] = voice
    return kind, content | ({"caption": text} if text else {})
