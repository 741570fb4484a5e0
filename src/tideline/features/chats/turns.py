"""What a chat is after somebody has turned it: the chat itself where that changes nothing. No I/O."""

from datetime import datetime
from uuid import UUID

from msgspec.structs import replace

from tideline.features.chats.model import Chat
from tideline.features.workspaces import Teammate


def assign(chat: Chat, teammate: Teammate | None) -> Chat:
    """None: nobody is responsible any more."""
    if chat.responsible_id == (teammate.id if teammate else None):
        return chat
    return replace(
        chat,
        responsible_id=teammate.id if teammate else None,
        responsible_email=teammate.email if teammate else None,
        responsible_name=teammate.display_name if teammate else None,
    )


def close(chat: Chat, at: datetime) -> Chat:
    return chat if chat.is_closed else replace(chat, closed_at=at, unattended=False, waiting_since=None)


def reopen(chat: Chat) -> Chat:
    return chat if chat.is_open else replace(chat, closed_at=None)


def read(chat: Chat, until: UUID) -> Chat:
    return chat if chat.is_read else replace(chat, is_read=True, read_until=until)


def unread(chat: Chat) -> Chat:
    return replace(chat, is_read=False) if chat.is_read else chat
