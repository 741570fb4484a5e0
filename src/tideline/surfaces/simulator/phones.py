"""Phones: creating, listing, and turning their switches; and the clock of the world."""

from datetime import timedelta
from typing import Any

from tideline.connectors.simulator.errors import ClockNotOurs, PhoneNotFound
from tideline.surfaces.simulator import wire
from tideline.surfaces.simulator.endpoints import Call


def phone_in(call: Call) -> str:
    """The phone in the path, as digits."""
    found = wire.PHONE.fullmatch(call.request.path_params["phone"])
    if not found:
        raise PhoneNotFound
    return found[1]


async def add(call: Call) -> dict[str, Any]:
    """Create a phone. The same again answers with the phone that is there, under its new name."""
    body: wire.NewPhone = call.body
    name = wire.text_of(body.name, "name", wire.NAME)
    return wire.new_phone(await call.deps.world.add_phone(wire.digits(body.phone, "phone"), name))


async def list_all(call: Call) -> dict[str, Any]:
    return {"phones": [wire.phone(phone) for phone in await call.deps.world.phones()]}


async def change(call: Call) -> dict[str, Any]:
    return wire.phone(await call.deps.world.change_phone(phone_in(call), wire.phone_patch(call.body)))


async def advance_clock(call: Call) -> dict[str, Any]:
    """Let time pass, for the world and for Tideline alike."""
    clock = call.deps.test_clock
    if clock is None:
        raise ClockNotOurs
    wire.number_of(call.body.advance_s, "advance_s", wire.YEAR)
    clock.advance(timedelta(seconds=call.body.advance_s))
    call.deps.wakes.wake_all()
    return {"now": clock.now()}
