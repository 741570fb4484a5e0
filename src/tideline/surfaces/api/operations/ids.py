"""Uids as clients write them. What is no uid names nothing, so it is not found."""

import re
from uuid import UUID

from tideline.features.messages import MessageUid
from tideline.features.webhooks import WebhookId
from tideline.features.workspaces import TeammateId
from tideline.surfaces.api import problems

NUMERIC = re.compile(r"[1-9][0-9]{0,9}", re.ASCII)
FORM = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)


def message_uid_of(text: str) -> MessageUid:
    if not FORM.fullmatch(text):
        raise problems.message_missing(text)
    return MessageUid(UUID(text))


def delivery_uid_of(text: str) -> UUID:
    if not FORM.fullmatch(text):
        raise problems.missing("Delivery #", text)
    return UUID(text)


def file_uid_of(text: str) -> UUID:
    if not FORM.fullmatch(text):
        raise problems.file_missing(text)
    return UUID(text)


def teammate_id_of(text: str) -> TeammateId:
    """The contract calls this one a string too."""
    if not NUMERIC.fullmatch(text):
        raise problems.missing("Teammate #", text)
    return TeammateId(int(text))


def webhook_id_of(text: str) -> WebhookId:
    """The contract calls it a string, and it is a number."""
    if not NUMERIC.fullmatch(text):
        raise problems.missing("Webhook #", text)
    return WebhookId(int(text))
