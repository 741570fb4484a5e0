"""Chats: conversations of a number with a person or a group, and the people in them.

Actions of a workspace (`tx: Tx`); a chat id that was merged into another chat answers with that chat:

    get(tx, chat_id) -> Chat                                or ChatNotFound
    list_chats(tx, ChatFilter(), page=1, size=50) -> Page[Chat]
    rename(tx, chat_id, name)                               or ChatNameTaken, InvalidChatName
    assign(tx, chat_id, email)                              or AssigneeNotFound
    unassign(tx, chat_id)
    close(tx, chat_id) / reopen(tx, chat_id)
    mark_read(tx, chat_id) / mark_unread(tx, chat_id)
    set_autoresponse(tx, chat_id, is_on)
    labels(tx, chat_id) -> list[str]
    add_labels(tx, chat_id, names) -> list[str]             the whole set after the change, or InvalidLabel
    replace_labels(tx, chat_id, names) -> list[str]
    find_or_create(tx, number, [SeenPeer]) -> list[Chat]    set-wise; learns phone/LID pairs and merges
    link_identity(tx, number, phone=, lid=, name=)          this phone and this LID are one person
    change_group(tx, number, GroupChanged)                  the group as it is now, whole

Pure rules: `phones.clean(typed) -> digits` (or WrongPhone), `phones.international(digits)`,
`addresses.peer_of(jid) -> Peer` (or WrongJid), `snapshot(chat) -> dict` (the chat as facts carry it).
"""

from tideline.features.chats.actions.changes import (
    assign,
    close,
    mark_read,
    mark_unread,
    rename,
    reopen,
    set_autoresponse,
    unassign,
)
from tideline.features.chats.actions.groups import change_group
from tideline.features.chats.actions.labelling import add_labels, labels, replace_labels
from tideline.features.chats.actions.meeting import find_or_create, link_identity
from tideline.features.chats.actions.reading import get, get_brief, list_chats
from tideline.features.chats.errors import (
    AssigneeNotFound,
    CannotMessage,
    ChatNameTaken,
    ChatNotFound,
    InvalidChatName,
    InvalidLabel,
    WrongJid,
    WrongPhone,
)
from tideline.features.chats.events import from_snapshot, snapshot
from tideline.features.chats.model import (
    Chat,
    ChatFilter,
    ChatId,
    ChatKind,
    ContactId,
    Member,
    MemberRole,
    Page,
    SeenPeer,
)

__all__ = [
    "AssigneeNotFound",
    "CannotMessage",
    "Chat",
    "ChatFilter",
    "ChatId",
    "ChatKind",
    "ChatNameTaken",
    "ChatNotFound",
    "ContactId",
    "InvalidChatName",
    "InvalidLabel",
    "Member",
    "MemberRole",
    "Page",
    "SeenPeer",
    "WrongJid",
    "WrongPhone",
    "add_labels",
    "assign",
    "change_group",
    "close",
    "find_or_create",
    "from_snapshot",
    "get",
    "get_brief",
    "labels",
    "link_identity",
    "list_chats",
    "mark_read",
    "mark_unread",
    "rename",
    "reopen",
    "replace_labels",
    "set_autoresponse",
    "snapshot",
    "unassign",
]
