"""A business number for tests of the Public API: its account, a template, a customer who just wrote, figures."""

from collections.abc import Sequence
from typing import Any

from tests.support.api_world import Place
from tideline.features import business, numbers
from tideline.features.business import Asked, NewAccount
from tideline.features.messages import Message
from tideline.features.numbers import Number, NumberKind
from tideline.features.numbers.port import BusinessTemplate

PHONE = "15550100088"
WABA = "210000000000001"
START, END = 1_751_328_000, 1_793_920_000


def template(
    name: str = "order_update", *, number: int = 1, status: str = "APPROVED", **named: Any
) -> BusinessTemplate:
    """A template without variables, unless its components say otherwise."""
    values = {
        "language": "en",
        "category": "UTILITY",
        "parameter_format": "POSITIONAL",
        "components": [{"type": "BODY", "text": "Your order is on its way."}],
    }
    return BusinessTemplate(f"13600000000{number:04d}", name, status=status, **{**values, **named})


async def business_number(
    place: Place, phone: str = PHONE, *, waba_id: str = WABA, name: str = "Harbour Service"
) -> Number:
    """A number that the Business Platform speaks for, and that is connected."""
    new = NewAccount(phone, f"109{place.id:06d}{phone[-6:]}", waba_id, "a-token", "a-secret", f"+{phone}", name)
    opened = await place.run(business.add, place.world.keyring, new, owner_id=place.owner_id, kind=NumberKind.SIMULATOR)
    return await place.run(numbers.get, opened.account.number_id)


async def have(place: Place, number: Number, some: Sequence[BusinessTemplate]) -> list[business.Template]:
    """What the number's account has from now on, the newest first."""
    await place.run(business.take_templates, number.id, some)
    return (await place.run(business.list_templates))[0]


async def stock(place: Place, mark: str, phone: str) -> dict[str, Any]:
    """One thing of each kind that operations of business numbers are about."""
    number = await business_number(place, phone, name=f"{mark} service")
    [written] = await have(place, number, [template()])
    heard: Message = await place.hear(number, f"Hello {mark}", name=f"Otto {mark}")
    asked = await place.run(business.ask_analytics, number.id, Asked(START, END, ()))
    return {
        "chat_id": heard.chat_id,
        "message_uid": str(heard.uid),
        "after_message": str(heard.uid),
        "before_message": str(heard.uid),
        "account_id": number.id,
        "waba_account_id": number.id,
        "template_id": written.id,
        "handle_id": asked.handle.hex,
    }
