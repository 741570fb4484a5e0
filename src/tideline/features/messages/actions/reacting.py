"""The number's own reactions: kept at once, brought to WhatsApp by the gateway that holds the number."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from tideline.features import chats, numbers
from tideline.features.chats import CannotMessage, Chat, ChatId
from tideline.features.messages import reactions
from tideline.features.messages.errors import CannotReact, MessageNotFound, NumberNotConnected
from tideline.features.messages.events import Told
from tideline.features.messages.model import MessageType, MessageUid, Status
from tideline.features.messages.store import reactions as store
from tideline.features.messages.store import views
from tideline.features.messages.store.reactions import Reactable
from tideline.features.numbers import NumberState, React
from tideline.features.numbers.port import MessageKey
from tideline.platform.db import Tx
from tideline.platform.errors import Problem

# A short loss of the connection is waited out; everything else needs somebody to do something first.
_REACHABLE = (NumberState.ACTIVE, NumberState.CONNECTING, NumberState.OFFLINE)


@dataclass(frozen=True, slots=True)
class ReactionToBring:
    """What WhatsApp lacks."""

    key: MessageKey
    emoji: str | None


async def set_reaction(tx: Tx, uid: UUID, emoji: str | None, *, is_business: bool | None = None) -> None:
    """React to a message in the number's name, None takes the reaction away. It counts from now on, and follows to
    WhatsApp as soon as the number can bring it there."""
    chat = await _hold_chat(tx, uid)
    if chat is None:
        raise MessageNotFound(uid)
    chats.ensure_kind(chat, is_business)
    _check_message(await store.hold_message(tx, uid))
    _check_chat(chat)
    before = await store.lock(tx, uid, None)
    standing = reactions.asked(before, emoji, tx.now)
    if standing is None:
        return
    await store.save(tx, uid, None, standing)
    numbers.order(tx, chat.number_id, [React(uid, standing.at)])
    await _record(tx, chat, uid, reactions.change(before, standing))


async def _hold_chat(tx: Tx, uid: UUID) -> Chat | None:
    """The chat of a message, locked before the message is. It may be merged into another while we wait for it."""
    for _ in range(2):
        chat_id = await views.find_chat(tx, uid)
        if chat_id is None:
            break
        if held := await chats.hold(tx, [chat_id]):
            return held[ChatId(chat_id)]
    return None


def _check_message(message: Reactable) -> None:
    if message.type is not MessageType.WHATSAPP:
        raise CannotReact("Only a message on WhatsApp can be reacted to.")
    if message.is_revoked:
        raise CannotReact("This message was taken back.")
    if message.status == Status.FAILED and not message.is_on_whatsapp:
        raise CannotReact("This message never got to WhatsApp.")
    if not message.is_on_whatsapp:
        raise CannotReact("This message is not on WhatsApp yet. React to it once it is sent.")


def _check_chat(chat: Chat) -> None:
    if not chat.is_messageable:
        raise CannotMessage
    if chat.number_state not in _REACHABLE:
        raise NumberNotConnected


async def reaction_to_bring(tx: Tx, uid: UUID, asked_at: datetime) -> ReactionToBring | None:
    """What was asked for then, unless WhatsApp has it or something newer was asked for."""
    found = await store.find_waiting(tx, MessageUid(uid))
    if found is None or not found[0].is_asked_for(asked_at):
        return None
    standing, key = found
    return ReactionToBring(key, standing.emoji)


async def settle_reaction(tx: Tx, uid: UUID, emoji: str | None) -> None:
    """WhatsApp has it."""
    standing = await store.lock(tx, uid, None)
    if standing is not None and standing.is_waiting:
        await store.save(tx, uid, None, reactions.brought(standing, emoji))


async def give_up_reaction(tx: Tx, uid: UUID, asked_at: datetime, problem: Problem) -> None:
    """WhatsApp will never have it, so it does not count any more; who looks at the facts sees why."""
    chat = await _hold_chat(tx, uid)
    standing = await store.lock(tx, uid, None)
    if chat is None or standing is None or not standing.is_asked_for(asked_at):
        return
    left = reactions.given_up(standing)
    await store.save(tx, uid, None, left)
    failure = {"code": problem.code, "title": problem.message}
    await _record(tx, chat, uid, reactions.change(standing, left), failure=failure)


async def _record(tx: Tx, chat: Chat, uid: UUID, change: dict[str, Any], **more: Any) -> None:
    message = (await views.find_many(tx, [uid], {chat.id: chat}))[uid]
    told = Told(await numbers.get(tx, chat.number_id))
    tx.record(told.fact("ReactionChanged", chat, message, reaction={**change, **own_reactor(chat)}, **more))


def own_reactor(chat: Chat) -> dict[str, Any]:
    return {"is_own": True, "name": chat.number_name, "phone": chat.number_phone}
