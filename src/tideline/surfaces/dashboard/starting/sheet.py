"""The form as it is shown: the numbers one may write from, and what can be sent from the one that is chosen."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tideline.features import business, chats, messages, templates
from tideline.features.chats import Chat, ChatFilter, WrongPhone
from tideline.features.numbers import Number
from tideline.features.workspaces import Teammate
from tideline.platform.db import Tx
from tideline.surfaces.dashboard import previews
from tideline.surfaces.dashboard.previews import Preview
from tideline.surfaces.dashboard.starting.letter import Blank, Letter, blanks, by_part

MOST_TEMPLATES: Final = 200
MOST_KNOWN: Final = 5


@dataclass(frozen=True, slots=True)
class Sheet:
    """`own` are our templates and `platform` those of the number's business account, of which `wanted` is chosen.
    `known` are the chats there are already with the phone that was named."""

    letter: Letter
    numbers: Sequence[Number]
    number: Number | None
    own: Sequence[templates.Template] = ()
    chosen: templates.Template | None = None
    platform: Sequence[business.Template] = ()
    wanted: business.Template | None = None
    blanks: Sequence[Blank] = ()
    preview: Preview | None = None
    known: Sequence[Chat] = ()


async def sheet_of(tx: Tx, me: Teammate, letter: Letter) -> Sheet:
    numbers = await messages.numbers_to_write_from(tx, me)
    number = _chosen(numbers, letter.number_id)
    if number is None:
        return Sheet(letter, numbers, None)
    own = await templates.list_templates(tx, me)
    platform = await _platform(tx, number) if number.is_business else []
    wanted = next((one for one in platform if one.id == letter.wanted_id), None)
    return Sheet(
        letter,
        numbers,
        number,
        own,
        next((one for one in own if one.id == letter.template_id), None),
        platform,
        wanted,
        blanks(wanted, letter.values) if wanted else (),
        previews.of_business(wanted, by_part(wanted, letter.values)) if wanted else None,
        await _known(tx, me, letter),
    )


def _chosen(numbers: Sequence[Number], number_id: int | None) -> Number | None:
    """The one that was asked for, else a linked one that is connected, else any."""
    asked = next((one for one in numbers if one.id == number_id), None)
    ready = sorted(numbers, key=lambda one: (not one.is_connected, one.is_business))
    return asked or (ready[0] if ready else None)


async def _platform(tx: Tx, number: Number) -> list[business.Template]:
    """The templates that the number's account may send."""
    waba_id = number.platform.waba_id if number.platform else None
    found, _ = await business.list_templates(tx, size=MOST_TEMPLATES, waba_id=waba_id)
    return [one for one in found if one.is_approved]


async def _known(tx: Tx, me: Teammate, letter: Letter) -> list[Chat]:
    if letter.is_many or not letter.to.strip():
        return []
    try:
        phone = chats.clean_phone(letter.to)
    except WrongPhone:
        return []
    return (await chats.list_chats(tx, ChatFilter(phone=f"+{phone}", visible_to=me), size=MOST_KNOWN)).items
