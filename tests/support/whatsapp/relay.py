"""What goes from one client to others: messages, receipts and typing, as they are, to each device they are for."""

import time
from typing import Any

from tests.support.whatsapp.accounts import GROUPS, Account
from tests.support.whatsapp.binary import Jid, Node
from tests.support.whatsapp.connection import Connection

PASSED_ON = ("device-identity", "meta")
NOT_ALLOWED, NOT_THERE = 403, 404


async def message(sender: Connection, node: Node) -> None:
    """Acknowledge, then pass on to every device that the client encrypted for."""
    account = sender.account
    if account.is_silent:
        return
    to, name, now = node.attrs["to"], node.attrs["id"], int(time.time())
    sender.whatsapp.seen(node)
    refusal = account.refuses_with or _no_such_place(sender, to)
    await sender.send(Node("ack", {"class": "message", "id": name, "from": to, "t": now, "error": refusal}))
    if refusal is not None:
        return
    told = {
        "id": name,
        "t": now,
        "type": node.attrs.get("type"),
        "notify": account.name,
        "edit": node.attrs.get("edit"),
    }
    if to.server == GROUPS:
        await _to_group(sender, node, told)
    else:
        await _to_person(sender, node, told)


def _no_such_place(sender: Connection, to: Jid) -> int | None:
    """Nobody is there, or the sender is not in the group."""
    if to.server != GROUPS:
        return None if sender.whatsapp.find(to) else NOT_THERE
    group = sender.whatsapp.groups.get(to.user)
    return None if group and sender.account in group.members else NOT_ALLOWED


async def _to_person(sender: Connection, node: Node, told: dict[str, Any]) -> None:
    account, more = sender.account, [one for one in node.children if one.tag in PASSED_ON]
    for (user, device), sealed in _by_device(node).items():
        target = sender.whatsapp.find(Jid(user, ""))
        if target is None:
            continue
        attrs = {**told, "from": account.hidden_jid(sender.device), "sender_pn": account.jid()}
        if target is account:
            attrs |= {"recipient": node.attrs["to"], "peer_recipient_pn": node.attrs.get("peer_recipient_pn")}
            if node.attrs.get("category"):
                attrs["category"] = node.attrs["category"]
        await sender.whatsapp.deliver(target, device, Node("message", attrs, [*sealed, *more]))


async def _to_group(sender: Connection, node: Node, told: dict[str, Any]) -> None:
    """The text is sealed once for all, its key once for each device."""
    account, group = sender.account, sender.whatsapp.groups[node.attrs["to"].user]
    shared = [one for one in node.children if one.tag == "enc"]
    more = [one for one in node.children if one.tag in PASSED_ON]
    keys = _by_device(node)
    attrs = {
        **told,
        "from": group.jid,
        "participant": account.hidden_jid(sender.device),
        "participant_pn": account.jid(sender.device),
        "addressing_mode": "lid",
    }
    for member in group.members:
        for device in list(member.devices):
            if (member, device) == (account, sender.device):
                continue
            own = keys.get((member.lid, device)) or keys.get((member.phone, device)) or []
            await sender.whatsapp.deliver(member, device, Node("message", attrs, [*own, *shared, *more]))


def _by_device(node: Node) -> dict[tuple[str, int], list[Node]]:
    listed = node.child("participants")
    return {(one.attrs["jid"].user, one.attrs["jid"].device): one.children for one in listed.children} if listed else {}


async def receipt(sender: Connection, node: Node) -> None:
    account, to, kind = sender.account, node.attrs["to"], node.attrs.get("type")
    ack = {"class": "receipt", "id": node.attrs["id"], "type": kind, "to": account.jid(sender.device), "from": to}
    await sender.send(Node("ack", ack))
    is_group = to.server == GROUPS
    target = sender.whatsapp.find(node.attrs["participant"] if is_group else to)
    if target is None:
        return
    told = {"id": node.attrs["id"], "type": kind, "t": int(time.time())}
    own = account.hidden_jid(sender.device)
    whose = {"from": to, "participant": own} if is_group else {"from": own}
    if not (account.hides_reads and kind == "read"):
        await _to_all(sender, target, Node("receipt", {**told, **whose}, node.content))
    if kind == "read":
        await _tell_own_devices(sender, Node("receipt", {**told, "type": "read-self", "recipient": to}, node.content))


async def _tell_own_devices(sender: Connection, node: Node) -> None:
    """What one device has read is read on all."""
    account = sender.account
    for device in list(account.devices):
        if device != sender.device:
            told = {**node.attrs, "from": account.hidden_jid(sender.device)}
            await sender.whatsapp.deliver(account, device, Node(node.tag, told, node.content))


async def typing(sender: Connection, node: Node) -> None:
    target = sender.whatsapp.find(node.attrs["to"])
    if target is not None:
        await _to_all(sender, target, Node("chatstate", {"from": sender.account.hidden_jid()}, node.content))


async def _to_all(sender: Connection, target: Account, node: Node) -> None:
    for device in list(target.devices):
        await sender.whatsapp.deliver(target, device, node)
