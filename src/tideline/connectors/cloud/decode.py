"""What the Business Platform tells us, as our events. No I/O.

Tolerant on purpose: webhooks gain members and kinds without notice, phones and names may be missing, and whatever was
signed by the platform is kept in some form. Nothing in here raises because of what a body holds.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final, Literal
from uuid import UUID

from tideline.connectors.cloud.beyond import beyond
from tideline.connectors.cloud.errors import code_of, reason_in
from tideline.connectors.cloud.kinds import KINDS, Told
from tideline.features.numbers.port import (
    HISTORY_CHUNK,
    AccountEvent,
    AccountState,
    CallEnded,
    HistoryChunk,
    MessageEdited,
    MessageReceived,
    MessageRevoked,
    Peer,
    ReactionChanged,
    StateChanged,
    StatusChanged,
    TemplateChanged,
    Via,
)

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
LONGEST_ID: Final = 512
LONGEST_WORD: Final = 200
MOST_WORDS: Final = 20
_PUNCTUATION: Final = re.compile(r"[+ ()\-]")
Status = Literal["sent", "delivered", "read", "failed"]
_STATUSES: Final[dict[str, Status]] = {
    "sent": "sent", "delivered": "delivered", "read": "read", "played": "read", "failed": "failed",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Listener:
    """For whom a body is read. News of the whole business account come through the one that `speaks_for_account`."""

    phone_number_id: str
    waba_id: str
    speaks_for_account: bool = True


def events_in(body: Any, listener: Listener, received_at: datetime) -> list[AccountEvent]:
    """What a webhook tells one number, in its order."""
    found: list[AccountEvent] = []
    for entry in _objects(_at(body, "entry")):
        for change in _objects(entry.get("changes")):
            value = change.get("value")
            if not isinstance(value, Mapping):
                continue
            at = _time(entry.get("time"), received_at)
            if _text(_at(value, "metadata", "phone_number_id")):
                if _text(_at(value, "metadata", "phone_number_id")) == listener.phone_number_id:
                    found += _of_number(change.get("field"), value, received_at)
            elif _text(entry.get("id")) == listener.waba_id:
                found += _of_account(change.get("field"), value, listener, at)
    return found


def _of_number(field: Any, value: Mapping[str, Any], received_at: datetime) -> Iterator[AccountEvent]:
    contacts = _Contacts(value)
    match field:
        case "messages":
            for message in _objects(value.get("messages")):
                yield from _message(message, contacts, received_at)
            for status in _objects(value.get("statuses")):
                yield from _status(status, received_at)
        case "smb_message_echoes":
            for echo in _objects(value.get("message_echoes")):
                yield from _echo(echo, received_at)
        case "calls":
            for call in _objects(value.get("calls")):
                yield from _call(call, contacts, received_at)
        case "history":
            yield from _history(value, received_at)


# Messages ----------------------------------------------------------------------------------------------------


def _message(message: Mapping[str, Any], contacts: "_Contacts", received_at: datetime) -> Iterator[AccountEvent]:
    """What a customer wrote or did. It is never ours; who claims to be us is nobody."""
    chat, message_id = contacts.sender(message), _id(message.get("id"))
    if chat is None or message_id is None or (chat.phone and chat.phone == contacts.own):
        return
    at = _time(message.get("timestamp"), received_at)
    if happening := _HAPPENINGS.get(_text(message.get("type"))):
        event = happening(message, chat, chat, at, contacts.name_of(message))
        if event:
            yield event
    elif _text(message.get("type")) not in ("system", "ephemeral"):
        told = _told(message, at)
        yield MessageReceived(
            chat, message_id, at, from_me=False, via=Via.CONTACT, text=told.text, media=told.media,
            push_name=contacts.name_of(message), reply_to=_id(_at(message, "context", "id")),
            unsupported=told.unsupported, raw=_beyond(message, told, contacts.of(message)),
        )  # fmt: skip


def _echo(echo: Mapping[str, Any], received_at: datetime) -> Iterator[AccountEvent]:
    """What the owner of a number wrote in the WhatsApp Business app."""
    chat, message_id = _person(echo.get("to"), echo.get("to_user_id")), _id(echo.get("id"))
    if chat is None or message_id is None:
        return
    at = _time(echo.get("timestamp"), received_at)
    if happening := _HAPPENINGS.get(_text(echo.get("type"))):
        event = happening(echo, chat, None, at, None)
        if event:
            yield event
        return
    told = _told(echo, at)
    yield MessageReceived(
        chat, message_id, at, from_me=True, via=Via.PHONE, text=told.text, media=told.media,
        reply_to=_id(_at(echo, "context", "id")), unsupported=told.unsupported, raw=_beyond(echo, told),
    )  # fmt: skip


def _told(message: Mapping[str, Any], at: datetime) -> Told:
    """What a message holds. A kind that nobody knows is kept by its name."""
    kind = _text(message.get("type"))
    reader = KINDS.get(kind)
    told = reader(message, at) if reader else None
    return told or Told(unsupported=_text(_at(message, "unsupported", "type")) or kind or "unknown")


def _beyond(
    message: Mapping[str, Any], told: Told, contact: Mapping[str, Any] = MappingProxyType({})
) -> dict[str, Any] | None:
    return beyond(message, contact, is_understood=told.unsupported is None)


def _reaction(
    message: Mapping[str, Any], chat: Peer, by: Peer | None, at: datetime, name: str | None
) -> AccountEvent | None:
    target = _id(_at(message, "reaction", "message_id"))
    if target is None:
        return None
    emoji = _text(_at(message, "reaction", "emoji")) or None
    return ReactionChanged(chat, target, emoji, at, by=by, push_name=name)


def _edit(
    message: Mapping[str, Any], chat: Peer, by: Peer | None, at: datetime, _name: str | None
) -> AccountEvent | None:
    target = _id(_at(message, "edit", "original_message_id"))
    changed = _at(message, "edit", "message")
    if target is None or not isinstance(changed, Mapping):
        return None
    return MessageEdited(chat, target, _told(changed, at).text or "", at, by=by)


def _revoke(
    message: Mapping[str, Any], chat: Peer, by: Peer | None, at: datetime, _name: str | None
) -> AccountEvent | None:
    target = _id(_at(message, "revoke", "original_message_id"))
    return MessageRevoked(chat, target, at, by=by) if target else None


_Happening = Callable[[Mapping[str, Any], Peer, Peer | None, datetime, str | None], AccountEvent | None]
_HAPPENINGS: Final[dict[str, _Happening]] = {"reaction": _reaction, "edit": _edit, "revoke": _revoke}


def _history(value: Mapping[str, Any], received_at: datetime) -> Iterator[AccountEvent]:
    """Coexistence: what was said before the number came to the platform."""
    for part in _objects(value.get("history")):
        for thread in _objects(part.get("threads")):
            chat = _person(thread.get("id"), _at(thread, "context", "user_id"))
            if chat is None:
                continue
            own = _digits(_at(value, "metadata", "display_phone_number"))
            told = [
                one
                for message in _objects(thread.get("messages"))
                if (one := _old(message, chat, own, received_at)) is not None
            ]
            told.sort(key=lambda one: one.at)
            for start in range(0, len(told), HISTORY_CHUNK):
                yield HistoryChunk(told[start : start + HISTORY_CHUNK])


def _old(message: Mapping[str, Any], chat: Peer, own: str, received_at: datetime) -> MessageReceived | None:
    message_id, kind = _id(message.get("id")), _text(message.get("type"))
    if message_id is None or kind in _HAPPENINGS:
        return None
    at = _time(message.get("timestamp"), received_at)
    told = _told(message, at)
    return MessageReceived(
        chat, message_id, at, from_me=_digits(message.get("from")) == own, via=Via.HISTORY, text=told.text,
        media=told.media, unsupported=told.unsupported, raw=_beyond(message, told),
    )  # fmt: skip


# What became of our messages ---------------------------------------------------------------------------------


def _status(status: Mapping[str, Any], received_at: datetime) -> Iterator[AccountEvent]:
    """How far a message got. The first news of one also tells, by our reference, that the platform has it at all."""
    chat = _person(status.get("recipient_id"), status.get("recipient_user_id"))
    message_id, word = _id(status.get("id")), _STATUSES.get(_text(status.get("status")))
    if chat is None or message_id is None or word is None:
        return
    at = _time(status.get("timestamp"), received_at)
    ref = _ref(status.get("biz_opaque_callback_data"))
    if ref and word in ("sent", "failed"):
        yield MessageReceived(chat, message_id, at, from_me=True, via=Via.ECHO, client_ref=ref)
    failure = None
    if word == "failed":
        failure = reason_in(next(iter(_objects(status.get("errors"))), None))
    pricing = status.get("pricing")
    yield StatusChanged(
        chat, [message_id], word, at, error=code_of(failure) if failure else None, failure=failure,
        pricing=_plain(pricing) if isinstance(pricing, Mapping) else None,
    )  # fmt: skip


def _call(call: Mapping[str, Any], contacts: "_Contacts", received_at: datetime) -> Iterator[AccountEvent]:
    """Only the end of a call is news."""
    is_outgoing = _text(call.get("direction")) == "BUSINESS_INITIATED"
    chat = _person(call.get("to"), call.get("to_user_id")) if is_outgoing else contacts.sender(call)
    call_id = _id(call.get("id"))
    if chat is None or call_id is None or _text(call.get("event")) != "terminate":
        return
    seconds = _whole(call.get("duration"))
    outcome: Literal["answered", "missed", "rejected"] = "answered" if seconds else "missed"
    if _text(call.get("status")).upper() == "REJECTED":
        outcome = "rejected"
    yield CallEnded(
        chat, call_id, "outgoing" if is_outgoing else "incoming", outcome, is_video=False,
        seconds=min(seconds, 86_400), at=_time(call.get("timestamp"), received_at),
    )  # fmt: skip


# News of the business account --------------------------------------------------------------------------------


def _of_account(field: Any, value: Mapping[str, Any], listener: Listener, at: datetime) -> Iterator[AccountEvent]:
    match field:
        case "message_template_status_update" if listener.speaks_for_account:
            yield from _template(value, at)
        case "account_update":
            yield from _account(value)


def _template(value: Mapping[str, Any], at: datetime) -> Iterator[AccountEvent]:
    template_id = value.get("message_template_id")
    external_id = str(template_id) if isinstance(template_id, int | str) else ""
    name, status = _text(value.get("message_template_name")), _text(value.get("event"))
    if not (external_id and name and status) or len(external_id) > LONGEST_ID:
        return
    reason = _text(value.get("reason"))
    yield TemplateChanged(
        external_id, name, _text(value.get("message_template_language")), status, at,
        reason if reason not in ("", "NONE") else None,
    )  # fmt: skip


_ENDS: Final = {
    "ACCOUNT_DELETED": "The WhatsApp Business account was deleted.",
    "ACCOUNT_OFFBOARDED": "The number was taken off the Business Platform.",
    "PARTNER_REMOVED": "Access to the WhatsApp Business account was withdrawn.",
    "PARTNER_APP_UNINSTALLED": "Access to the WhatsApp Business account was withdrawn.",
}


def _account(value: Mapping[str, Any]) -> Iterator[AccountEvent]:
    event = _text(value.get("event"))
    if event in _ENDS:
        yield StateChanged(AccountState.UNLINKED, _ENDS[event])
    elif event == "ACCOUNT_RECONNECTED":
        yield StateChanged(AccountState.ONLINE)
    elif event == "ACCOUNT_RESTRICTION":
        yield _restriction(value)
    elif event == "DISABLED_UPDATE":
        yield from _ban(_text(_at(value, "ban_info", "waba_ban_state")))


def _restriction(value: Mapping[str, Any]) -> AccountEvent:
    """Only what also forbids answers stops a number. Whom else it may not write to, the platform says when it tries."""
    kinds, ends = [], []
    for info in _objects(value.get("restriction_info")):
        kinds.append(_text(info.get("restriction_type")))
        ends.append(_time(info.get("expiration"), EPOCH))
    named = ", ".join(kind.replace("_", " ").lower() for kind in kinds if kind)
    reason = f"WhatsApp has restricted the business account{f' ({named})' if named else ''}."
    if kinds and not any("CUSTOMER_INITIATED" in kind for kind in kinds):
        return StateChanged(AccountState.ONLINE, reason)
    until = max(ends, default=EPOCH)
    return StateChanged(AccountState.RESTRICTED, reason, until if until > EPOCH else None)


def _ban(state: str) -> Iterator[AccountEvent]:
    if state == "DISABLE":
        yield StateChanged(AccountState.BANNED, "WhatsApp has disabled the business account.")
    elif state == "SCHEDULE_FOR_DISABLE":
        yield StateChanged(AccountState.ONLINE, "WhatsApp is going to disable the business account.")
    elif state == "REINSTATE":
        yield StateChanged(AccountState.ONLINE)


# People ------------------------------------------------------------------------------------------------------


class _Contacts:
    """Who is who in one change. Messages name their writer by phone, by the business's own id for them, or by both."""

    def __init__(self, value: Mapping[str, Any]) -> None:
        self._all = list(_objects(value.get("contacts")))
        self._known: dict[tuple[str, str], Mapping[str, Any]] = {}
        for contact in self._all:
            for key in ("wa_id", "user_id"):
                self._known.setdefault((key, _text(contact.get(key))), contact)
        self.own = _digits(_at(value, "metadata", "display_phone_number"))

    def sender(self, message: Mapping[str, Any]) -> Peer | None:
        contact = self.of(message)
        phone = message.get("from") or contact.get("wa_id")
        return _person(phone, message.get("from_user_id") or contact.get("user_id"))

    def name_of(self, message: Mapping[str, Any]) -> str | None:
        return _text(_at(self.of(message), "profile", "name")) or None

    def of(self, message: Mapping[str, Any]) -> Mapping[str, Any]:
        """With one contact it is theirs; with several that of the writer."""
        for key, name in (("wa_id", _text(message.get("from"))), ("user_id", _text(message.get("from_user_id")))):
            if name and (contact := self._known.get((key, name))):
                return contact
        has_name = message.get("from") or message.get("from_user_id")
        return self._all[0] if len(self._all) == 1 and not has_name else {}


def _person(phone: Any, user_id: Any) -> Peer | None:
    """Who shows no phone is known by the business-scoped id. It is kept as the LID: an address that is no phone."""
    digits, own_id = _digits(phone), _user_id(user_id)
    return Peer(phone=digits or None, lid=own_id) if digits or own_id else None


def _user_id(value: Any) -> str | None:
    text = _text(value)
    is_plain = 0 < len(text) <= 160 and text.isascii() and text.replace(".", "").replace("_", "").isalnum()
    return text if is_plain else None


# Values of any shape -----------------------------------------------------------------------------------------


def _at(value: Any, *path: str) -> Any:
    for key in path:
        if not isinstance(value, Mapping):
            return None
        value = value.get(key)
    return value


def _objects(value: Any) -> Sequence[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _id(value: Any) -> str | None:
    text = _text(value)
    return text if 0 < len(text) <= LONGEST_ID and text.isprintable() else None


def _digits(value: Any) -> str:
    """A phone as bare digits; what is none is nothing."""
    text = _PUNCTUATION.sub("", _text(value)[:40])
    return text if text.isascii() and text.isdigit() and 5 <= len(text) <= 15 else ""


def _whole(value: Any) -> int:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 16:
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53 else 0


def _time(value: Any, otherwise: datetime) -> datetime:
    """Seconds since 1970, as text or as a number."""
    seconds = _whole(value)
    return datetime.fromtimestamp(seconds, UTC) if 0 < seconds < 4_000_000_000 else otherwise


def _plain(value: Mapping[str, Any]) -> dict[str, Any]:
    """What is said about a price, as the database can keep it: words, whole numbers, yes and no."""
    words = [(key, one) for key, one in value.items() if key.isprintable() and len(key) <= LONGEST_WORD]
    return {key: one for key, one in words[:MOST_WORDS] if _is_plain(one)}


def _is_plain(value: Any) -> bool:
    if isinstance(value, str):
        return value.isprintable() and len(value) <= LONGEST_WORD
    return value is None or isinstance(value, bool) or (isinstance(value, int) and abs(value) < 2**53)


def _ref(value: Any) -> str | None:
    """Our own reference; others may use the field for theirs."""
    try:
        return str(UUID(value)) if isinstance(value, str) and len(value) == 36 else None
    except ValueError:
        return None
