"""Calls between two phones: they have ended when anybody hears of them."""

from tideline.connectors.simulator.errors import PhoneOffline
from tideline.connectors.simulator.model import Outcome, Phone
from tideline.connectors.simulator.step import Step
from tideline.connectors.simulator.store import messages
from tideline.connectors.simulator.writing import check_may_act, check_partner
from tideline.features.numbers.port import CallEnded


async def call(step: Step, digits: str, to: str, outcome: Outcome, *, is_video: bool, seconds: int) -> str:
    """One phone calls another; linked devices on both sides hear how it ended."""
    caller, callee = await step.phone(digits), await step.phone(to)
    check_may_act(caller)
    check_partner(caller, callee)
    if outcome != "missed" and not callee.may_act:
        raise PhoneOffline(f"+{to} cannot be reached, so a call to it can only be missed.")
    seconds = seconds if outcome == "answered" else 0
    number = step.new_id()
    external_id = step.seed.message_id(number)
    values = (number, external_id, caller.id, callee.id, outcome, is_video, seconds, step.now)
    await messages.insert_call(step.tx, values)

    def tell(phone: Phone, other: Phone, *, is_own: bool) -> None:
        for link in step.links_of(phone):
            step.tell(
                link,
                CallEnded(
                    chat=step.name(link, other, acts=not is_own),
                    external_id=external_id,
                    direction="outgoing" if is_own else "incoming",
                    outcome=outcome,
                    is_video=is_video,
                    seconds=seconds,
                    at=step.now,
                ),
            )

    tell(caller, callee, is_own=True)
    tell(callee, caller, is_own=False)
    return external_id
