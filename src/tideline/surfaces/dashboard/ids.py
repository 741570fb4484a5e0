"""Ids in addresses: what is none, or a larger one than there can be, leads nowhere. No I/O."""

from starlette.requests import Request

from tideline.surfaces.dashboard.visits import NotHere

LARGEST_ID = 2**31 - 1


def chat_id(request: Request) -> int:
    return parse(request.path_params["chat_id"])


def parse(given: str) -> int:
    if not (given.isascii() and given.isdigit() and len(given) <= 10 and 0 < int(given) <= LARGEST_ID):
        raise NotHere
    return int(given)
