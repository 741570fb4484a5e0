"""What the Public API answers with. Made from the contract by `python -m generate`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeAlias

WebhookEvent: TypeAlias = Literal[
    "message:new",
    "message:sent:new",
    "message:received:new",
    "whatsapp:account:connected",
    "whatsapp:account:disconnected",
    "whatsapp:account:suspended",
    "whatsapp:account:resumed",
    "chat:new",
    "chat:incoming:new",
    "chat:outgoing:new",
    "chat:responsible:assigned",
    "chat:responsible:unassigned",
    "call:incoming:missed",
    "call:incoming:ended",
    "call:outgoing:ended",
    "message:reaction",
    "waba:message:received",
    "waba:message:delivered",
    "waba:message:failed",
    "waba:message:read",
    "waba:chat:incoming",
    "waba:chat:outgoing",
    "waba:chat:assigned",
    "waba:chat:unassigned",
    "waba:chat:closed",
    "waba:chat:reopened",
    "waba:account:active",
    "waba:account:disabled",
    "waba:account:disconnected",
    "waba:template:approved",
    "waba:template:rejected",
    "waba:template:disabled",
    "message:delivered",
    "message:read",
    "message:failed",
    "message:edited",
    "message:revoked",
    "chat:closed",
    "chat:reopened",
    "chat:renamed",
    "chat:labelled",
    "note:new",
    "file:uploaded",
]
WebhookSchedule: TypeAlias = Literal["standard", "extended"]
TemplateVisibility: TypeAlias = Literal["public", "private", "read-only"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureReason:
    """FailureReason of the contract."""

    code: int | str
    title: str
    details: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageSummary:
    """Message without the reactions key, used inside chats."""

    uid: str
    """Message UID (UUID). Called message_uid in send answers and webhooks."""
    chat_id: int
    timestamp: datetime
    """Message time according to WhatsApp."""
    received_timestamp: datetime
    """Time the platform stored the message."""
    sender_phone: str
    """Filled on outbound messages too, with the own number; use from_me for direction."""
    sender_name: str
    recipient_phone: str | None
    recipient_name: str
    from_me: bool
    """true when the connected number sent it, from any device."""
    text: str | None
    """Body; null when there is only an attachment and on call or event entries."""
    attachment_url: str | None
    """Pre-signed, short-lived link to the attachment."""
    attachment_filename: str | None
    status: str
    """Delivery state. Documented: Pending, Sending, Sent, Delivered, Read, Failed. Calls carry a call
    outcome instead (answered, missed, ...).
    """
    origin: str
    """Where the message came from, display text, open set. Known: Public API, Shared Inbox, Mass
    Messaging, Chrome Extension, synced from WhatsApp, Webhook.
    """
    has_attachment: bool
    message_type: str
    """Known values: whatsapp, whatsapp_call, note, email, summary."""
    data: dict[str, Any]
    """Free metadata, shape depends on message_type."""
    created_by: str
    """Teammate behind the message, empty text when nobody is."""
    failure_reason: FailureReason | None = None
    """Only on WABA messages in state Failed; null or absent otherwise."""
    metadata: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupMember:
    """GroupMember of the contract."""

    name: str | None = None
    """Member name as known to the workspace."""
    phone: str | None = None
    """Member phone, international form."""
    role: str | None = None
    """Role in the WhatsApp group. Seen: Owner, Admin, Member."""
    chat_id: int | None = None
    """Id of the one-to-one chat with this member on the same account, when there is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chat:
    """One conversation. Key order in the property list is the order seen on the wire."""

    id: int
    """Chat id. Stable; the same WhatsApp conversation seen through two connected numbers is two chats with
    two ids.
    """
    name: str
    """Display name inside the workspace."""
    phone: str | None
    """Contact phone with leading plus; null for groups."""
    jid: str
    """WhatsApp address of the chat."""
    is_group: bool
    closed: bool
    """true once the chat is closed in the inbox."""
    read: bool
    """false while unread messages remain. There is no unread counter in this API."""
    labels: list[str]
    chatgpt_autoresponse_enabled: bool
    """AI auto-reply switch of this chat."""
    responsible_email: str | None
    """Email of the assigned teammate, null when nobody is assigned."""
    responsible_name: str | None
    """Display name of the assigned teammate."""
    whatsapp_account_id: str
    """JID of the connected number that owns the chat; sends into the chat always leave from it."""
    chat_url: str
    """Link to the chat in the web app."""
    created_timestamp: datetime
    last_message_uid: str | None
    """UID of the newest message; null for an empty chat."""
    last_message_timestamp: datetime | None
    """Time of the newest message; null for an empty chat."""
    last_message: MessageSummary | None = None
    """Newest message in full. Only on GET /chats and only when with_msg=true."""
    unattended: bool
    """Set by the auto-responder when an inbound message was left unanswered; cleared when the chat is
    handled.
    """
    photo: str
    """Avatar address. A default avatar is returned when the contact has none, never null in the
    recordings.
    """
    group_members: list[GroupMember] | None = None
    """Present for groups only; the key is absent on direct chats. May be an empty list."""
    is_allowed_to_message: bool
    """false when a send would be refused: broadcast lists, channels, or the owning number is offline."""
    updated_at: datetime | None = None
    """When the chat changed last: its own fields, its group members, or a new message, call or note in it.
    What becomes of messages that are there (receipts, edits, reactions) does not count.
    """
    metadata: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatPage:
    """ChatPage of the contract."""

    has_more_pages: bool
    """true when another page follows."""
    chats: list[Chat]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReactionUser:
    """ReactionUser of the contract."""

    name: str
    phone: str
    reaction: str
    current: bool
    """true when the workspace number itself reacted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reactions:
    """Reactions of the contract."""

    users: list[ReactionUser]
    reactions: dict[str, int]
    """Count per emoji."""
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message, note, call entry or summary in a chat."""

    uid: str
    """Message UID (UUID). Called message_uid in send answers and webhooks."""
    chat_id: int
    timestamp: datetime
    """Message time according to WhatsApp."""
    received_timestamp: datetime
    """Time the platform stored the message."""
    sender_phone: str
    """Filled on outbound messages too, with the own number; use from_me for direction."""
    sender_name: str
    recipient_phone: str | None
    recipient_name: str
    from_me: bool
    """true when the connected number sent it, from any device."""
    text: str | None
    """Body; null when there is only an attachment and on call or event entries."""
    attachment_url: str | None
    """Pre-signed, short-lived link to the attachment."""
    attachment_filename: str | None
    status: str
    """Delivery state. Documented: Pending, Sending, Sent, Delivered, Read, Failed. Calls carry a call
    outcome instead (answered, missed, ...).
    """
    origin: str
    """Where the message came from, display text, open set. Known: Public API, Shared Inbox, Mass
    Messaging, Chrome Extension, synced from WhatsApp, Webhook.
    """
    has_attachment: bool
    message_type: str
    """Known values: whatsapp, whatsapp_call, note, email, summary."""
    reactions: Reactions
    """Current reactions; an empty object set when there are none."""
    data: dict[str, Any]
    """Free metadata, shape depends on message_type."""
    created_by: str
    """Teammate behind the message, empty text when nobody is."""
    failure_reason: FailureReason | None = None
    """Only on WABA messages in state Failed; null or absent otherwise."""
    metadata: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagePage:
    """MessagePage of the contract."""

    has_more_pages: bool
    messages: list[Message]


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRef:
    """MessageRef of the contract."""

    message_uid: str
    """UID of the stored message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelSet:
    """LabelSet of the contract."""

    labels: list[str]
    """Plain label names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelPageLabel:
    """LabelPageLabel of the contract."""

    name: str
    chats: int
    """How many chats have it, closed ones too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelPage:
    """LabelPage of the contract."""

    has_more_pages: bool
    labels: list[LabelPageLabel]


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusEntry:
    """StatusEntry of the contract."""

    status: str
    """State reached."""
    timestamp: datetime
    failure_reason: FailureReason | None = None
    """WABA only, on Failed entries."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundMessageChat:
    """The chat it is in."""

    id: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Highlight:
    """A piece of a text, counted in Unicode code points: an emoji is one or more of them, and two units of
    a JavaScript string.
    """

    start: int
    length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundMessage(Message):
    """FoundMessage of the contract."""

    chat: FoundMessageChat
    """The chat it is in."""
    highlights: list[Highlight]
    """Where the words stand in `text`, in its order."""
    filename_highlights: list[Highlight]
    """Where the words stand in `attachment_filename`, in its order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundMessagePage:
    """FoundMessagePage of the contract."""

    has_more_pages: bool
    messages: list[FoundMessage]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileShort:
    """FileShort of the contract."""

    uid: str
    filename: str
    """Name with extension."""
    size: int
    """Bytes."""
    mimetype: str
    uploaded_by_email: str
    """Uploader, or the text (removed) once that person left the workspace."""
    uploaded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class File(FileShort):
    """File of the contract."""

    temporary_download_url: str
    """Signed link, good for 15 minutes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatsappAccount:
    """WhatsappAccount of the contract."""

    id: str
    """Account JID (wid)."""
    phone: str
    connected_on: datetime
    status: str
    """active while connected and syncing, disconnected in every other case."""
    owner_name: str
    owner_email: str
    account_name: str
    """WhatsApp profile name, empty text when unset."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListWhatsappAccountsAnswer:
    """ListWhatsappAccountsAnswer of the contract."""

    whatsapp_accounts: list[WhatsappAccount]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """Quota of the contract."""

    total: int
    used: int
    period_start: datetime | None = None
    """Start of the billing period."""
    period_end: datetime | None = None
    """First instant after the period."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NonRecurringQuota:
    """NonRecurringQuota of the contract."""

    remaining_balance: int
    last_updated_at: datetime | None = None
    """Last top-up; the key is absent when there never was one (observed)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaSet:
    """QuotaSet of the contract."""

    seats: Quota | None = None
    messaging_quota: Quota
    api_calls_quota: Quota
    non_recurring_quota: NonRecurringQuota | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace(QuotaSet):
    """Workspace of the contract."""

    workspace_id: str
    """Slug."""
    display_name: str
    plan: str
    """Plan name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """Team of the contract."""

    title: str
    id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Teammate:
    """Teammate of the contract."""

    user_id: int
    display_name: str
    email: str
    role: str
    """Display form. Recorded: Owner, Admin, Team supervisor, Teammate. Agent and Collaborator follow from
    the invitation values.
    """
    team: str
    """Team title; Default for the built-in team."""
    status: str
    """Recorded: Active, Invited."""
    invitation_status: str | None = None
    """null for people who joined. Recorded for an open invitation: Expired."""
    created_at: datetime
    whatsapp_accounts: list[WhatsappAccount] | None = None
    """Accounts owned by the person; empty list when none (observed)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TeammateList:
    """TeammateList of the contract."""

    teams: list[Team]
    teammates: list[Teammate]


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """Webhook of the contract."""

    id: int
    event_type: str
    enabled: bool
    url: str
    errors_counter: int
    """Deliveries failed in a row."""
    strict_order: bool | None = None
    retry_schedule: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookSecret:
    """WebhookSecret of the contract."""

    secret: str | None
    """whsec_ and base64; null while deliveries are not signed."""
    former_secret_until: datetime | None
    """Until when deliveries are signed with the former secret too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryRef:
    """DeliveryRef of the contract."""

    delivery_uid: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """Delivery of the contract."""

    uid: str
    """The webhook-id header."""
    event_type: str
    chat_id: int | None
    test: bool
    """Whether it was sent to try the receiver."""
    outcome: str
    attempts: int
    event_timestamp: datetime
    """When it happened."""
    last_attempt_timestamp: datetime
    next_attempt_timestamp: datetime | None
    """While it is retrying."""
    status: int | None
    """Of the last answer."""
    error: str | None
    """Why there was no answer, such as remote_too_slow or address_not_allowed."""
    duration_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryPage:
    """DeliveryPage of the contract."""

    has_more_pages: bool
    deliveries: list[Delivery]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryAttemptRequest:
    """DeliveryAttemptRequest of the contract."""

    url: str
    headers: dict[str, str]
    body: str
    """As it was sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryAttempt:
    """DeliveryAttempt of the contract."""

    number: int
    timestamp: datetime
    outcome: str
    status: int | None
    error: str | None
    duration_ms: int
    request: DeliveryAttemptRequest
    response_start: str
    """The first kilobyte of the answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryDetails(Delivery):
    """DeliveryDetails of the contract."""

    log: list[DeliveryAttempt]


@dataclass(frozen=True, slots=True, kw_only=True)
class RedeliveredCount:
    """RedeliveredCount of the contract."""

    redelivered: int
    has_more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EventLogEntry:
    """EventLogEntry of the contract."""

    cursor: str
    """Go on behind this entry with it."""
    event_types: list[str]
    at: datetime
    bodies: dict[str, dict[str, Any]]
    """The body of each event type, as webhooks get it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventPage:
    """EventPage of the contract."""

    events: list[EventLogEntry]
    cursor: str
    """Go on with it."""
    has_more: bool
    """Whether more are there already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """Template of the contract."""

    id: int
    name: str
    text: str
    visibility: str
    team_title: str | None = None
    created_by_name: str
    created_at: datetime
    updated_by_name: str
    updated_at: datetime
    file_uid: str | None = None
    """UID of the file that goes along; null where there is none or it was deleted."""
    used_count: int | None = None
    """How often it was used, by track_usage and by messages that attached its file."""
    last_used_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateList:
    """TemplateList of the contract."""

    templates_count: int
    templates: list[Template]


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatsappAccountV2(WhatsappAccount):
    """WhatsappAccountV2 of the contract."""

    is_visible: bool | None = None
    """Whether the token holder may use the account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListWhatsappAccountsV2Answer:
    """ListWhatsappAccountsV2Answer of the contract."""

    whatsapp_accounts: list[WhatsappAccountV2]


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateV2Attachment:
    """TemplateV2Attachment of the contract."""

    filename: str | None = None
    size: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateV2:
    """TemplateV2 of the contract."""

    id: int
    name: str
    text: str
    created_by_name: str
    updated_by_name: str
    updated_at: str
    """Workspace time, minute precision."""
    can_be_edited: bool
    can_be_deleted: bool
    visibility: str
    team_any: bool
    """true when shared with all teams; team is null then."""
    team: int | None = None
    sample_data: dict[str, Any]
    variable_source: int
    attachment: TemplateV2Attachment | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListTemplatesV2Answer:
    """ListTemplatesV2Answer of the contract."""

    templates_count: int
    templates: list[TemplateV2]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackTemplateUsageV2Answer:
    """TrackTemplateUsageV2Answer of the contract."""

    success: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WabaChat:
    """WabaChat of the contract."""

    id: int
    """Chat id. Stable; the same WhatsApp conversation seen through two connected numbers is two chats with
    two ids.
    """
    name: str
    """Display name inside the workspace."""
    phone: str | None = None
    """Contact phone with leading plus; null for groups."""
    is_group: bool
    closed: bool
    """true once the chat is closed in the inbox."""
    read: bool
    """false while unread messages remain. There is no unread counter in this API."""
    labels: list[str]
    chatgpt_autoresponse_enabled: bool
    """AI auto-reply switch of this chat."""
    responsible_email: str | None = None
    """Email of the assigned teammate, null when nobody is assigned."""
    responsible_name: str | None = None
    """Display name of the assigned teammate."""
    chat_url: str
    """Link to the chat in the web app."""
    created_timestamp: datetime
    last_message_uid: str | None = None
    """UID of the newest message; null for an empty chat."""
    last_message_timestamp: datetime | None = None
    """Time of the newest message; null for an empty chat."""
    last_message: MessageSummary | None = None
    """Newest message in full. Only on GET /chats and only when with_msg=true."""
    unattended: bool
    """Set by the auto-responder when an inbound message was left unanswered; cleared when the chat is
    handled.
    """
    group_members: list[GroupMember] | None = None
    """Present for groups only; the key is absent on direct chats. May be an empty list."""
    waba_account_id: int | None
    service_window_is_open: bool | None
    """null before the first inbound message."""
    service_window_expires_at: datetime | None
    """null when closed or unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListWabaChatsAnswer:
    """ListWabaChatsAnswer of the contract."""

    has_more_pages: bool
    chats: list[WabaChat]


@dataclass(frozen=True, slots=True, kw_only=True)
class WabaSendTemplate:
    """WabaSendTemplate of the contract."""

    name: str
    language: str
    variables: dict[str, Any] | None = None
    """Lists under header and body."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WabaAccount:
    """WabaAccount of the contract."""

    id: int
    """The only id used in paths."""
    status: str
    owner_name: str
    owner_email: str
    connected_on: datetime
    meta_phone_id: str
    """Display only."""
    meta_waba_id: str | None = None
    """Display only."""
    display_phone_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListWabaAccountsAnswer:
    """ListWabaAccountsAnswer of the contract."""

    waba_accounts: list[WabaAccount]


@dataclass(frozen=True, slots=True, kw_only=True)
class WabaAccountDetailWabaProfile:
    """WabaAccountDetailWabaProfile of the contract."""

    meta_waba_id: str
    name: str
    account_ids: list[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class WabaAccountDetail(WabaAccount):
    """WabaAccountDetail of the contract."""

    waba_profile: WabaAccountDetailWabaProfile | None = None
    _note: str | None = None
    """Fixed reminder about which id to use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WabaAccountOpened(WabaAccountDetail):
    """WabaAccountOpened of the contract."""

    webhook_url: str
    """What to enter at Meta as callback URL of the webhook."""
    webhook_verify_token: str
    """What to enter there as verify token."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WabaAnalyticsError:
    """WabaAnalyticsError of the contract."""

    code: int | None = None
    message: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WabaAnalytics:
    """WabaAnalytics of the contract."""

    handle: str
    state: str
    result: dict[str, Any] | None = None
    """When ready: analytics and pricing_analytics."""
    error: WabaAnalyticsError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WabaTemplate:
    """WabaTemplate of the contract."""

    id: int
    meta_template_id: str
    name: str
    """Value used when sending."""
    status: str
    """As given by Meta."""
    parameter_format: str | None = None
    language: str
    category: str | None = None
    meta_waba_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListWabaTemplatesAnswer:
    """ListWabaTemplatesAnswer of the contract."""

    has_more_pages: bool
    templates: list[WabaTemplate]


@dataclass(frozen=True, slots=True, kw_only=True)
class WabaTemplateDetail(WabaTemplate):
    """WabaTemplateDetail of the contract."""

    accounts: list[int]
    components: list[dict[str, Any]]
    """Meta components unchanged."""
