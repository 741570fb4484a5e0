"""What is done with the chats that were chosen in the list: all of it in one transaction, told in one sentence."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from tideline.features import chats, workspaces
from tideline.features.chats import BULK_MAX, Kept, Outcome
from tideline.features.workspaces import Teammate, TeammateId
from tideline.platform.db import Tx
from tideline.surfaces.dashboard import ids as addresses
from tideline.surfaces.dashboard.chatlist import wanted as asking
from tideline.surfaces.dashboard.chatlist.reading import read_list
from tideline.surfaces.dashboard.pages import Pages
from tideline.surfaces.dashboard.security import BadForm, Cookies, StaleForm, read_fields
from tideline.surfaces.dashboard.talk.answers import is_for_script
from tideline.surfaces.dashboard.visits import Visits
from tideline.surfaces.dashboard.words import _, ngettext

MOST_FIELDS: Final = BULK_MAX + 50
PLAIN: Final = {
    "close": chats.close_many,
    "reopen": chats.reopen_many,
    "read": chats.mark_read_many,
    "unread": chats.mark_unread_many,
}
LABELLING: Final = {"label": chats.add_label_many, "unlabel": chats.remove_label_many}


class Bulk:
    def __init__(self, pages: Pages, visits: Visits, cookies: Cookies) -> None:
        self._pages = pages
        self._visits = visits
        self._cookies = cookies

    async def change(self, request: Request) -> Response:
        """`do` is a word, or `assign-` and whom to. A browser without script gets the list again, with the sentence."""
        fields = await read_fields(request, most=MOST_FIELDS)
        form = dict(fields)
        if not self._cookies.is_from_our_form(request, form):
            raise StaleForm
        named = [addresses.parse(value) for name, value in fields if name == "chat"]

        async def run(tx: Tx, me: Teammate) -> Outcome:
            return await _do(tx, me, form.get("do", ""), form.get("label", ""), named)

        visitor, outcome = await self._visits.act(request, request.query_params.get("workspace"), run)
        said = sentences(outcome)
        if is_for_script(request):
            return self._pages.fragment(request, "_bulk_done.html", visitor, said=said)
        async with self._visits.to_workspace(request, visitor.workspace.slug) as (tx, visitor):
            listed = await read_list(tx, visitor, request)
        return self._pages.inbox(request, "chats.html", visitor, listed=listed, open_chat=None, said=said)


async def _do(tx: Tx, me: Teammate, do: str, label: str, named: Sequence[int]) -> Outcome:
    if do in PLAIN:
        return await PLAIN[do](tx, named, me)
    if do in LABELLING:
        return await LABELLING[do](tx, named, me, label)
    verb, _dash, whom = do.partition("-")
    if verb != "assign":
        raise BadForm
    return await chats.assign_many(tx, named, me, await _email(tx, me, whom))


async def _email(tx: Tx, me: Teammate, whom: str) -> str | None:
    if whom == asking.NOBODY:
        return None
    if whom == asking.ME:
        return me.email
    return (await workspaces.get_teammate(tx, TeammateId(addresses.parse(whom)))).email


def sentences(outcome: Outcome) -> list[str]:
    """How many were changed, and which not, and why."""
    why = Counter(outcome.kept.values())
    said = [ngettext("{count} chat changed.", "{count} chats changed.", len(outcome.changed))]
    if not outcome.changed and not outcome.kept:
        said = [_("No chat was chosen.")]
    if count := why[Kept.SAME]:
        said.append(ngettext("{count} was so already.", "{count} were so already.", count))
    if count := why[Kept.GONE]:
        said.append(ngettext("{count} is gone, or not yours to see.", "{count} are gone, or not yours to see.", count))
    if count := why[Kept.FULL]:
        said.append(ngettext("{count} has all labels it can have.", "{count} have all labels they can have.", count))
    return said
