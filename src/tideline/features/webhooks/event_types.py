"""The kinds of events a workspace can subscribe to, in the wire's words."""

from enum import StrEnum


class EventType(StrEnum):
    MESSAGE_NEW = "message:new"
    MESSAGE_SENT = "message:sent:new"
    MESSAGE_RECEIVED = "message:received:new"
    ACCOUNT_CONNECTED = "whatsapp:account:connected"
    ACCOUNT_DISCONNECTED = "whatsapp:account:disconnected"
    ACCOUNT_SUSPENDED = "whatsapp:account:suspended"
    ACCOUNT_RESUMED = "whatsapp:account:resumed"
    CHAT_NEW = "chat:new"
    CHAT_INCOMING = "chat:incoming:new"
    CHAT_OUTGOING = "chat:outgoing:new"
    CHAT_ASSIGNED = "chat:responsible:assigned"
    CHAT_UNASSIGNED = "chat:responsible:unassigned"
    CALL_MISSED = "call:incoming:missed"
    CALL_INCOMING = "call:incoming:ended"
    CALL_OUTGOING = "call:outgoing:ended"
    REACTION = "message:reaction"
    WABA_RECEIVED = "waba:message:received"
    WABA_DELIVERED = "waba:message:delivered"
    WABA_FAILED = "waba:message:failed"
    WABA_READ = "waba:message:read"
    WABA_CHAT_INCOMING = "waba:chat:incoming"
    WABA_CHAT_OUTGOING = "waba:chat:outgoing"
    WABA_CHAT_ASSIGNED = "waba:chat:assigned"
    WABA_CHAT_UNASSIGNED = "waba:chat:unassigned"
    WABA_CHAT_CLOSED = "waba:chat:closed"
    WABA_CHAT_REOPENED = "waba:chat:reopened"
    WABA_ACCOUNT_ACTIVE = "waba:account:active"
    WABA_ACCOUNT_DISABLED = "waba:account:disabled"
    WABA_ACCOUNT_DISCONNECTED = "waba:account:disconnected"
    WABA_TEMPLATE_APPROVED = "waba:template:approved"
    WABA_TEMPLATE_REJECTED = "waba:template:rejected"
    WABA_TEMPLATE_DISABLED = "waba:template:disabled"
    # Ours, beyond the contract.
    MESSAGE_DELIVERED = "message:delivered"
    MESSAGE_READ = "message:read"
    MESSAGE_FAILED = "message:failed"
    MESSAGE_EDITED = "message:edited"
    MESSAGE_REVOKED = "message:revoked"
    CHAT_CLOSED = "chat:closed"
    CHAT_REOPENED = "chat:reopened"
    CHAT_RENAMED = "chat:renamed"
    CHAT_LABELLED = "chat:labelled"
    NOTE_NEW = "note:new"
    FILE_UPLOADED = "file:uploaded"

    @property
    def is_waba(self) -> bool:
        """An event of a business number."""
        return self.startswith("waba:")


class PartnerEvent(StrEnum):
    """What partners are told about their workspaces. Nobody subscribes: a partner's one address gets all of it."""

    SEATS_FULL = "workspace:seats_full"
    MESSAGES_NEAR_FULL = "workspace:quota_near_full:messaging"
    MESSAGES_FULL = "workspace:quota_full:messaging"
    TRANSACTIONS_FULL = "workspace:quota_full:transactions"
    API_CALLS_FULL = "workspace:quota_full:api_calls"
    ACCOUNT_CONNECTED = "whatsapp_account:connected"
    ACCOUNT_DISCONNECTED = "whatsapp_account:disconnected"
    TOKEN_ROTATED = "api_token:rotated"


AnyEvent = EventType | PartnerEvent
_SUBSCRIBED = frozenset(one.value for one in EventType)


def event_named(name: str) -> AnyEvent:
    return EventType(name) if name in _SUBSCRIBED else PartnerEvent(name)
