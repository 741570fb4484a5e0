"""What a teammate changes about many chats at once, with one statement for what one chat would take one for.

Who asks may name chats that are gone or not theirs to see: the others are changed all the same, and the answer says
which were not, and why.
"""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from msgspec.structs import replace

from tideline.features import numbers
from tideline.features.chats import events, names, turns
from tideline.features.chats.actions.changes import get_assignee
from tideline.features.chats.actions.labelling import put
from tideline.features.chats.errors import TooManyChats
from tideline.features.chats.model import BULK_MAX, LABELS_MAX, Chat, ChatId, Kept, Outcome
from tideline.features.chats.sight import Sight
from tideline.features.chats.store import chats as rows
from tideline.features.chats.store import labels, reading
from tideline.features.chats.store.sight import list_seers
from tideline.features.numbers import MarkRead, Number
from tideline.features.workspaces import Teammate
from tideline.platform.db import Tx
from tideline.platform.facts import NewFact
from tideline.platform.ids import uuid7

Turn = Callable[[Chat], Chat]
Tell = Callable[[Chat, Number, Chat], NewFact]
Save = Callable[[Tx, Sequence[Chat]], Awaitable[None]]


async def assign_many(tx: Tx, ids: Sequence[int], me: Teammate, email: str | None) -> Outcome:
    """Make the teammate with this e-mail address responsible, or with None nobody."""
    teammate = await get_assignee(tx, email) if email is not None else None
    return await _turn(tx, ids, me, lambda chat: turns.assign(chat, teammate), events.assigned)


async def close_many(tx: Tx, ids: Sequence[int], me: Teammate) -> Outcome:
    return await _turn(tx, ids, me, lambda chat: turns.close(chat, tx.now), _told("ChatClosed"))


async def reopen_many(tx: Tx, ids: Sequence[int], me: Teammate) -> Outcome:
    return await _turn(tx, ids, me, turns.reopen, _told("ChatReopened"))


async def mark_read_many(tx: Tx, ids: Sequence[int], me: Teammate) -> Outcome:
    return await _turn(tx, ids, me, lambda chat: turns.read(chat, uuid7()), _told("ChatRead"), before=_show_read)


async def mark_unread_many(tx: Tx, ids: Sequence[int], me: Teammate) -> Outcome:
    return await _turn(tx, ids, me, turns.unread, _told("ChatUnread"))


async def add_label_many(tx: Tx, ids: Sequence[int], me: Teammate, typed: str) -> Outcome:
    label = names.clean_label(typed)
    held, outcome = await _hold(tx, ids, me)
    wanted = []
    for chat in held:
        if label in chat.labels:
            outcome.kept[chat.id] = Kept.SAME
        elif len(chat.labels) >= LABELS_MAX:
            outcome.kept[chat.id] = Kept.FULL
        else:
            wanted.append(chat)
    await put(tx, [(chat, [label]) for chat in wanted], await _numbers_of(tx, wanted))
    outcome.changed.extend(chat.id for chat in wanted)
    return outcome


async def remove_label_many(tx: Tx, ids: Sequence[int], me: Teammate, typed: str) -> Outcome:
    label = names.clean_label(typed)

    def without(chat: Chat) -> Chat:
        left = [one for one in chat.labels if one != label]
        return chat if len(left) == len(chat.labels) else replace(chat, labels=left)

    async def save(tx: Tx, after: Sequence[Chat]) -> None:
        await labels.remove(tx, [chat.id for chat in after], [label])
        await labels.repeat(tx, after)

    return await _turn(tx, ids, me, without, events.labelled, save=save)


async def _turn(
    tx: Tx,
    ids: Sequence[int],
    me: Teammate,
    turn: Turn,
    tell: Tell,
    *,
    save: Save = rows.save_many,
    before: Save | None = None,
) -> Outcome:
    held, outcome = await _hold(tx, ids, me)
    pairs = [(chat, turn(chat)) for chat in held]
    changed = [(chat, after) for chat, after in pairs if after is not chat]
    outcome.kept.update({chat.id: Kept.SAME for chat, after in pairs if after is chat})
    if not changed:
        return outcome
    if before is not None:
        await before(tx, [chat for chat, _ in changed])
    await save(tx, [after for _, after in changed])
    of_numbers = await _numbers_of(tx, [after for _, after in changed])
    for chat, after in changed:
        tx.record(tell(after, of_numbers[after.number_id], chat))
        outcome.changed.append(after.id)
    return outcome


async def _hold(tx: Tx, ids: Sequence[int], me: Teammate) -> tuple[list[Chat], Outcome]:
    """The chats behind the ids that this teammate sees, locked."""
    if len(ids) > BULK_MAX:
        raise TooManyChats
    outcome = Outcome([], {})
    found = await rows.resolve(tx, ids) if ids else {}
    held = await rows.lock(tx, set(found.values()))
    sight = Sight.of(me)
    if sight is not None and held:
        seen = {chat_id for chat_id, _ in await list_seers(tx, [sight], held)}
        held = {chat_id: chat for chat_id, chat in held.items() if chat_id in seen}
    outcome.kept.update({ChatId(asked): Kept.GONE for asked in ids if found.get(asked) not in held})
    return list(held.values()), outcome


async def _show_read(tx: Tx, unread: Sequence[Chat]) -> None:
    """The senders are shown that they were read, as far as the numbers can do that now."""
    connected = [chat for chat in unread if chat.is_number_connected]
    for chat, keys in await reading.unread_keys_of_many(tx, connected) if connected else ():
        numbers.order(tx, chat.number_id, [MarkRead(keys)])


async def _numbers_of(tx: Tx, some: Sequence[Chat]) -> dict[numbers.NumberId, Number]:
    return await numbers.get_many(tx, {chat.number_id for chat in some})


def _told(kind: str) -> Tell:
    return partial(_changed, kind)


def _changed(kind: str, after: Chat, number: Number, _before: Chat) -> NewFact:
    return events.changed(kind, after, number)
