"""Linked numbers and business numbers have operations of their own in some ways in. No I/O."""

from tideline.features.chats.errors import OtherKindOfNumber
from tideline.features.chats.model import Chat


def ensure_kind(chat: Chat, is_business: bool | None) -> None:
    """Refuse a chat of the other kind of number; None takes both."""
    if is_business is not None and chat.is_business != is_business:
        raise OtherKindOfNumber(chat.is_business)
