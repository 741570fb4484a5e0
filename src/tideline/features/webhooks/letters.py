"""What is written to the owner of a workspace about a webhook that does not get through. No I/O."""

from urllib.parse import urlsplit

from tideline.features.webhooks.delivery import Answer
from tideline.features.webhooks.model import Webhook
from tideline.features.workspaces import Teammate, Workspace
from tideline.platform.mail import Letter


def failing(workspace: Workspace, owner: Teammate, webhook: Webhook, answer: Answer, failed: int) -> Letter:
    """The address may hold a secret, so the mail names its host only."""
    return Letter(
        kind="webhook_failing",
        about=f"webhook {webhook.id} in {workspace.id}",
        to=owner.email,
        name=owner.display_name,
        subject=f"A webhook of {workspace.display_name} does not get through",
        text=f"""Hello {owner.display_name},

the last {failed} events for webhook {webhook.id} ({webhook.event_type}) of the workspace
"{workspace.display_name}" could not be delivered to {urlsplit(webhook.url).hostname}, although
each was tried several times. {_last(answer)}

The webhook stays on, and new events are delivered as soon as the receiver takes them. What
was given up is in the log of the webhook, and can be delivered again from there.

You get this mail at most once a day for each webhook.
""",
    )


def _last(answer: Answer) -> str:
    return f"The last answer was {answer.status}." if answer.status else f"The last problem was {answer.error}."
