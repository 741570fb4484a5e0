"""`metadata` of requests: held to its limits before anything is done with it."""

from typing import Any

import msgspec

from tideline.features import chats
from tideline.features.chats import InvalidMetadata
from tideline.surfaces.api import problems

LIMITS = "must have at most 50 keys, 8 levels and 16384 bytes"


def checked(given: dict[str, Any] | None) -> dict[str, Any] | None:
    """For `__post_init__`: the error names the member as msgspec's own do."""
    try:
        return chats.clean_metadata(given)
    except InvalidMetadata:
        raise ValueError(f"{LIMITS} - at `$.metadata`") from None


def read(text: str) -> dict[str, Any] | None:
    """The field of a form: an object as JSON text, or nothing."""
    if not text.strip():
        return None
    try:
        return chats.clean_metadata(msgspec.json.decode(text, type=dict[str, Any] | None))
    except InvalidMetadata:
        raise problems.invalid_field("metadata", LIMITS) from None
    except (ValueError, RecursionError):
        raise problems.invalid_field("metadata", "must be a JSON object") from None
