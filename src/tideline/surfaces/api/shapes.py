"""The shapes of the Public API's answers: keys in the contract's order."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec import UNSET, Raw, UnsetType

from tideline.features.search import Highlight

Absent = UnsetType


class MessageRef(msgspec.Struct):
    message_uid: str


class LabelSet(msgspec.Struct):
    labels: Sequence[str]


class Label(msgspec.Struct):
    name: str
    chats: int


class LabelPage(msgspec.Struct):
    has_more_pages: bool
    labels: list[Label]


class FailureReason(msgspec.Struct):
    """In WhatsApp's words; without a code of WhatsApp's the code is empty."""

    code: int | str
    title: str
    details: str


class Message(msgspec.Struct):
    uid: str
    chat_id: int
    timestamp: str
    received_timestamp: str
    sender_phone: str
    sender_name: str
    recipient_phone: str | None
    recipient_name: str
    from_me: bool
    text: str | None
    attachment_url: str | None
    attachment_filename: str | None
    status: str
    origin: str
    has_attachment: bool
    message_type: str
    reactions: "Reactions | Raw | Absent"
    data: dict[str, Any] | Raw
    created_by: str
    failure_reason: FailureReason | Absent
    metadata: dict[str, Any] | Absent


class Chat(msgspec.Struct):
    id: int
    name: str
    phone: str | None
    jid: str
    is_group: bool
    closed: bool
    read: bool
    labels: list[str]
    chatgpt_autoresponse_enabled: bool
    responsible_email: str | None
    responsible_name: str | None
    whatsapp_account_id: str
    chat_url: str
    created_timestamp: str
    last_message_uid: str | None
    last_message_timestamp: str | None
    last_message: Message | Absent | None
    unattended: bool
    photo: str
    group_members: Raw | Absent
    is_allowed_to_message: bool
    updated_at: str
    metadata: dict[str, Any] | Absent


class ChatPage(msgspec.Struct):
    has_more_pages: bool
    chats: list[Chat]


class MessagePage(msgspec.Struct):
    has_more_pages: bool
    messages: list[Message]


class ChatRef(msgspec.Struct):
    id: int
    name: str


class FoundMessage(Message, kw_only=True):
    chat: ChatRef
    highlights: list[Highlight]
    filename_highlights: list[Highlight]


class FoundMessagePage(msgspec.Struct):
    has_more_pages: bool
    messages: list[FoundMessage]


class ReactionUser(msgspec.Struct):
    name: str
    phone: str
    reaction: str
    current: bool


class Reactions(msgspec.Struct):
    users: list[ReactionUser]
    reactions: Mapping[str, int]
    total: int


class StatusStep(msgspec.Struct):
    status: str
    timestamp: str
    failure_reason: FailureReason | Absent = UNSET


class WhatsappAccount(msgspec.Struct):
    id: str
    phone: str
    connected_on: str
    status: str
    owner_name: str
    owner_email: str
    account_name: str


class WhatsappAccounts(msgspec.Struct):
    whatsapp_accounts: list[WhatsappAccount]


class FileShort(msgspec.Struct):
    uid: str
    filename: str
    size: int
    mimetype: str
    uploaded_by_email: str
    uploaded_at: str


class File(msgspec.Struct):
    temporary_download_url: str
    uid: str
    filename: str
    size: int
    mimetype: str
    uploaded_by_email: str
    uploaded_at: str


class OwnWhatsappAccount(WhatsappAccount):
    """`is_visible`: all chats of the number are the caller's to see, and they may write to new people from it."""

    is_visible: bool


class OwnWhatsappAccounts(msgspec.Struct):
    whatsapp_accounts: list[OwnWhatsappAccount]


class Quota(msgspec.Struct, omit_defaults=True):
    total: int
    used: int
    period_start: str | Absent = UNSET
    period_end: str | Absent = UNSET


class NonRecurringQuota(msgspec.Struct):
    remaining_balance: int
    last_updated_at: str | Absent


class QuotaSet(msgspec.Struct):
    seats: Quota
    messaging_quota: Quota
    api_calls_quota: Quota
    non_recurring_quota: NonRecurringQuota


class Workspace(msgspec.Struct):
    workspace_id: str
    display_name: str
    plan: str
    seats: Quota
    messaging_quota: Quota
    api_calls_quota: Quota
    non_recurring_quota: NonRecurringQuota


class Teammate(msgspec.Struct):
    user_id: int
    display_name: str
    email: str
    role: str
    team: str
    status: str
    invitation_status: str | None
    created_at: str
    whatsapp_accounts: list[WhatsappAccount]


class Team(msgspec.Struct):
    title: str
    id: int


class TeammateList(msgspec.Struct):
    teams: list[Team]
    teammates: list[Teammate]
