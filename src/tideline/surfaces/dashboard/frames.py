"""Who may show the QR page inside a page of their own, and what the headers say about it. No I/O."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from starlette.datastructures import QueryParams

from tideline.surfaces.dashboard import security

ORIGIN = re.compile(r"https?://(?:[a-z0-9_](?:[a-z0-9._-]*[a-z0-9_])?|\[[0-9a-f:]+\])(?::[0-9]{1,5})?")
CLOSED = "frame-ancestors 'none'"


@dataclass(frozen=True, slots=True)
class Host:
    """In whose name the QR pages of a workspace are shown, and the origins whose pages may show them in a frame,
    exactly as browsers write them."""

    name: str | None = None
    origins: Sequence[str] = ()


NOBODY = Host()
HostOf = Callable[[int], Awaitable[Host]]


def is_embedding(query: QueryParams) -> bool:
    return query.get("display_mode") == "embedding"


def clean(origins: Sequence[str]) -> list[str]:
    """Only whole origins: anything else in the header would let in more than it says, or nobody at all."""
    return [origin for origin in origins if ORIGIN.fullmatch(origin)]


def headers(origins: Sequence[str] = ()) -> Mapping[str, str]:
    """Those of every page; with origins, their pages and no others may have this one in a frame."""
    answer = {**security.HEADERS, "X-Robots-Tag": "noindex, nofollow"}
    if origins:
        # X-Frame-Options knows no lists: left in, it would keep everybody out
        del answer["X-Frame-Options"]
        answer["Content-Security-Policy"] = security.POLICY.replace(CLOSED, f"frame-ancestors {' '.join(origins)}")
    return answer
