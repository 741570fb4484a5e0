"""Chats: conversations of a number with a person or a group, and the people in them.

Actions of a workspace (`tx: Tx`); a chat id that was merged into another chat answers with that chat:

    get(tx, chat_id) -> Chat                                or ChatNotFound
    get_visible(tx, chat_id, teammate) -> Chat              or ChatNotFound, also when this teammate may not see it
    list_chats(tx, ChatFilter(), page=1, size=50) -> Page[Chat]
    list_behind(tx, ChatFilter(), place, size=50) -> Page[Chat]     behind `place_of(chat)`, however much has moved
    tally(tx, teammate, most) -> Tally                      of the views, each counted up to a limit
    rename(tx, chat_id, name)                               or ChatNameTaken, InvalidChatName
    forget_name(tx, chat_id)                                WhatsApp's own name again
    assign(tx, chat_id, email)                              or AssigneeNotFound
    unassign(tx, chat_id)
    close(tx, chat_id) / reopen(tx, chat_id)
    mark_read(tx, chat_id) / mark_unread(tx, chat_id)
    set_autoresponse(tx, chat_id, is_on)
    set_metadata(tx, chat_id, metadata)                     what `clean_metadata` let through; None takes it away
    labels(tx, chat_id) -> list[str]
    list_labels(tx, page=1) -> Page[Label]                  the workspace's, with the number of their chats
    add_labels(tx, chat_id, names) -> list[str]             the whole set after the change, or InvalidLabel
    replace_labels(tx, chat_id, names) -> list[str]
    remove_label(tx, chat_id, name) -> list[str]
    suggest_labels(tx, typed, most) -> list[str]            the workspace's, with these letters in them
    assign_many, close_many, reopen_many, mark_read_many, mark_unread_many, add_label_many, remove_label_many
                                                            (tx, ids, teammate, ...) -> Outcome; or TooManyChats
    find_or_create(tx, number, [SeenPeer]) -> list[Chat]    set-wise; learns phone/LID pairs and merges
    link_identity(tx, number, phone=, lid=, name=)          this phone and this LID are one person
    change_group(tx, number, GroupChanged)                  the group as it is now, whole

For messages, who work on a batch of peers at once: `meet(tx, number, Guests(...)) -> Company` (people made or mended,
chats locked), `apply_group`, `group_guests`, `leads_group`, `move`, `note`, `put`, `read_on_phone`, `get_brief`,
`get_many`, `resolve`, `find_met`, `find_named`, `find_groups`, `hold`. For search: `all_ids`, `find_people`,
`in_sight`. For screens: `who_sees(tx, sights, chat_ids)`, pairs of chat and teammate;
`seen_among(tx, chat_ids, teammate)`.

Pictures: `look_later(tx, number, chat_ids, is_changed=False)` orders looks; for the gateway `photo_to_look_at`, then
`show_photo`, `hide_photo`, `keep_photo` or `put_off_photo`; `renew_photos(tx)` by the clock, where
`workspaces_with_old_photos(system_tx)` says. For screens `photos_of(tx, chat_ids, teammate)`, the files that are shown.

Who sees what: `Sight.of(teammate)`, None for everything; `seen_by(sight, "$3::int")` is the condition on a row `c` of
tenant.chat in statements of others, whose `$1` is the workspace and `$3` the teammate's id.

Pure rules: `clean_phone(typed) -> digits` (or WrongPhone), `peer_of(jid) -> Peer` (or WrongJid),
`ensure_kind(chat, is_business)` (or OtherKindOfNumber), `clean_metadata(given)` (or InvalidMetadata),
`snapshot(chat) -> dict` (the chat as facts carry it) and `from_snapshot`.
"""

from tideline.features.chats.actions.bulk import (
    add_label_many,
    assign_many,
    close_many,
    mark_read_many,
    mark_unread_many,
    remove_label_many,
    reopen_many,
)
from tideline.features.chats.actions.changes import (
    assign,
    close,
    mark_read,
    mark_unread,
    move,
    note,
    read_on_phone,
    rename,
    reopen,
    set_autoresponse,
    set_metadata,
    unassign,
)
from tideline.features.chats.actions.finding import (
    all_ids,
    find_groups,
    find_met,
    find_named,
    find_people,
    hold,
    in_sight,
    resolve,
    seen_among,
    who_sees,
)
from tideline.features.chats.actions.groups import apply_group, change_group, group_guests, leads_group
from tideline.features.chats.actions.labelling import (
    add_labels,
    labels,
    list_labels,
    put,
    remove_label,
    replace_labels,
    suggest_labels,
)
from tideline.features.chats.actions.meeting import Company, Guests, find_or_create, link_identity, meet
from tideline.features.chats.actions.own_names import forget_name
from tideline.features.chats.actions.photos import (
    hide_photo,
    keep_photo,
    look_later,
    photo_to_look_at,
    photos_of,
    put_off_photo,
    renew_photos,
    show_photo,
    workspaces_with_old_photos,
)
from tideline.features.chats.actions.reading import (
    get,
    get_brief,
    get_many,
    get_visible,
    list_behind,
    list_chats,
    place_of,
    tally,
)
from tideline.features.chats.addresses import kind_of, peer_of
from tideline.features.chats.errors import (
    AssigneeNotFound,
    CannotMessage,
    ChatNameTaken,
    ChatNotFound,
    InvalidChatName,
    InvalidLabel,
    InvalidMetadata,
    OtherKindOfNumber,
    TooManyChats,
    TooManyLabels,
    WrongJid,
    WrongPhone,
)
from tideline.features.chats.events import from_snapshot, snapshot
from tideline.features.chats.kinds import ensure_kind
from tideline.features.chats.metadata import clean_metadata
from tideline.features.chats.model import (
    BULK_MAX,
    SERVICE_WINDOW,
    Cause,
    Chat,
    ChatFilter,
    ChatId,
    ChatKind,
    ContactId,
    Kept,
    Label,
    Member,
    MemberRole,
    Outcome,
    Page,
    Place,
    SeenPeer,
    Tally,
    is_id,
)
from tideline.features.chats.names import clean_label, clean_name
from tideline.features.chats.names import key as name_key
from tideline.features.chats.names import synced as synced_name
from tideline.features.chats.people import Person
from tideline.features.chats.phones import clean as clean_phone
from tideline.features.chats.sight import InSight, Sight
from tideline.features.chats.store.activity import last_of_numbers as last_activity
from tideline.features.chats.store.chats import AS_ROW as CHAT_AS_ROW
from tideline.features.chats.store.chats import read as read_chat
from tideline.features.chats.store.sight import seen_by

__all__ = [
    "BULK_MAX",
    "CHAT_AS_ROW",
    "SERVICE_WINDOW",
    "AssigneeNotFound",
    "CannotMessage",
    "Cause",
    "Chat",
    "ChatFilter",
    "ChatId",
    "ChatKind",
    "ChatNameTaken",
    "ChatNotFound",
    "Company",
    "ContactId",
    "Guests",
    "InSight",
    "InvalidChatName",
    "InvalidLabel",
    "InvalidMetadata",
    "Kept",
    "Label",
    "Member",
    "MemberRole",
    "OtherKindOfNumber",
    "Outcome",
    "Page",
    "Person",
    "Place",
    "SeenPeer",
    "Sight",
    "Tally",
    "TooManyChats",
    "TooManyLabels",
    "WrongJid",
    "WrongPhone",
    "add_label_many",
    "add_labels",
    "all_ids",
    "apply_group",
    "assign",
    "assign_many",
    "change_group",
    "clean_label",
    "clean_metadata",
    "clean_name",
    "clean_phone",
    "close",
    "close_many",
    "ensure_kind",
    "find_groups",
    "find_met",
    "find_named",
    "find_or_create",
    "find_people",
    "forget_name",
    "from_snapshot",
    "get",
    "get_brief",
    "get_many",
    "get_visible",
    "group_guests",
    "hide_photo",
    "hold",
    "in_sight",
    "is_id",
    "keep_photo",
    "kind_of",
    "labels",
    "last_activity",
    "leads_group",
    "link_identity",
    "list_behind",
    "list_chats",
    "list_labels",
    "look_later",
    "mark_read",
    "mark_read_many",
    "mark_unread",
    "mark_unread_many",
    "meet",
    "move",
    "name_key",
    "note",
    "peer_of",
    "photo_to_look_at",
    "photos_of",
    "place_of",
    "put",
    "put_off_photo",
    "read_chat",
    "read_on_phone",
    "remove_label",
    "remove_label_many",
    "rename",
    "renew_photos",
    "reopen",
    "reopen_many",
    "replace_labels",
    "resolve",
    "seen_among",
    "seen_by",
    "set_autoresponse",
    "set_metadata",
    "show_photo",
    "snapshot",
    "suggest_labels",
    "synced_name",
    "tally",
    "unassign",
    "who_sees",
    "workspaces_with_old_photos",
]
