"""Reading and sending within what somebody sees; the rest of the workspace is as if it were not there."""

from dataclasses import replace

from tideline.features import chats, numbers
from tideline.features.chats import ChatFilter, Page, Sight
from tideline.features.messages.actions.reading import history
from tideline.features.messages.errors import MessageNotFound, NumberNotConnected
from tideline.features.messages.model import PAGE, HistoryFilter, Message, Outgoing, Sender, ToChat, ToPhone
from tideline.features.messages.requests import phone_of
from tideline.features.messages.store import views
from tideline.features.numbers import Number
from tideline.features.workspaces import Teammate
from tideline.platform.db import Tx

MOST_NUMBERS = 1000
"""So many chats with one person are looked at; there is one for each number."""


async def seen_history(
    tx: Tx, chat_id: int, teammate: Teammate, wanted: HistoryFilter, page: int = 1, size: int = PAGE
) -> Page[Message]:
    """A page of the history of a chat they see. Messages that are named as its ends have to be of this chat, so that
    nobody learns when something was said elsewhere."""
    chat = await chats.get_visible(tx, chat_id, teammate)
    for uid in (wanted.after_message, wanted.before_message):
        if uid is not None and await views.find_chat(tx, uid) != chat.id:
            raise MessageNotFound(uid)
    return await history(tx, chat.id, wanted, page, size)


async def within_view(tx: Tx, outgoing: Outgoing, teammate: Teammate) -> Outgoing:
    """The message as this teammate may send it: into a chat they see, or to a phone from a number whose chats they
    see. Nobody writes to new people from a number of which they know single chats only."""
    sight = Sight.of(teammate)
    match outgoing.to:
        case ToChat(chat_id):
            await chats.get_visible(tx, chat_id, teammate)
        case ToPhone(phone) if sight is not None:
            number = await _sender(tx, sight, teammate, chats.clean_phone(phone), outgoing.sender)
            return replace(outgoing, sender=Sender(jid=number.jid))
    return outgoing


async def _sender(tx: Tx, sight: Sight, teammate: Teammate, phone: str, asked: Sender) -> Number:
    """The number that was asked for, else the one of theirs that was connected last, else one that has a chat with
    this person which they see."""
    wanted = phone_of(asked)
    candidates = [
        number
        for number in await numbers.list_numbers(tx)
        if (number.is_connected and not number.is_business if wanted is None else number.phone == wanted)
    ]
    for number in candidates:
        if sight.has_number(number):
            return number
    seen = await chats.list_chats(tx, ChatFilter(phone=f"+{phone}", visible_to=teammate), size=MOST_NUMBERS)
    with_chat = {chat.number_id for chat in seen.items}
    for number in candidates:
        if number.id in with_chat:
            return number
    raise NumberNotConnected
