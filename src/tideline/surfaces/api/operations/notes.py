"""Notes: what a team writes to itself in a chat, as JSON or as a plain text."""

from typing import Any, ClassVar

from msgspec import UNSET, UnsetType

from tideline.features import messages
from tideline.features.chats import ChatId
from tideline.platform.db import Tx
from tideline.surfaces.api import shapes
from tideline.surfaces.api.body import Body, trim
from tideline.surfaces.api.limits import NOTE
from tideline.surfaces.api.metadata import checked
from tideline.surfaces.api.registry import operation


class NoteBody(Body):
    text: str
    is_private: bool = True
    metadata: dict[str, Any] | UnsetType | None = UNSET

    plain: ClassVar = "text"
    trimmed: ClassVar = ("text",)

    def __post_init__(self) -> None:
        self.text = trim(self.text, NOTE, "text")
        self.metadata = None if self.metadata is UNSET else checked(self.metadata)


@operation("addChatNote")
async def add_chat_note(tx: Tx, chat_id: ChatId, body: NoteBody) -> shapes.MessageRef:
    metadata = None if body.metadata is UNSET else body.metadata
    uid = await messages.add_note(
        tx, chat_id, body.text, is_private=body.is_private, metadata=metadata, is_business=False
    )
    return shapes.MessageRef(str(uid))
