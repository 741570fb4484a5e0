"""Notes: what the team says to itself in a chat. They never leave for WhatsApp, and cost nothing."""

from collections.abc import Sequence
from typing import Any

from tideline.features import chats, numbers, workspaces
from tideline.features.messages.drafts import Draft, shown
from tideline.features.messages.events import Told
from tideline.features.messages.mentions import mentioned_emails
from tideline.features.messages.model import MessageType, MessageUid, Origin, Status
from tideline.features.messages.people import author_of
from tideline.features.messages.store import rows
from tideline.features.workspaces import Teammate
from tideline.platform.db import Tx
from tideline.platform.ids import uuid7


async def add_note(
    tx: Tx,
    chat_id: int,
    text: str,
    *,
    is_private: bool = True,
    metadata: dict[str, Any] | None = None,
    origin: str = Origin.PUBLIC_API,
    is_business: bool | None = None,
) -> MessageUid:
    """Put a note into the history. `text` has been through `clean_note`.

    The chat's last message stays what it was, and so do its place in the list, read and closed: whoever looks at
    those wants to know what was said to the contact.
    """
    mentioned = await _mentioned(tx, text)
    chat = await chats.note(tx, chat_id, [teammate.id for teammate in mentioned])
    chats.ensure_kind(chat, is_business)
    draft = Draft(
        uid=MessageUid(uuid7()),
        chat_id=chat.id,
        number_id=chat.number_id,
        external_id=None,
        from_me=True,
        status=Status.SENT,
        origin=origin,
        at=tx.now,
        type=MessageType.NOTE,
        text=text,
        created_by=author_of(tx.actor),
        is_private=is_private,
        metadata=metadata,
    )
    await rows.insert(tx, [draft])
    message = shown(draft, chat, tx.now, sender_phone=None, author=await _author(tx, draft))
    told = Told(await numbers.get(tx, chat.number_id))
    tx.record(told.fact("NoteAdded", chat, message, mentioned=[_told(teammate) for teammate in mentioned]))
    return draft.uid


async def _mentioned(tx: Tx, text: str) -> Sequence[Teammate]:
    emails = mentioned_emails(text)
    return await workspaces.find_teammates_by_email(tx, emails) if emails else []


async def _author(tx: Tx, draft: Draft) -> str | None:
    if draft.created_by is None:
        return None
    author = (await workspaces.find_teammates(tx, [draft.created_by])).get(draft.created_by)
    return author.display_name if author else None


def _told(teammate: Teammate) -> dict[str, Any]:
    return {"id": teammate.id, "email": teammate.email, "name": teammate.display_name}
