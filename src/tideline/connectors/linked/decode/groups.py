"""Groups, and the pictures of people and groups."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Literal

from tideline.connectors.linked.decode.memory import AskForGroup, Memory, moment
from tideline.connectors.linked.people import GROUPS, People
from tideline.features.numbers.port import AccountEvent, GroupChanged, GroupMember, Peer, PictureChanged


def group_changed(people: People, info: Any, at: datetime) -> GroupChanged:
    """A group as WhatsApp describes it."""
    members = [_member(people, one) for one in info.Participants]
    return GroupChanged(
        group=f"{info.JID.User}@{GROUPS}",
        subject=info.GroupName.Name,
        members=members,
        at=at,
        is_left=not any(member.is_own for member in members),
    )


def _member(people: People, one: Any) -> GroupMember:
    people.learn(one.LID if one.LID.User else one.JID, one.PhoneNumber if one.PhoneNumber.User else one.JID)
    peer = people.peer(one.PhoneNumber if one.PhoneNumber.User else one.JID) or Peer(lid=one.JID.User)
    is_own = any(people.is_own(jid) for jid in (one.JID, one.LID, one.PhoneNumber))
    role: Literal["owner", "admin", "member"] = "owner" if one.IsSuperAdmin else "admin" if one.IsAdmin else "member"
    return GroupMember(peer=peer, role=role, name=one.DisplayName or None, is_own=is_own)


def joined(memory: Memory, event: Any) -> Iterator[AccountEvent]:
    yield memory.keep(group_changed(memory.people, event.GroupInfo, moment(0)))


def group(_reader: Memory, event: Any) -> Iterator[AskForGroup]:
    yield AskForGroup(f"{event.JID.User}@{GROUPS}", moment(event.Timestamp))


def picture(memory: Memory, event: Any) -> Iterator[AccountEvent]:
    peer = memory.people.peer(event.JID)
    if peer is not None:
        yield PictureChanged(peer, moment(event.Timestamp))
