"""What can go wrong with templates, in the user's words."""

from typing import Any

from tideline.platform.errors import Problem


class TemplateNotFound(Problem):
    """There is none with this id, or it is out of sight. Takes what was asked for."""

    code = "template_not_found"
    message = "There is no such template."

    def __init__(self, asked: Any) -> None:
        super().__init__(f'Template id "{asked}" not found', asked=asked)


class TemplateNotYours(Problem):
    """Everybody who sees it may use it; this change is up to its author and to those who keep the workspace."""

    code = "template_not_yours"
    message = "You may use this template, but not change it like that."


class InvalidTemplate(Problem):
    code = "invalid_template"
    message = "A template has a name of 1 to 160 and a text of 1 to 4096 characters."


class TooManyTemplates(Problem):
    code = "too_many_templates"
    message = "This workspace has 2000 templates and cannot have more. Delete some that nobody uses."


class TemplateWithoutFile(Problem):
    """Asked to attach the file of a template that has none, or whose file was deleted."""

    code = "template_without_file"
    message = "This template has no file to attach."
