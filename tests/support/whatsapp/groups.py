"""Groups: made, changed and left by clients; every other member is told."""

import time
from typing import TYPE_CHECKING

from tests.support.whatsapp.accounts import Account, Group
from tests.support.whatsapp.binary import Jid, Node
from tests.support.whatsapp.connection import Connection

if TYPE_CHECKING:
    from tests.support.whatsapp.server import FakeWhatsApp

ROLES = {"promote": True, "demote": False}


async def answer(client: Connection, node: Node) -> "list[Node] | Node | None":
    if (wanted := node.child("create")) is not None:
        return await _create(client, wanted)
    if node.child("participating") is not None:
        mine = [group.node() for group in client.whatsapp.groups.values() if client.account in group.members]
        return [Node("groups", {}, mine)]
    if (left := node.child("leave")) is not None:
        for one in left.children:
            await _leave(client, client.whatsapp.groups.get(one.attrs["id"].user))
        return [Node("leave", {}, left.children)]
    group = client.whatsapp.groups.get(node.attrs["to"].user)
    if group is None or client.account not in group.members:
        return Node("error", {"code": "404", "text": "item-not-found"})
    if node.child("query") is not None:
        return [group.node()]
    return await _change(client, group, node)


def new(whatsapp: "FakeWhatsApp", subject: str, members: list[Account]) -> Group:
    """Ids are never used twice, also not those of groups that are gone."""
    whatsapp.groups_made += 1
    group = Group(f"1203630{whatsapp.groups_made:011d}", subject, members)
    whatsapp.groups[group.id] = group
    return group


async def _create(client: Connection, wanted: Node) -> list[Node]:
    others = [client.whatsapp.find(one.attrs["jid"]) for one in wanted.children if one.tag == "participant"]
    members = [client.account, *(one for one in others if one and one is not client.account)]
    group = new(client.whatsapp, str(wanted.attrs["subject"]), members)
    await _tell(client, group, Node("create", {"type": "new", "reason": "invite"}, [group.node()]))
    return [group.node()]


async def _leave(client: Connection, group: Group | None) -> None:
    if group is not None and client.account in group.members:
        who = [Node("participant", {"jid": client.account.hidden_jid(), "phone_number": client.account.jid()})]
        await _tell(client, group, Node("remove", {}, who))
        group.members.remove(client.account)


async def _change(client: Connection, group: Group, node: Node) -> list[Node]:
    results = []
    for wanted in node.children:
        told = await _apply(client, group, wanted)
        if told is not None:
            await _tell(client, group, told)
            results.append(told)
        _leave_out(client, group, wanted)
    return results


async def _apply(client: Connection, group: Group, wanted: Node) -> Node | None:
    """What is told about a change. Those who are taken out are told too, so they go afterwards."""
    people = [found for one in wanted.children if one.tag == "participant" and (found := _find(client, one))]
    match wanted.tag:
        case "subject":
            group.subject = (wanted.content if isinstance(wanted.content, bytes) else b"").decode()
            told = {"subject": group.subject, "s_t": int(time.time()), "s_o": client.account.hidden_jid()}
            return Node("subject", told)
        case "add":
            group.members += [one for one in people if one not in group.members]
        case "promote" | "demote":
            phones = {one.phone for one in people}
            group.admins = group.admins | phones if ROLES[wanted.tag] else group.admins - phones
        case "remove":
            pass
        case _:
            return None
    return Node(wanted.tag, {}, [group.participant(one) for one in people])


def _leave_out(client: Connection, group: Group, wanted: Node) -> None:
    if wanted.tag == "remove":
        gone = [_find(client, one) for one in wanted.children]
        group.members = [one for one in group.members if one not in gone]


def _find(client: Connection, participant: Node) -> Account | None:
    jid = participant.attrs.get("jid")
    return client.whatsapp.find(jid) if isinstance(jid, Jid) else None


async def _tell(client: Connection, group: Group, what: Node) -> None:
    await tell(client.whatsapp, client.account, group, what, but=client.device)


async def tell(
    whatsapp: "FakeWhatsApp",
    by: Account,
    group: Group,
    *what: Node,
    but: int | None = None,
    members: list[Account] | None = None,
) -> None:
    """Every device of the members hears what somebody did, but not the device it was done with."""
    told = {
        "from": group.jid,
        "type": "w:gp2",
        "t": int(time.time()),
        "participant": by.hidden_jid(but or 0),
        "participant_pn": by.jid(but or 0),
        "addressing_mode": "lid",
    }
    for member in members or group.members:
        for device in list(member.devices):
            if (member, device) != (by, but):
                named = {**told, "id": f"g{time.time_ns()}"}
                await whatsapp.deliver(member, device, Node("notification", named, list(what)))
