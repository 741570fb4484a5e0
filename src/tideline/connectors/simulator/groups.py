"""Groups: who is in, who leads, and how linked members see them."""

from collections.abc import Sequence
from dataclasses import replace

from tideline.connectors.simulator.errors import (
    AlreadyInGroup,
    GroupNeedsMember,
    GroupNeedsOwner,
    NotInGroup,
    NotOnWhatsApp,
)
from tideline.connectors.simulator.model import Group, GroupId, GroupPatch, Link, Member, Phone, Role
from tideline.connectors.simulator.step import Step
from tideline.connectors.simulator.store import groups as store
from tideline.features.numbers.port import GroupChanged, GroupMember, Peer


async def create(step: Step, subject: str, members: Sequence[str]) -> Group:
    """A new group; the first member owns it."""
    await step.load(phones_=members)
    people = [_on_whatsapp(step.known_phone(digits)) for digits in dict.fromkeys(members)]
    if not people:
        raise GroupNeedsMember
    number = step.new_id()
    roles = [Role.OWNER] + [Role.MEMBER] * (len(people) - 1)
    cast = [Member(phone, role) for phone, role in zip(people, roles, strict=True)]
    group = Group(GroupId(number), step.seed.group_jid(number), subject, cast)
    await store.insert_group(step.tx, group, step.now)
    _tell_members(step, group)
    return group


async def change(step: Step, jid: str, patch: GroupPatch) -> Group:
    """Change the subject, who is in and who leads, in the order in which the words stand here."""
    before = await step.group(jid)
    await step.load(phones_={*patch.add, *patch.remove, *patch.promote, *patch.demote})
    after = replace(before, subject=patch.subject) if patch.subject is not None else before
    after = _add(after, [_on_whatsapp(step.known_phone(digits)) for digits in patch.add])
    after = _remove(after, [step.known_phone(digits) for digits in patch.remove])
    after = _appoint(after, [step.known_phone(digits) for digits in patch.promote], Role.ADMIN)
    after = _appoint(after, [step.known_phone(digits) for digits in patch.demote], Role.MEMBER)
    await store.save_group(step.tx, after)
    if after != before:
        _tell_members(step, after)
        _tell_removed(step, before, after)
    return after


def as_seen(step: Step, link: Link, group: Group, *, is_left: bool = False) -> GroupChanged:
    """The whole group as a linked member sees it."""
    members = [
        GroupMember(
            peer=Peer(phone=member.phone.phone) if member.phone.id == link.phone else step.name(link, member.phone),
            role=member.role.value,
            name=member.phone.name,
            is_own=member.phone.id == link.phone,
        )
        for member in group.members
    ]
    return GroupChanged(group.jid, group.subject, members, step.now, is_left)


def _tell_members(step: Step, group: Group) -> None:
    for member in group.members:
        for link in step.links_of(member.phone):
            step.tell(link, as_seen(step, link, group))


def _tell_removed(step: Step, before: Group, after: Group) -> None:
    for member in before.members:
        if not after.has(member.phone):
            for link in step.links_of(member.phone):
                step.tell(link, as_seen(step, link, after, is_left=True))


def _add(group: Group, phones: Sequence[Phone]) -> Group:
    for phone in phones:
        if group.has(phone):
            raise AlreadyInGroup(f"+{phone.phone} is in this group already.")
        group = replace(group, members=[*group.members, Member(phone, Role.MEMBER)])
    return group


def _remove(group: Group, phones: Sequence[Phone]) -> Group:
    for phone in phones:
        _check_member(group, phone)
        group = replace(group, members=[member for member in group.members if member.phone.id != phone.id])
    if not group.members:
        raise GroupNeedsMember
    if not any(member.role in (Role.OWNER, Role.ADMIN) for member in group.members):
        # WhatsApp never leaves a group without somebody who leads it
        group = _appoint(group, [group.members[0].phone], Role.ADMIN)
    return group


def _appoint(group: Group, phones: Sequence[Phone], role: Role) -> Group:
    for phone in phones:
        _check_member(group, phone)
        if group.role_of(phone) is Role.OWNER:
            raise GroupNeedsOwner
        members = [Member(one.phone, role) if one.phone.id == phone.id else one for one in group.members]
        group = replace(group, members=members)
    return group


def _check_member(group: Group, phone: Phone) -> None:
    if not group.has(phone):
        raise NotInGroup(f"+{phone.phone} is not in this group.")


def _on_whatsapp(phone: Phone) -> Phone:
    if not phone.on_whatsapp:
        raise NotOnWhatsApp(f"+{phone.phone} is not on WhatsApp.")
    return phone
