"""The messages of a chat that have a file which is here, by what kind of file it is."""

from collections.abc import Sequence
from itertools import repeat
from typing import Any, Final

from tideline.features.chats import Chat
from tideline.features.messages.model import Media, Message, Place
from tideline.features.messages.store.views import COLUMNS, read
from tideline.features.numbers.port import MediaKind
from tideline.platform.db import Tx

PICTURES: Final = (MediaKind.IMAGE, MediaKind.VIDEO, MediaKind.STICKER)
SOUNDS: Final = (MediaKind.VOICE, MediaKind.AUDIO)


async def list_some(tx: Tx, chat: Chat, media: Media, before: Place | None, limit: int) -> list[Message]:
    """The newest first, those before a place if there is one. Each chat has its files in an index of their own."""
    args: list[Any] = [tx.workspace_id, chat.id, [kind.value for kind in _named(media)], media is not Media.FILES]
    older = "true"
    if before is not None:
        args += [before.at, before.uid]
        older = "(m.at, m.uid) < ($5::timestamptz, $6::uuid)"
    rows = await tx.fetch(
        f"""
        SELECT {COLUMNS}, NULL FROM tenant.message m
        WHERE m.workspace = $1 AND m.chat_id = $2 AND m.file_uid IS NOT NULL AND m.revoked_at IS NULL
          AND (m.content = ANY ($3::text[])) = $4::bool AND {older}
          AND EXISTS (
              SELECT FROM tenant.file f WHERE f.workspace = m.workspace AND f.uid = m.file_uid AND f.state = 'stored'
          )
        ORDER BY m.at DESC, m.uid DESC LIMIT {limit}
        """,
        *args,
    )
    return read(rows, repeat(chat))


def _named(media: Media) -> Sequence[MediaKind]:
    """The kinds a list has, or for files those it has not."""
    match media:
        case Media.PICTURES:
            return PICTURES
        case Media.VOICE:
            return SOUNDS
        case Media.FILES:
            return (*PICTURES, *SOUNDS)


async def find_beginning(tx: Tx, chat: Chat) -> Any:
    """When the first message of the chat was sent; None when it has none."""
    return await tx.value(
        "SELECT m.at FROM tenant.message m WHERE m.workspace = $1 AND m.chat_id = $2 ORDER BY m.at, m.uid LIMIT 1",
        tx.workspace_id,
        chat.id,
    )
