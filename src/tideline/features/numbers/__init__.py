"""Numbers: WhatsApp numbers of a workspace, how they are linked, what state they are in, who holds their session.

Actions of a workspace (`tx: Tx`):
    get(tx, number_id) -> Number                      lock(tx, number_id) -> Number (row lock, taken before chats)
    find_by_jid(tx, jid) / find_by_phone(tx, phone) -> Number | None        (phone: bare digits)
    get_many(tx, ids) -> dict[NumberId, Number]
    default_sender(tx) -> Number                      the most recently connected active one, or NoConnectedNumber
    list_numbers(tx) -> list[Number]                  newest connection first
    pause(tx, id) / resume(tx, id) / unlink(tx, id, reason=) -> Number
    report(tx, id, events: Sequence[StateChanged]) -> Number
    hold_new_chats(tx, id, until) / pass_on(tx, id)   what WhatsApp forbids for a while, and the end of it
    keep_check(tx, id, NumberInfo)                    what WhatsApp said about a phone
    snapshot(number) -> dict                          the number as facts carry it
    tell_with(recorded, number)                       facts of this transaction with what is known by now
    add_business(tx, phone, owner_id=, name=, kind=CLOUD) -> Number    one without a phone to scan with
    begin_link(tx, teammate_id, kind, method=QR, phone=None, limits=LinkingLimits()) -> Pairing
                                                      or TooManyLinkingAttempts
    get_pairing(tx, id) -> Pairing                    cancel_pairing(tx, id) -> Pairing
    create_pairing_link(tx, keyring, pairing_id) -> str    the token of a link to the pairing's page
    create_link_for(tx, keyring, teammate_id, lifetime) -> NewLink      a link of a teammate; it works once
    list_usable_links(tx, keyring) -> list[UsableLink]    revoke_link_of(tx, teammate_id) -> bool
    look_through(tx, link_uid) -> SeenThrough         begin_through(tx, link_uid, kind, method, phone) -> Pairing
    order(tx, number_id, [Command, ...])              work for the gateway that holds the session (not awaited)
    fence(tx, lease)                                  raises LeaseLost when another gateway has taken over

Across workspaces (`tx: SystemTx`):
    find_pairing_link(tx, keyring, token) -> PairingRef | None
    find_qr_link(tx, keyring, token) -> QrLink | None
    claim_leases / renew_leases / release_lease / numbers_of, list_open_pairings

`NUMBERS_TOPIC` and `PAIRINGS_TOPIC` are the wake topics to wait for a change of a number or of a pairing,
`link_topic(link_uid)` that for an attempt through a link, or its end.
"""

from tideline.features.numbers.actions.business import add_business
from tideline.features.numbers.actions.commands import (
    COMMAND_LANE,
    MEDIA_LANE,
    NUMBER_LANES,
    PICTURE_LANE,
    SEND_LANE,
    order,
)
from tideline.features.numbers.actions.events import set_aside
from tideline.features.numbers.actions.leases import (
    claim_leases,
    fence,
    numbers_of,
    release_all_leases,
    release_lease,
    renew_leases,
)
from tideline.features.numbers.actions.linking import (
    PAIRINGS_TOPIC,
    Linked,
    advance,
    begin_link,
    cancel_pairing,
    create_pairing_link,
    delete_expired_pairing_links,
    find_pairing_link,
    get_pairing,
    link,
    link_topic,
    list_open_pairings,
    mark_adopted,
    session_to_adopt,
    take_pairing,
)
from tideline.features.numbers.actions.numbers import (
    NUMBERS_TOPIC,
    default_sender,
    find_by_jid,
    find_by_phone,
    get,
    get_many,
    hold_new_chats,
    jid_of,
    keep_check,
    list_numbers,
    lock,
    pass_on,
    pause,
    pause_many,
    report,
    resume,
    resume_many,
    unlink,
)
from tideline.features.numbers.actions.qr_links import (
    begin_through,
    create_link_for,
    delete_old_qr_links,
    find_qr_link,
    list_usable_links,
    look_through,
    reencrypt_qr_links,
    revoke_link_of,
    revoke_links_of,
)
from tideline.features.numbers.commands import (
    Analyse,
    Command,
    Fetch,
    LookAtPicture,
    MarkRead,
    React,
    Synchronise,
    Unlink,
    from_payload,
)
from tideline.features.numbers.errors import (
    LeaseLost,
    NoConnectedNumber,
    NumberGone,
    NumberNotFound,
    NumberOffline,
    PairingClosed,
    PairingNotFound,
    PhoneAlreadyLinked,
    PhoneNeeded,
    QrLinkOver,
    TooManyCodes,
    TooManyLinkingAttempts,
)
from tideline.features.numbers.events import snapshot, tell_with
from tideline.features.numbers.linking import LinkingLimits
from tideline.features.numbers.model import (
    Lease,
    Number,
    NumberId,
    NumberKind,
    NumberState,
    Owner,
    Pairing,
    PairingId,
    PairingMethod,
    PairingState,
    Platform,
)
from tideline.features.numbers.qr_links import LinkState, NewLink, QrLink, SeenThrough, UsableLink
from tideline.features.numbers.states import ends_session, needs_session

__all__ = [
    "COMMAND_LANE",
    "MEDIA_LANE",
    "NUMBERS_TOPIC",
    "NUMBER_LANES",
    "PAIRINGS_TOPIC",
    "PICTURE_LANE",
    "SEND_LANE",
    "Analyse",
    "Command",
    "Fetch",
    "Lease",
    "LeaseLost",
    "LinkState",
    "Linked",
    "LinkingLimits",
    "LookAtPicture",
    "MarkRead",
    "NewLink",
    "NoConnectedNumber",
    "Number",
    "NumberGone",
    "NumberId",
    "NumberKind",
    "NumberNotFound",
    "NumberOffline",
    "NumberState",
    "Owner",
    "Pairing",
    "PairingClosed",
    "PairingId",
    "PairingMethod",
    "PairingNotFound",
    "PairingState",
    "PhoneAlreadyLinked",
    "PhoneNeeded",
    "Platform",
    "QrLink",
    "QrLinkOver",
    "React",
    "SeenThrough",
    "Synchronise",
    "TooManyCodes",
    "TooManyLinkingAttempts",
    "Unlink",
    "UsableLink",
    "add_business",
    "advance",
    "begin_link",
    "begin_through",
    "cancel_pairing",
    "claim_leases",
    "create_link_for",
    "create_pairing_link",
    "default_sender",
    "delete_expired_pairing_links",
    "delete_old_qr_links",
    "ends_session",
    "fence",
    "find_by_jid",
    "find_by_phone",
    "find_pairing_link",
    "find_qr_link",
    "from_payload",
    "get",
    "get_many",
    "get_pairing",
    "hold_new_chats",
    "jid_of",
    "keep_check",
    "link",
    "link_topic",
    "list_numbers",
    "list_open_pairings",
    "list_usable_links",
    "lock",
    "look_through",
    "mark_adopted",
    "needs_session",
    "numbers_of",
    "order",
    "pass_on",
    "pause",
    "pause_many",
    "reencrypt_qr_links",
    "release_all_leases",
    "release_lease",
    "renew_leases",
    "report",
    "resume",
    "resume_many",
    "revoke_link_of",
    "revoke_links_of",
    "session_to_adopt",
    "set_aside",
    "snapshot",
    "take_pairing",
    "tell_with",
    "unlink",
]
