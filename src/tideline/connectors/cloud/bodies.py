"""Reading what the Business Platform posts, also where it is not quite JSON. No I/O."""

import json
from typing import Any

import msgspec


def read(body: bytes) -> Any:
    """What a body says. Half characters and numbers of any size are no reason to lose what stands beside them.

    Raises ValueError or RecursionError for what is no JSON at all.
    """
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return json.loads(_whole_characters(json.dumps(json.loads(body), ensure_ascii=False)))


def _whole_characters(text: str) -> str:
    """Half of a surrogate pair is nothing that can be kept."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
