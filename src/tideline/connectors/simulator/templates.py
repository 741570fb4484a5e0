"""Templates as the simulated Business Platform keeps them, and whether a send fits one. No I/O."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from tideline.features.numbers.port import FailureReason, TemplateMessage, TemplateRefused, Variables, WindowClosed

PLACEHOLDER: Final = re.compile(r"\{\{\s*([A-Za-z0-9_]+)\s*\}\}")
APPROVED: Final = "APPROVED"
SERVICE: Final = "SERVICE"

RE_ENGAGEMENT: Final = FailureReason(
    131047,
    "Re-engagement message",
    "Message failed to send because more than 24 hours have passed since the customer last replied to this number.",
)
UNDELIVERABLE: Final = FailureReason(131026, "Message undeliverable", "Message undeliverable.")


@dataclass(frozen=True, slots=True)
class NewTemplate:
    """A template as its owner writes it."""

    name: str
    language: str
    body: str
    header: str | None = None
    footer: str | None = None
    category: str = "UTILITY"
    status: str = "PENDING"

    @property
    def parameter_format(self) -> str:
        """Names, unless all placeholders are numbers."""
        found = PLACEHOLDER.findall(f"{self.header or ''} {self.body}")
        return "NAMED" if any(not name.isdigit() for name in found) else "POSITIONAL"

    @property
    def components(self) -> list[dict[str, Any]]:
        parts: list[dict[str, Any]] = []
        if self.header:
            parts.append({"type": "HEADER", "format": "TEXT", "text": self.header})
        parts.append({"type": "BODY", "text": self.body})
        if self.footer:
            parts.append({"type": "FOOTER", "text": self.footer})
        return parts


@dataclass(frozen=True, slots=True)
class Template:
    """A template of a business account, in WhatsApp's words."""

    external_id: str
    waba_id: str
    name: str
    language: str
    status: str
    category: str
    parameter_format: str
    components: Sequence[Mapping[str, Any]]

    def text_of(self, kind: str) -> str:
        return next((str(one.get("text", "")) for one in self.components if one["type"] == kind), "")


def check_window(is_open: bool) -> None:
    if not is_open:
        raise WindowClosed(failure=RE_ENGAGEMENT)


def check_template(template: Template | None, sent: TemplateMessage) -> None:
    """The platform takes what it has approved, with as many variables as there are placeholders."""
    if template is None or template.status != APPROVED:
        raise _refused(132001, "Template name does not exist in the translation")
    for kind, given in (("HEADER", sent.header), ("BODY", sent.body)):
        wanted = list(dict.fromkeys(PLACEHOLDER.findall(template.text_of(kind))))
        if not _fits(wanted, given):
            raise _refused(132000, "Number of parameters does not match the expected number of params")


def _fits(wanted: Sequence[str], given: Variables) -> bool:
    return set(given) == set(wanted) if isinstance(given, Mapping) else len(given) == len(wanted)


def _refused(code: int, title: str) -> TemplateRefused:
    return TemplateRefused(failure=FailureReason(code, title, title))
