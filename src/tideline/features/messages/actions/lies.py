"""What a stranger may claim about a message, and cannot be true. No I/O."""

from tideline.features.messages.people import is_own
from tideline.features.numbers import Number
from tideline.features.numbers.port import MessageReceived, Peer


def may_be_true(number: Number, event: MessageReceived) -> bool:
    """An own message is written by nobody else, and in a chat of two only the two write."""
    if event.from_me:
        return event.sender is None or _may_be_us(number, event.chat, event.sender)
    if event.chat.is_group or event.sender is None:
        return True
    return not event.sender.is_group and not is_own(number, event.sender) and _may_be_one(event.chat, event.sender)


def _may_be_us(number: Number, chat: Peer, sender: Peer) -> bool:
    """Our own LID may be news to us, so another one counts for ours unless it is whom we talk with."""
    if sender.lid is not None and sender.lid == number.lid:
        return True
    known = Peer(phone=number.phone, lid=number.lid)
    return not sender.is_group and _may_be_one(known, sender) and (sender.lid is None or sender.lid != chat.lid)


def _may_be_one(chat: Peer, sender: Peer) -> bool:
    """Nothing speaks against it that both addresses are one person's."""
    is_other_phone = chat.phone and sender.phone and chat.phone != sender.phone
    is_other_lid = chat.lid and sender.lid and chat.lid != sender.lid
    return not is_other_phone and not is_other_lid
