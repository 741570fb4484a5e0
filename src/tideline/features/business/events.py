"""What has happened to the templates of business accounts, as it is kept in the log of facts."""

from collections.abc import Sequence

from tideline.features.business.templates import Template
from tideline.features.numbers import NumberId
from tideline.platform.facts import NewFact


def template_changed(template: Template, accounts: Sequence[NumberId], before: str | None) -> NewFact:
    """WhatsApp reviewed a template, or switched it off."""
    told = {
        "id": template.id,
        "name": template.name,
        "language": template.language,
        "status": template.status,
        "parameter_format": template.parameter_format,
        "waba_id": template.waba_id,
        "accounts": list(accounts),
    }
    return NewFact("TemplateStatusChanged", {"template": told, "status_before": before})
