"""Groups: creating one, and changing who is in and who leads."""

from typing import Any

from msgspec import UNSET, UnsetType

from tideline.connectors.simulator import GroupPatch
from tideline.connectors.simulator.errors import GroupNotFound
from tideline.surfaces.simulator import wire
from tideline.surfaces.simulator.endpoints import Call
from tideline.surfaces.simulator.problems import InvalidRequest

MOST_MEMBERS = 1024  # what WhatsApp takes


async def create(call: Call) -> dict[str, Any]:
    """A new group; the first member owns it."""
    body: wire.NewGroup = call.body
    subject = wire.text_of(body.subject, "subject", wire.NAME)
    members = _phones(body.members, "members")
    if not members:
        raise InvalidRequest("A group has at least one member.")
    return {"jid": (await call.deps.world.create_group(subject, members)).jid}


async def change(call: Call) -> dict[str, Any]:
    jid, body = call.request.path_params["jid"], call.body
    if not wire.GROUP.fullmatch(jid):
        raise GroupNotFound
    if all(getattr(body, name) is UNSET for name in body.__struct_fields__):
        raise InvalidRequest(f"Give at least one of: {', '.join(body.__struct_fields__)}.")
    patch = GroupPatch(
        subject=None if body.subject is UNSET else wire.text_of(body.subject, "subject", wire.NAME),
        add=_phones(body.add, "add"),
        remove=_phones(body.remove, "remove"),
        promote=_phones(body.promote, "promote"),
        demote=_phones(body.demote, "demote"),
    )
    return wire.group(await call.deps.world.change_group(jid, patch))


def _phones(given: list[str] | UnsetType, member: str) -> list[str]:
    if isinstance(given, UnsetType):
        return []
    if len(given) > MOST_MEMBERS:
        raise InvalidRequest(f"A group has at most {MOST_MEMBERS} members.")
    return [wire.digits(text, member) for text in given]
