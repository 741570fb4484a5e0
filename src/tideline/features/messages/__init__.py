"""Messages: what is received, sent and shown in chats.

Actions of a workspace (`tx: Tx`):

    send_batch(tx, [Outgoing]) -> list[MessageUid | Problem]   set-wise, each by itself, in order
    receive(tx, number_id, [AccountEvent])                     a connector's batch; StateChanged is not ours and skipped
    get(tx, uid) -> Message                                    or MessageNotFound
    history(tx, chat_id, HistoryFilter(), page=1, size=50) -> Page[Message]   or ChatNotFound, MessageNotFound
    status_history(tx, uid) -> list[StatusEntry]               oldest first; or MessageNotFound
    last_messages(tx, chats) -> dict[ChatId, Message]          for lists of chats, without reactions
    unread_keys(tx, chat_id, after=, until=) -> list[MessageKey]   what a read mark on WhatsApp has to name
    settle_unknown(tx, older_than) -> int                      sends nobody can vouch for become Failed, outcome unknown

Objects of the program:

    SendQueue(db): `await queue.submit(workspace_id, actor, Outgoing) -> MessageUid` or raises; `await queue.close()`
    jobs.Sending(db, connector, files, lease_of): await sending(held)    the lane's act: at most once to WhatsApp

Pure rules: `clean_text(text)` (BlankText, TextTooLong), `parse_uid(text)` (MessageNotFound).
"""

from tideline.features.messages.errors import (
    BlankText,
    MessageNotFound,
    NothingToSend,
    NumberNotConnected,
    ReplyToOtherNumber,
    SendingQuotaExceeded,
    SendQueueClosed,
    TextTooLong,
)
from tideline.features.messages.model import (
    Attachment,
    Failure,
    HistoryFilter,
    Message,
    MessageType,
    MessageUid,
    Origin,
    Outgoing,
    Reaction,
    Sender,
    Status,
    StatusEntry,
    Target,
    ToChat,
    ToChatName,
    ToJid,
    ToPhone,
    clean_text,
    parse_uid,
)

__all__ = [
    "Attachment",
    "BlankText",
    "Failure",
    "HistoryFilter",
    "Message",
    "MessageNotFound",
    "MessageType",
    "MessageUid",
    "NothingToSend",
    "NumberNotConnected",
    "Origin",
    "Outgoing",
    "Reaction",
    "ReplyToOtherNumber",
    "SendQueueClosed",
    "Sender",
    "SendingQuotaExceeded",
    "Status",
    "StatusEntry",
    "Target",
    "TextTooLong",
    "ToChat",
    "ToChatName",
    "ToJid",
    "ToPhone",
    "clean_text",
    "parse_uid",
]
