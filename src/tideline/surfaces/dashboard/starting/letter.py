"""What somebody fills in to write to people, and the message that it makes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID, uuid4

from tideline.features import business, messages, templates
from tideline.features.business import WantedTemplate
from tideline.features.messages import Origin, Outgoing, ToPhone
from tideline.surfaces.dashboard import ids
from tideline.surfaces.dashboard.security import BadForm

NOBODY_YET: Final = ToPhone("")
"""Whom a message goes to is found out afterwards."""

LONGEST_TO: Final = 20_000
PARTS: Final = ("header", "body")


@dataclass(frozen=True, slots=True)
class Letter:
    """The fields of the form. `template_id` is one of our templates, `wanted_id` one of a business account with the
    `values` of its placeholders by the names of their fields."""

    number_id: int | None
    to: str
    is_many: bool
    text: str
    name: str
    template_id: int | None
    wanted_id: int | None
    values: Mapping[str, str]
    key: UUID

    @classmethod
    def read(cls, given: Mapping[str, str]) -> "Letter":
        return cls(
            number_id=ids.find(given.get("number", "")),
            to=given.get("to", "")[:LONGEST_TO],
            is_many=given.get("many") == "yes",
            text=given.get("text", "").replace("\r\n", "\n"),
            name=given.get("name", ""),
            template_id=ids.find(given.get("template", "")),
            wanted_id=ids.find(given.get("wanted", "")),
            values={name: value for name, value in given.items() if name.partition("-")[0] in PARTS},
            key=_key(given.get("key", "")),
        )


@dataclass(frozen=True, slots=True)
class Blank:
    """A place of a template to be filled in."""

    field: str
    name: str
    value: str


def blanks(wanted: business.Template, values: Mapping[str, str]) -> list[Blank]:
    fields = [(f"{part}-{name}", name) for part, names in business.places(wanted).items() for name in names]
    return [Blank(field, name, values.get(field, "")) for field, name in fields]


def by_part(wanted: business.Template, values: Mapping[str, str]) -> Mapping[str, Mapping[str, str]]:
    """What stands in its header and in its body, by the names of their places."""
    return {
        part: {name: values.get(f"{part}-{name}", "") for name in names}
        for part, names in business.places(wanted).items()
    }


def outgoing(
    letter: Letter, own: templates.Template | None, wanted: business.Template | None, *, has_file: bool = False
) -> Outgoing:
    """The message, without anybody it goes to. Raises BlankText and TextTooLong."""
    name = letter.name.strip() or None
    if wanted is not None:
        given = by_part(wanted, letter.values)
        filled = WantedTemplate(wanted.name, wanted.language, given["header"], given["body"])
        return Outgoing(NOBODY_YET, template=filled, chat_name=name, origin=Origin.SHARED_INBOX, is_free=True)
    brings_file = own is not None and own.file is not None
    text = messages.clean_text(letter.text) if letter.text.strip() or not (brings_file or has_file) else None
    return Outgoing(
        NOBODY_YET,
        text=text,
        template_id=own.id if own is not None and brings_file and not has_file else None,
        chat_name=name,
        origin=Origin.SHARED_INBOX,
        is_free=True,
    )


def _key(given: str) -> UUID:
    """The form's own, made when it is shown first."""
    try:
        return UUID(given) if given else uuid4()
    except ValueError:
        raise BadForm from None
