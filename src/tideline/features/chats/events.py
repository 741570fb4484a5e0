"""What has happened to chats, as it is kept in the log of facts."""

from collections.abc import Iterable
from typing import Any

import msgspec

from tideline.features import numbers
from tideline.features.chats.model import Cause, Chat
from tideline.features.numbers import Number
from tideline.platform.facts import Actor, NewFact


def snapshot(chat: Chat) -> dict[str, Any]:
    """A chat as facts carry it, without members; `from_snapshot` makes a `Chat` of it again. When it changed last is
    the fact's own time."""
    told: dict[str, Any] = msgspec.to_builtins(chat)
    told.pop("roster", None)
    told.pop("updated_at")
    return told


def from_snapshot(told: dict[str, Any]) -> Chat:
    return msgspec.convert({"updated_at": told["created_at"], **told}, Chat)


def about(chat: Chat, number: Number) -> dict[str, Any]:
    """The part that all facts about a chat share."""
    return {"chat": snapshot(chat), "number": numbers.snapshot(number)}


def opened(chat: Chat, number: Number, cause: Cause, actor: Actor | None = None) -> NewFact:
    return NewFact("ChatOpened", {**about(chat, number), "cause": cause}, chat.id, actor=actor)


def tell_first_messages(recorded: Iterable[NewFact], moved: Iterable[Chat]) -> None:
    """Chats that the same transaction has opened are told with the message that they were opened for."""
    by_id: dict[int | None, Chat] = {chat.id: chat for chat in moved}
    for fact in recorded:
        if fact.kind == "ChatOpened" and fact.chat_id in by_id:
            fact.payload["chat"] = snapshot(by_id[fact.chat_id])


def renamed(chat: Chat, number: Number, before: str) -> NewFact:
    return NewFact("ChatRenamed", {**about(chat, number), "name_before": before}, chat.id)


def assigned(chat: Chat, number: Number, before: Chat) -> NewFact:
    kind = "ChatUnassigned" if chat.responsible_id is None else "ChatAssigned"
    previous = {"id": before.responsible_id, "email": before.responsible_email, "name": before.responsible_name}
    return NewFact(kind, {**about(chat, number), "previous_responsible": previous}, chat.id)


def changed(kind: str, chat: Chat, number: Number, actor: Actor | None = None) -> NewFact:
    """`ChatClosed`, `ChatReopened`, `ChatRead`, `ChatUnread`, `ChatAutoresponseSwitched`,
    `ChatMetadataChanged`, `ChatPhotoChanged`, `GroupChanged`."""
    return NewFact(kind, about(chat, number), chat.id, actor=actor)


def labelled(chat: Chat, number: Number, before: Chat) -> NewFact:
    added = [label for label in chat.labels if label not in before.labels]
    removed = [label for label in before.labels if label not in chat.labels]
    return NewFact("ChatLabelled", {**about(chat, number), "added": added, "removed": removed}, chat.id)


def merged(chat: Chat, number: Number, gone: Chat) -> NewFact:
    return NewFact("ChatsMerged", {**about(chat, number), "merged_chat": snapshot(gone)}, chat.id)
