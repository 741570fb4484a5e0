"""What can go wrong with webhooks, in the user's words."""

from typing import Any

from tideline.platform.errors import Problem


class WebhookNotFound(Problem):
    """Takes the id that was asked for."""

    code = "webhook_not_found"
    message = "There is no such webhook."

    def __init__(self, asked: Any) -> None:
        super().__init__(f'Webhook "{asked}" not found', asked=asked)


class WebhookExists(Problem):
    code = "webhook_exists"
    message = "Another webhook of this workspace has the same event type and URL."


class TooManyWebhooks(Problem):
    code = "too_many_webhooks"
    message = "This workspace has as many webhooks as it may have. Delete one first."


class InvalidUrl(Problem):
    """Takes what is wrong with it."""

    code = "invalid_url"
    message = "A webhook's URL begins with http:// or https:// and has at most 4096 characters."
