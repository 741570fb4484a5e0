"""What a stranger may claim about a message, and cannot be true. No I/O."""

from tideline.features.messages.people import is_own
from tideline.features.numbers import Number
from tideline.features.numbers.port import MessageReceived, Peer


def may_be_true(number: Number, event: MessageReceived) -> bool:
    """An own message is written by nobody else, and in a chat of two only the two write."""
    if event.from_me:
        return is_own(number, event.sender)
    if event.chat.is_group or event.sender is None:
        return True
    return not event.sender.is_group and not is_own(number, event.sender) and _may_be_one(event.chat, event.sender)


def _may_be_one(chat: Peer, sender: Peer) -> bool:
    """Nothing speaks against it that both addresses are one person's."""
    is_other_phone = chat.phone and sender.phone and chat.phone != sender.phone
    is_other_lid = chat.lid and sender.lid and chat.lid != sender.lid
    return not is_other_phone and not is_other_lid
