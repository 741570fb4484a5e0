"""Uids as clients write them. What is no uid names nothing, so it is not found."""

import re
from uuid import UUID

from tideline.features.messages import MessageUid
from tideline.surfaces.api import problems

FORM = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)


def message_uid_of(text: str) -> MessageUid:
    if not FORM.fullmatch(text):
        raise problems.message_missing(text)
    return MessageUid(UUID(text))


def file_uid_of(text: str) -> UUID:
    if not FORM.fullmatch(text):
        raise problems.file_missing(text)
    return UUID(text)
