"""Messages: what is received, sent and shown in chats.

Actions of a workspace (`tx: Tx`):

    send_batch(tx, [Outgoing]) -> list[MessageUid | Exception] set-wise, each by itself, in order
    send_round(tx, uid, teammate, number_id, typed, Outgoing) -> Round        one message to several; under a uid once
    find_recipients(tx, teammate, number_id, typed, Outgoing) -> list[Recipient]      what would become of it
    get_round(tx, uid, teammate) -> (Round, list[Place])       list_rounds(tx, teammate, most) -> list[Round]
    numbers_to_write_from(tx, teammate) -> list[Number]
    add_note(tx, chat_id, text, is_private=True) -> MessageUid never leaves for WhatsApp; or ChatNotFound
    set_reaction(tx, uid, emoji)                               the number's own; or MessageNotFound, CannotReact
    receive(tx, number_id, [AccountEvent])                     a connector's batch; StateChanged is not ours and skipped
    get(tx, uid) -> Message                                    or MessageNotFound
    get_some(tx, chat, uids) -> dict[UUID, Message]            those that are in this chat
    history(tx, chat_id, HistoryFilter(), page=1, size=50) -> Page[Message]   or ChatNotFound, MessageNotFound
    seen_history(tx, chat_id, teammate, HistoryFilter())       the same within what a teammate sees
    within_view(tx, Outgoing, teammate) -> Outgoing            as this teammate may send it; or ChatNotFound,
                                                               NumberNotConnected
    search_messages(tx, question, SearchFilter(), page=1, size=50) -> Page[Hit]   or ChatNotFound, WrongPhone
    list_media(tx, chat, Media, before=None) -> Page[Message]  those with pictures, files or voices that are here
    began_at(tx, chat) -> datetime | None                      when its first message was sent
    status_history(tx, uid) -> list[StatusEntry]               oldest first; or MessageNotFound
    last_messages(tx, chats) -> dict[ChatId, Message]          for lists of chats, without reactions
    workspaces_in_doubt(system_tx, older_than) -> list[int]    where the next has something to do
    mark_restored(tx) -> int                                   after a restore: mark what waits to be sent
    count_restored(tx) / drop_restored(tx) -> int              marked ones that still wait; let them fail
    reaction_to_bring(tx, uid, at) -> ReactionToBring | None   what WhatsApp lacks; for the gateway, as the next two
    settle_reaction(tx, uid, emoji) / give_up_reaction(tx, uid, at, problem)
    read_older(tx) -> bool                                     words of messages from before the search; more left?
    workspaces_to_read(system_tx) -> list[int]                 where that has something to do
    figures(tx, first, last) -> Figures                        of days: how much was written, how fast answers were
    list_figures(db, workspace_id, first, last)                the rows of that, in pieces
    count_older(tx) -> bool                                    messages from before the figures; more left?
    workspaces_to_count(system_tx) -> list[int]                where that has something to do
    settle_unknown(tx, older_than) -> int                      sends nobody can vouch for become Failed, outcome unknown

Objects of the program:

    SendQueue(db): `await queue.submit(workspace_id, actor, Outgoing) -> MessageUid` or raises; `await queue.close()`
    Carrier(db, queue): `await carrier.submit(workspace_id, actor, Outgoing, load) -> MessageUid`, makes its file first
    FiguresReader()                                             keeps the figures, as a reader of facts
    jobs.Sending(db, connector, files, lease_of): await sending(held)    the lane's act; at most once to WhatsApp

Pure rules: `clean_text(text)` (BlankText, TextTooLong), `clean_note(text)` (InvalidNote), `parse_uid(text)`
(MessageNotFound).
"""

from tideline.features.messages.actions.figures import (
    Figures,
    count_older,
    figures,
    list_figures,
    workspaces_to_count,
)
from tideline.features.messages.actions.notes import add_note
from tideline.features.messages.actions.own_view import seen_history, within_view
from tideline.features.messages.actions.progress import settle_unknown, workspaces_in_doubt
from tideline.features.messages.actions.reacting import (
    ReactionToBring,
    give_up_reaction,
    reaction_to_bring,
    set_reaction,
    settle_reaction,
)
from tideline.features.messages.actions.reading import (
    began_at,
    get,
    get_some,
    history,
    last_messages,
    list_media,
    status_history,
)
from tideline.features.messages.actions.receive import receive
from tideline.features.messages.actions.restored import count_restored, drop_restored, mark_restored
from tideline.features.messages.actions.rounds import (
    find_recipients,
    get_round,
    list_rounds,
    numbers_to_write_from,
    send_round,
)
from tideline.features.messages.actions.searching import search_messages
from tideline.features.messages.actions.send import send_batch
from tideline.features.messages.actions.words import read_older, workspaces_to_read
from tideline.features.messages.carrying import Carrier, Load
from tideline.features.messages.errors import (
    BlankText,
    BusinessNumberInactive,
    CannotReact,
    DoubleRecipient,
    InvalidNote,
    MessageNotFound,
    NobodyNamed,
    NothingToSend,
    NotYourNumber,
    NumberNotConnected,
    OtherNumber,
    ReplyToOtherNumber,
    RoundNotFound,
    SendingQuotaExceeded,
    SendQueueClosed,
    TemplateAlone,
    TextTooLong,
    TooManyRecipients,
    TwoFiles,
    UnknownName,
    WindowIsClosed,
)
from tideline.features.messages.events import from_snapshot, snapshot
from tideline.features.messages.figures import NOBODY, Answers, Cell, Sums
from tideline.features.messages.model import (
    TEMPLATE,
    Attachment,
    Failure,
    HistoryFilter,
    Hit,
    Media,
    Message,
    MessageType,
    MessageUid,
    Origin,
    Outgoing,
    Reaction,
    SearchFilter,
    Sender,
    Status,
    StatusEntry,
    Target,
    ToChat,
    ToChatName,
    ToJid,
    ToPhone,
    parse_uid,
)
from tideline.features.messages.queue import SendQueue
from tideline.features.messages.reader import FiguresReader
from tideline.features.messages.rounds import Place, Recipient, Round
from tideline.features.messages.rounds import named as named_recipients
from tideline.features.messages.wording import clean_note, clean_text

__all__ = [
    "NOBODY",
    "TEMPLATE",
    "Answers",
    "Attachment",
    "BlankText",
    "BusinessNumberInactive",
    "CannotReact",
    "Carrier",
    "Cell",
    "DoubleRecipient",
    "Failure",
    "Figures",
    "FiguresReader",
    "HistoryFilter",
    "Hit",
    "InvalidNote",
    "Load",
    "Media",
    "Message",
    "MessageNotFound",
    "MessageType",
    "MessageUid",
    "NobodyNamed",
    "NotYourNumber",
    "NothingToSend",
    "NumberNotConnected",
    "Origin",
    "OtherNumber",
    "Outgoing",
    "Place",
    "Reaction",
    "ReactionToBring",
    "Recipient",
    "ReplyToOtherNumber",
    "Round",
    "RoundNotFound",
    "SearchFilter",
    "SendQueue",
    "SendQueueClosed",
    "Sender",
    "SendingQuotaExceeded",
    "Status",
    "StatusEntry",
    "Sums",
    "Target",
    "TemplateAlone",
    "TextTooLong",
    "ToChat",
    "ToChatName",
    "ToJid",
    "ToPhone",
    "TooManyRecipients",
    "TwoFiles",
    "UnknownName",
    "WindowIsClosed",
    "add_note",
    "began_at",
    "clean_note",
    "clean_text",
    "count_older",
    "count_restored",
    "drop_restored",
    "figures",
    "find_recipients",
    "from_snapshot",
    "get",
    "get_round",
    "get_some",
    "give_up_reaction",
    "history",
    "last_messages",
    "list_figures",
    "list_media",
    "list_rounds",
    "mark_restored",
    "named_recipients",
    "numbers_to_write_from",
    "parse_uid",
    "reaction_to_bring",
    "read_older",
    "receive",
    "search_messages",
    "seen_history",
    "send_batch",
    "send_round",
    "set_reaction",
    "settle_reaction",
    "settle_unknown",
    "snapshot",
    "status_history",
    "within_view",
    "workspaces_in_doubt",
    "workspaces_to_count",
    "workspaces_to_read",
]
