"""Answers to what clients ask the server itself: keys, who is on WhatsApp, groups, pictures, where media go."""

import time
from collections.abc import Awaitable, Callable
from typing import Any

from tests.support.whatsapp import groups
from tests.support.whatsapp.accounts import PEOPLE, Device
from tests.support.whatsapp.binary import SERVER, Jid, Node
from tests.support.whatsapp.connection import Connection

MEDIA_HOST = "mmg.whatsapp.net"


async def answer(client: Connection, node: Node) -> None:
    if node.attrs.get("type") in ("result", "error"):
        return await _answered(client, node)
    reader = READERS.get(str(node.attrs.get("xmlns")))
    found = await reader(client, node) if reader else None
    return await reply(client, node, found)


async def reply(client: Connection, node: Node, children: "list[Node] | Node | None") -> None:
    """A result, or the error that is given instead of children."""
    kind = "error" if isinstance(children, Node) else "result"
    content = [children] if isinstance(children, Node) else children
    told = {"from": node.attrs.get("to", SERVER), "type": kind, "id": node.attrs["id"]}
    await client.send(Node("iq", told, content))


async def _answered(client: Connection, node: Node) -> None:
    """A client that was taken on has signed: it is told to come back, and closes by itself."""
    if node.child("pair-device-sign"):
        await client.send(Node("stream:error", {"code": "515"}))


async def _keys(client: Connection, node: Node) -> list[Node] | None:
    own = client.account.devices[client.device]
    if node.child("count"):
        return [Node("count", {"value": len(own.one_time_keys)})]
    if (asked := node.child("key")) is not None:
        return [Node("list", {}, [_keys_of(client, user.attrs["jid"]) for user in asked.children])]
    if (given := node.child("list")) is not None:
        own.one_time_keys += [(key.bytes_of("id"), key.bytes_of("value")) for key in given.children]
        signed = node.child("skey")
        if signed is not None:
            own.signed_key = (signed.bytes_of("id"), signed.bytes_of("value"), signed.bytes_of("signature"))
        own.identity = node.bytes_of("identity")
    return None


def _keys_of(client: Connection, jid: Jid) -> Node:
    account = client.whatsapp.find(jid)
    device = account.devices.get(jid.device) if account else None
    if device is None:
        return Node("user", {"jid": jid}, [Node("error", {"code": "404", "text": "not found"})])
    return Node("user", {"jid": jid, "t": int(time.time())}, _bundle(device))


def _bundle(device: Device) -> list[Node]:
    """What somebody needs to begin a conversation with a device; each one-time key goes to one of them."""
    number, value, signature = device.signed_key
    children = [
        Node("registration", {}, device.registration),
        Node("type", {}, b"\5"),
        Node("identity", {}, device.identity),
        _key("skey", number, value, signature),
    ]
    if device.one_time_keys:
        children.append(_key("key", *device.one_time_keys.pop(0)))
    return children


def _key(tag: str, number: bytes, value: bytes, signature: bytes | None = None) -> Node:
    parts = [Node("id", {}, number), Node("value", {}, value)]
    return Node(tag, {}, [*parts, Node("signature", {}, signature)] if signature else parts)


async def _people(client: Connection, node: Node) -> list[Node]:
    """Who is on WhatsApp, under which LID, with which devices."""
    query, listed = node.child("usync", "query"), node.child("usync", "list")
    wanted = {one.tag for one in query.children} if query else set()
    users = [_person(client, user, wanted) for user in (listed.children if listed else [])]
    return [Node("usync", {}, [Node("list", {}, users)])]


def _person(client: Connection, user: Node, wanted: set[str]) -> Node:
    contact = user.child("contact")
    typed = contact.content if contact is not None and isinstance(contact.content, bytes) else b""
    jid = Jid(typed.decode().lstrip("+").split("@")[0], PEOPLE) if contact is not None else user.attrs["jid"]
    account = client.whatsapp.find(jid)
    told: dict[str, Any] = {"jid": jid}
    children = []
    if "devices" in wanted:
        numbers = list(account.devices) if account else []
        devices = [Node("device", {"id": number}) for number in numbers]
        children.append(Node("devices", {}, [Node("device-list", {}, devices)]))
    if "lid" in wanted and account:
        children.append(Node("lid", {"val": account.hidden_jid()}))
    if "contact" in wanted:
        children.append(Node("contact", {"type": "in" if account else "out"}, typed))
        if account:
            told = {"jid": account.hidden_jid(), "pn_jid": account.jid()}
    return Node("user", told, children)


async def _media(_client: Connection, _node: Node) -> list[Node]:
    told = {"auth": "a", "ttl": 300, "auth_ttl": 21600, "max_buckets": 12}
    return [Node("media_conn", told, [Node("host", {"hostname": MEDIA_HOST})])]


async def _privacy(_client: Connection, _node: Node) -> list[Node]:
    return [Node("privacy", {}, [Node("category", {"name": "readreceipts", "value": "all"})])]


async def _picture(client: Connection, node: Node) -> "list[Node] | Node":
    target = node.attrs.get("target", node.attrs.get("to"))
    shown = client.whatsapp.shows(target) if isinstance(target, Jid) else None
    if shown is None or shown.picture is None:
        return Node("error", {"code": "404", "text": "item-not-found"})
    if shown.hides_picture:
        return Node("error", {"code": "401", "text": "not-authorized"})
    path = client.whatsapp.keep(shown.picture)
    told = {
        "id": path.rpartition("/")[2][:12],
        "type": "image",
        "url": f"{client.whatsapp.pictures}{path}",
        "direct_path": path,
    }
    return [Node("picture", told)]


async def _linking(client: Connection, node: Node) -> "list[Node] | Node | None":
    """The steps of linking by eight characters, and a device that takes itself off; everything else about devices gets
    an empty answer."""
    gone = node.child("remove-companion-device")
    if gone is not None:
        await client.whatsapp.forget(client.account, gone.attrs["jid"].device)
    step = node.child("link_code_companion_reg")
    if step is None:
        return None
    if step.attrs.get("stage") == "companion_hello":
        reference = client.whatsapp.begin_code(client, step)
        told = [Node("link_code_pairing_ref", {}, reference)]
        return [Node("link_code_companion_reg", {"stage": "companion_hello"}, told)]
    client.whatsapp.finish_code(client, step)
    return None


READERS: dict[str, Callable[[Connection, Node], Awaitable["list[Node] | Node | None"]]] = {
    "encrypt": _keys,
    "usync": _people,
    "w:m": _media,
    "privacy": _privacy,
    "w:g2": groups.answer,
    "w:profile:picture": _picture,
    "md": _linking,
}
