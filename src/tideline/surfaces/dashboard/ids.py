"""Ids in addresses: what is none, or a larger one than there can be, leads nowhere. No I/O."""

from starlette.requests import Request

from tideline.surfaces.dashboard.visits import NotHere

LARGEST_ID = 2**31 - 1


def chat_id(request: Request) -> int:
    return parse(request.path_params["chat_id"])


def parse(given: str) -> int:
    found = find(given)
    if found is None:
        raise NotHere
    return found


def find(given: str) -> int | None:
    """None for what is no id."""
    is_short = given.isascii() and given.isdigit() and len(given) <= 10
    return int(given) if is_short and 0 < int(given) <= LARGEST_ID else None
