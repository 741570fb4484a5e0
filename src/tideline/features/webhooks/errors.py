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


class DeliveryNotFound(Problem):
    """Takes the uid that was asked for."""

    code = "delivery_not_found"
    message = "There is no such delivery, or it is no longer kept."

    def __init__(self, asked: Any) -> None:
        super().__init__(f'Delivery "{asked}" not found', asked=asked)


class DeliveryUnderWay(Problem):
    code = "delivery_under_way"
    message = "This event is still being delivered."


class InvalidCursor(Problem):
    code = "invalid_cursor"
    message = "This is not a cursor of this workspace's event log."


class CursorExpired(Problem):
    """Takes why."""

    code = "cursor_expired"
    message = "The event log does not go back to this cursor. Begin again without one."
