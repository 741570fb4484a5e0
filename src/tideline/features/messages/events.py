"""What has happened to messages, as it is kept in the log of facts."""

from typing import Any

import msgspec

from tideline.features import chats, numbers
from tideline.features.chats import Chat
from tideline.features.messages.model import Message
from tideline.features.numbers import Number
from tideline.platform.facts import Actor, NewFact


class Told:
    """Facts about messages of one number. Each carries the chat, the number and the message as they are then."""

    def __init__(self, number: Number) -> None:
        self._number = numbers.snapshot(number)

    def fact(self, kind: str, chat: Chat, message: Message, *, actor: Actor | None = None, **more: Any) -> NewFact:
        """`MessageReceived`, `MessageSent`, `MessageImported`, `MessageStatusChanged`, `MessageEdited`,
        `MessageRevoked`, `ReactionChanged`, `CallEnded`, `NoteAdded`."""
        payload = {"chat": chats.snapshot(chat), "number": self._number, "message": snapshot(message), **more}
        return NewFact(kind, payload, chat.id, actor=actor)

    def chat_fact(self, kind: str, chat: Chat, *, actor: Actor | None = None) -> NewFact:
        """`ChatReopened` because of a message."""
        return NewFact(kind, {"chat": chats.snapshot(chat), "number": self._number}, chat.id, actor=actor)


def snapshot(message: Message) -> dict[str, Any]:
    """A message as facts carry it; `from_snapshot` makes a `Message` of it again. What nobody understood stays with the
    message, so that the log is small."""
    told: dict[str, Any] = msgspec.to_builtins(message)
    told.pop("raw", None)
    return told


def from_snapshot(told: dict[str, Any]) -> Message:
    return msgspec.convert(told, Message)
