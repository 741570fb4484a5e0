"""Templates: texts to be used again, each with a file if it wants one. This is the face other features may import.

Actions of a workspace (`tx: Tx`), always for a teammate; what is out of their sight is `TemplateNotFound`:

    list_templates(tx, teammate) -> list[Template]                  the latest change first
    get(tx, template_id, teammate) -> Template
    create(tx, NewTemplate, teammate) -> Template                   or TeamNotFound, FileNotFound, TooManyTemplates
    change(tx, template_id, TemplateChange, teammate) -> Template   or TemplateNotYours
    delete(tx, template_id, teammate)                               or TemplateNotYours
    track(tx, template_id, origin, teammate)                        count one use

For messages, who work on a batch at once: `get_many(tx, ids)`, `count_uses(tx, [(Use, actor)])`.

Pure rules: `Viewer.of(teammate)` and what it `may_see`, `may_edit`, `may_delete`.
"""

from tideline.features.templates.actions import (
    change,
    count_uses,
    create,
    delete,
    get,
    get_many,
    list_templates,
    track,
)
from tideline.features.templates.errors import (
    InvalidTemplate,
    TemplateNotFound,
    TemplateNotYours,
    TemplateWithoutFile,
    TooManyTemplates,
)
from tideline.features.templates.model import (
    NAME_MAX,
    TEXT_MAX,
    NewTemplate,
    Template,
    TemplateChange,
    TemplateFile,
    TemplateId,
    Use,
    Viewer,
    Visibility,
)

__all__ = [
    "NAME_MAX",
    "TEXT_MAX",
    "InvalidTemplate",
    "NewTemplate",
    "Template",
    "TemplateChange",
    "TemplateFile",
    "TemplateId",
    "TemplateNotFound",
    "TemplateNotYours",
    "TemplateWithoutFile",
    "TooManyTemplates",
    "Use",
    "Viewer",
    "Visibility",
    "change",
    "count_uses",
    "create",
    "delete",
    "get",
    "get_many",
    "list_templates",
    "track",
]
