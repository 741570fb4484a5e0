"""`metadata` of requests: held to its limits before anything is done with it."""

from typing import Any

from tideline.features import chats
from tideline.features.chats import InvalidMetadata


def checked(given: dict[str, Any] | None) -> dict[str, Any] | None:
    """For `__post_init__`: the error names the member as msgspec's own do."""
    try:
        return chats.clean_metadata(given)
    except InvalidMetadata:
        raise ValueError("must have at most 50 keys, 8 levels and 16384 bytes - at `$.metadata`") from None
