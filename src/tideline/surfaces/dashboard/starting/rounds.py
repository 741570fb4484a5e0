"""What became of one message to several, for whoever wrote it."""

from typing import Final
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from tideline.features import messages, numbers
from tideline.features.messages import Status
from tideline.surfaces.dashboard.pages import Pages
from tideline.surfaces.dashboard.talk.answers import is_for_script
from tideline.surfaces.dashboard.visits import NotHere, Visits
from tideline.surfaces.dashboard.words import N_

MOST_EARLIER: Final = 20


WORDS: Final = {
    Status.PENDING: N_("Waiting to be sent"),
    Status.SENDING: N_("Sending"),
    Status.SENT: N_("Sent"),
    Status.DELIVERED: N_("Delivered"),
    Status.READ: N_("Read"),
    Status.FAILED: N_("Failed"),
}


class Rounds:
    def __init__(self, pages: Pages, visits: Visits) -> None:
        self._pages = pages
        self._visits = visits

    async def show(self, request: Request) -> Response:
        uid = _uid(request.path_params["uid"])
        async with self._visits.to_workspace(request, request.query_params.get("workspace")) as (tx, visitor):
            found, places = await messages.get_round(tx, uid, visitor.me)
            number = await numbers.get(tx, found.number_id)
        is_part = is_for_script(request)
        show = self._pages.fragment if is_part else self._pages.inbox
        return show(
            request,
            "_round.html" if is_part else "round.html",
            visitor,
            round=found,
            recipients=places,
            number=number,
            words=WORDS,
            accepted=sum(place.message is not None for place in places),
        )

    async def list(self, request: Request) -> Response:
        async with self._visits.to_workspace(request, request.query_params.get("workspace")) as (tx, visitor):
            found = await messages.list_rounds(tx, visitor.me, MOST_EARLIER)
        return self._pages.inbox(request, "rounds.html", visitor, rounds=found)


def _uid(given: str) -> UUID:
    try:
        return UUID(given)
    except ValueError:
        raise NotHere from None
