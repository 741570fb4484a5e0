"""Writing to people by phone or by the name of a chat, to one or to several at once, within what a teammate sees.

From a number of which somebody sees every chat they may write to anybody; other numbers are not theirs to write from.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from uuid import UUID

from tideline.features import chats, numbers
from tideline.features.chats import Chat, Sight, WrongPhone
from tideline.features.messages import rounds as rules
from tideline.features.messages.actions.send import foresee, send_batch
from tideline.features.messages.errors import DoubleRecipient, NotYourNumber, OtherNumber, RoundNotFound, UnknownName
from tideline.features.messages.model import Outgoing, Sender, Target, ToChat, ToPhone
from tideline.features.messages.rounds import Place, Recipient, Round
from tideline.features.messages.store import rounds as store
from tideline.features.numbers import Number
from tideline.features.workspaces import Teammate
from tideline.platform.db import Tx
from tideline.platform.errors import Problem


async def numbers_to_write_from(tx: Tx, teammate: Teammate) -> list[Number]:
    """The one connected last first."""
    sight = Sight.of(teammate)
    return [one for one in await numbers.list_numbers(tx) if sight is None or sight.has_number(one)]


async def find_recipients(
    tx: Tx, teammate: Teammate, number_id: int, typed: Sequence[str], outgoing: Outgoing
) -> list[Recipient]:
    """Who is meant, and what would keep the message from being queued for each of them. A handful of statements,
    however many they are."""
    number = await _own_number(tx, teammate, number_id)
    found = await _meant(tx, teammate, number, typed)
    return rules.without_doubles(await _foreseen(tx, number, found, outgoing), DoubleRecipient.message)


async def send_round(
    tx: Tx, uid: UUID, teammate: Teammate, number_id: int, typed: Sequence[str], outgoing: Outgoing
) -> Round:
    """Queue the message for everybody who is named and can be written to. Under a uid that was used before nothing is
    done again."""
    made = Round(uid, teammate.id, numbers.NumberId(number_id), outgoing.text or "", tx.now)
    number = await _own_number(tx, teammate, number_id)
    if not await store.insert(tx, made):
        return await _own_round(tx, uid, teammate)
    recipients = await find_recipients(tx, teammate, number_id, typed, outgoing)
    accepted = [one for one in recipients if one.target is not None and one.is_open]
    sent = await send_batch(tx, [_to(one.target, number, outgoing) for one in accepted if one.target])
    results = dict(zip((one.typed for one in accepted), sent, strict=True))
    await store.insert_places(tx, uid, [_settled(one, results.get(one.typed)) for one in recipients])
    return made


async def get_round(tx: Tx, uid: UUID, teammate: Teammate) -> tuple[Round, list[Place]]:
    """A round of their own, with what has become of it by now; or RoundNotFound."""
    found = await _own_round(tx, uid, teammate)
    return found, await store.list_places(tx, uid)


async def list_rounds(tx: Tx, teammate: Teammate, most: int) -> list[Round]:
    """The newest rounds somebody has written."""
    return await store.list_newest(tx, teammate.id, most)


async def _own_number(tx: Tx, teammate: Teammate, number_id: int) -> Number:
    mine = await numbers_to_write_from(tx, teammate)
    found = next((one for one in mine if one.id == number_id), None)
    if found is None:
        raise NotYourNumber
    return found


async def _own_round(tx: Tx, uid: UUID, teammate: Teammate) -> Round:
    found = await store.find(tx, uid)
    if found is None or found.teammate_id != teammate.id:
        raise RoundNotFound
    return found


async def _meant(tx: Tx, teammate: Teammate, number: Number, typed: Sequence[str]) -> list[Recipient]:
    """A phone is whoever has it; anything else is the name of a chat that they see."""
    phones = {one: phone for one in typed if (phone := _phone(one))}
    ids = await chats.find_named(tx, [one for one in typed if one not in phones])
    found = await chats.get_many(tx, set(ids.values()))
    seen = await chats.seen_among(tx, found.keys(), teammate)
    return [
        Recipient(one, ToPhone(f"+{phones[one]}"))
        if one in phones
        else _by_name(one, found.get(ids[one]) if one in ids and ids[one] in seen else None, number)
        for one in typed
    ]


def _phone(typed: str) -> str | None:
    try:
        return chats.clean_phone(typed)
    except WrongPhone:
        return None


def _by_name(typed: str, chat: Chat | None, number: Number) -> Recipient:
    """A chat of this number as it is; the person of another number's chat by their phone."""
    if chat is None:
        return Recipient(typed, refusal=UnknownName.message)
    if chat.number_id == number.id:
        return Recipient(typed, ToChat(chat.id), chat)
    if chat.phone and not chat.is_group:
        return Recipient(typed, ToPhone(f"+{chat.phone}"))
    return Recipient(typed, chat=chat, refusal=OtherNumber.message)


async def _foreseen(tx: Tx, number: Number, recipients: Sequence[Recipient], outgoing: Outgoing) -> list[Recipient]:
    to = partial(_to, number=number, outgoing=outgoing)
    looked = await foresee(tx, [to(one.target) for one in recipients if one.target])
    known = iter(looked)
    return [one if one.target is None else _told(one, *next(known)) for one in recipients]


def _told(recipient: Recipient, chat: Chat | None, problem: Exception | None) -> Recipient:
    refusal = _sentence(problem) if problem else None
    return replace(recipient, chat=chat or recipient.chat, refusal=refusal)


def _to(target: Target, number: Number, outgoing: Outgoing) -> Outgoing:
    return replace(outgoing, to=target, sender=Sender(number_id=number.id))


def _settled(recipient: Recipient, result: UUID | Exception | None) -> tuple[str, UUID | None, str | None]:
    if isinstance(result, UUID):
        return recipient.typed, result, None
    return recipient.typed, None, recipient.refusal or _sentence(result)


def _sentence(problem: Exception | None) -> str:
    """The plain sentence of a kind of problem, which pages can say in other languages."""
    if isinstance(problem, Problem):
        return type(problem).message
    if problem is not None:
        raise problem
    raise AssertionError("a recipient without a result")
