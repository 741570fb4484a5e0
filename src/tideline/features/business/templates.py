"""Templates of business accounts: their placeholders, what may stand in them, and how the whole reads. No I/O."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NewType

from tideline.features.business.errors import TemplateNotApproved, TemplateVariablesMismatch
from tideline.features.numbers.port import TemplateMessage, Variables

BusinessTemplateId = NewType("BusinessTemplateId", int)

PLACEHOLDER: Final = re.compile(r"\{\{\s*([A-Za-z0-9_]+)\s*\}\}")
APPROVED: Final = "APPROVED"
DELETED: Final = "DELETED"
LONGEST: Final = 4096
# News about a template that the list of templates tells in another word, or not at all.
AS_LISTED: Final = {"REINSTATED": "APPROVED", "UNARCHIVED": None, "FLAGGED": None}
NEWS: Final = {
    "APPROVED": "approved",
    "REJECTED": "rejected",
    "DISABLED": "disabled",
    "PENDING_DELETION": "disabled",
    "DELETED": "disabled",
}
"""What subscribers are told of, by the status a template came to."""

Given = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Template:
    """A template as WhatsApp has it; status, category, format, components and what it thinks of it are its words."""

    workspace_id: int
    id: BusinessTemplateId
    waba_id: str
    external_id: str
    name: str
    language: str
    status: str
    category: str
    parameter_format: str
    components: Sequence[Mapping[str, Any]]
    created_at: datetime
    updated_at: datetime
    rejected_reason: str = ""
    quality: str = ""

    @property
    def is_approved(self) -> bool:
        return self.status == APPROVED

    @property
    def is_named(self) -> bool:
        return self.parameter_format == "NAMED"

    def text_of(self, kind: str) -> str:
        """The text of its header, body or footer; none where there is no such part, or one without text."""
        found = next((one for one in self.components if str(one.get("type", "")).upper() == kind), {})
        return str(found.get("text") or "")


@dataclass(frozen=True, slots=True)
class WantedTemplate:
    """A template somebody wants to send. `header` and `body` are what its placeholders stand for: a list in their
    order, or names with values."""

    name: str
    language: str
    header: Any = ()
    body: Any = ()


def fill(template: Template, wanted: WantedTemplate) -> TemplateMessage:
    """The message that is sent. Raises TemplateNotApproved, or TemplateVariablesMismatch with what does not fit."""
    if not template.is_approved:
        raise TemplateNotApproved(template.status)
    _ensure_fillable(template)
    header = _values(template, "header", wanted.header)
    body = _values(template, "body", wanted.body)
    text = _text(template, header, body)
    if len(text) > LONGEST:
        raise TemplateVariablesMismatch(f"The template with its variables has more than {LONGEST} characters.")
    return TemplateMessage(
        template.name, template.language, text, _variables(template, header), _variables(template, body)
    )


def placeholders(text: str) -> list[str]:
    """The names or numbers in a text, each once: numbers by their value, names in the order in which they come."""
    found = list(dict.fromkeys(PLACEHOLDER.findall(text)))
    return sorted(found, key=int) if all(name.isdigit() for name in found) else found


def places(template: Template) -> Mapping[str, Sequence[str]]:
    """The placeholders of its header and its body."""
    return {part: placeholders(template.text_of(part.upper())) for part in ("header", "body")}


def is_fillable(template: Template) -> bool:
    """Can everything that it needs be given?"""
    try:
        _ensure_fillable(template)
    except TemplateVariablesMismatch:
        return False
    return True


def _ensure_fillable(template: Template) -> None:
    for one in template.components:
        kind, form = str(one.get("type", "")).upper(), str(one.get("format", "TEXT")).upper()
        if kind == "HEADER" and form not in ("TEXT", ""):
            raise TemplateVariablesMismatch(f"This template has a header with a {form.lower()}, which cannot be given.")
        for button in one.get("buttons") or ():
            if PLACEHOLDER.search(str(button.get("url", ""))):
                raise TemplateVariablesMismatch("This template has a button with a variable, which cannot be given.")


def _values(template: Template, part: str, given: Any) -> dict[str, str]:
    """The values by placeholder."""
    wanted = placeholders(template.text_of(part.upper()))
    if isinstance(given, Mapping):
        values = {str(name): _value(part, one) for name, one in given.items()}
        if set(values) != set(wanted):
            raise TemplateVariablesMismatch(
                f"The {part} takes {_listed(wanted)}, and {_listed(list(values))} was given."
            )
        return {name: values[name] for name in wanted}
    if isinstance(given, str) or not isinstance(given, Sequence):
        raise TemplateVariablesMismatch(f"The variables of the {part} are a list, or an object of names and values.")
    if len(given) != len(wanted):
        raise TemplateVariablesMismatch(f"The {part} takes {len(wanted)} variables, and {len(given)} were given.")
    return dict(zip(wanted, (_value(part, one) for one in given), strict=True))


def _value(part: str, given: Any) -> str:
    if isinstance(given, int | float) and not isinstance(given, bool):
        return str(given)
    if not isinstance(given, str) or not given.strip():
        raise TemplateVariablesMismatch(f"Each variable of the {part} is a text that is not empty.")
    return given


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:10])
    return f"“{shown}”"[:200] if names else "no variable"


def _variables(template: Template, values: Mapping[str, str]) -> Variables:
    return dict(values) if template.is_named else list(values.values())


def _text(template: Template, header: Mapping[str, str], body: Mapping[str, str]) -> str:
    parts = (
        _filled(template.text_of("HEADER"), header),
        _filled(template.text_of("BODY"), body),
        template.text_of("FOOTER"),
    )
    return "\n\n".join(part for part in parts if part)


def _filled(text: str, values: Mapping[str, str]) -> str:
    return PLACEHOLDER.sub(lambda found: values[found[1]], text)
