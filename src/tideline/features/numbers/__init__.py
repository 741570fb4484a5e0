"""Numbers: WhatsApp numbers of a workspace, how they are linked, what state they are in, who holds their session.

Actions of a workspace (`tx: Tx`):
    get(tx, number_id) -> Number                      lock(tx, number_id) -> Number (row lock, taken before chats)
    find_by_jid(tx, jid) / find_by_phone(tx, phone) -> Number | None        (phone: bare digits)
    get_many(tx, ids) -> dict[NumberId, Number]
    default_sender(tx) -> Number                      the most recently connected active one, or NoConnectedNumber
    list_numbers(tx) -> list[Number]                  newest connection first
    pause(tx, id) / resume(tx, id) / unlink(tx, id) -> Number
    report(tx, id, events: Sequence[StateChanged]) -> Number
    snapshot(number) -> dict                          the number as facts carry it
    begin_link(tx, teammate_id, kind, method=QR, phone=None) -> Pairing
    get_pairing(tx, id) -> Pairing                    cancel_pairing(tx, id) -> Pairing
    create_pairing_link(tx, pairing_id) -> str        the token of a link to the pairing's page
    order(tx, number_id, [MarkRead | Fetch])          work for the gateway that holds the session
    fence(tx, lease)                                  raises LeaseLost when another gateway has taken over

Across workspaces (`tx: SystemTx`):
    find_pairing_link(tx, token) -> PairingRef | None
    claim_leases / renew_leases / release_leases
"""

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
)
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
)

__all__ = [
    "Lease",
    "LeaseLost",
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
]
