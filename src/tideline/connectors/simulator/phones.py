"""Phones: creating one, and turning the switches that make life hard for it."""

from dataclasses import fields, replace
from typing import Any

from tideline.connectors.simulator.delivering import deliver_due
from tideline.connectors.simulator.model import Addressing, LinkId, Phone, PhoneId, PhonePatch
from tideline.connectors.simulator.step import Step
from tideline.connectors.simulator.store import links, messages
from tideline.connectors.simulator.store import phones as store
from tideline.features.numbers.port import AccountState, StateChanged


async def add(step: Step, digits: str, name: str) -> Phone:
    """A new phone; for one that exists, its name."""
    await step.load(phones_=[digits])
    phone = step.cast.by_phone.get(digits)
    if phone is None:
        phone = Phone(PhoneId(step.new_id()), digits, step.seed.lid(digits), name)
        await store.insert_phone(step.tx, phone, step.now)
    elif phone.name != name:
        phone = replace(phone, name=name)
        await store.save_phone(step.tx, phone)
    return phone


async def change(step: Step, digits: str, patch: PhonePatch) -> Phone:
    """Turn switches; linked numbers hear what they would hear from the real network."""
    before = await step.phone(digits)
    after = replace(before, **_set_in(patch))
    if after.fail_next == "":
        after = replace(after, fail_next=None)
    step.enter(after)
    await store.save_phone(step.tx, after)
    if after.addressing is not before.addressing:
        await _reveal(step, after)
    if not after.on_whatsapp:
        await end_links(step, after, "The WhatsApp account of the phone was deleted.")
    elif after.link_state != before.link_state:
        _tell_state(step, after)
    if after.may_act != before.may_act:
        await _reach(step, after)
    return after


def _set_in(patch: PhonePatch) -> dict[str, Any]:
    values = {field.name: getattr(patch, field.name) for field in fields(patch)}
    return {name: value for name, value in values.items() if value is not None}


async def _reveal(step: Step, phone: Phone) -> None:
    """Switching between phone number and LID shows everybody who knows the phone that both are one person."""
    for link_id in step.friends_of(phone):
        link = await links.find_link(step.tx, LinkId(link_id))
        if link and not link.is_ended:
            await step.load(ids=[link.phone])
            step.note(link, phone, Addressing.PHONE)
            step.note(link, phone, Addressing.LID)
            step.reveal(link, phone)


def _tell_state(step: Step, phone: Phone) -> None:
    state, reason = phone.link_state
    for link in step.links_of(phone):
        step.tell(link, StateChanged(state, reason))


async def end_links(step: Step, phone: Phone, reason: str) -> int:
    """All links of the phone are over; each is told so before it ends."""
    ended = step.links_of(phone)
    for link in ended:
        step.tell(link, StateChanged(AccountState.UNLINKED, reason))
    await links.end(step.tx, [link.id for link in ended], step.now)
    return len(ended)


async def _reach(step: Step, phone: Phone) -> None:
    """A phone is back: what waited arrives, in order. Or it is gone: what is on its way waits for it."""
    if not phone.may_act:
        await messages.reschedule(step.tx, phone.id, None)
        return
    held = await links.held_events(step.tx, [link.id for link in step.links_of(phone)])
    for link, kind, event in held:
        step.tell_again(link, kind, event)
    await messages.reschedule(step.tx, phone.id, step.now)
    while await deliver_due(step):
        pass
