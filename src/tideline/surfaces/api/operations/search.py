"""Search: messages by their words."""

from typing import Literal

import msgspec

from tideline.features import messages, search, workspaces
from tideline.features.messages import MessageType, SearchFilter
from tideline.features.search import Question
from tideline.features.workspaces import Caller, Teammate
from tideline.platform.db import Tx
from tideline.surfaces.api import problems, shapes
from tideline.surfaces.api.limits import SEARCH
from tideline.surfaces.api.operations.paging import page_size
from tideline.surfaces.api.registry import operation
from tideline.surfaces.api.times import Moment
from tideline.surfaces.api.wire import Wire

Texts = tuple[str, ...]


class SearchQuery(msgspec.Struct):
    q: str | None = None
    chat_id: int | None = None
    whatsapp_account_id: Texts | None = None
    sender: Texts | None = None
    from_me: bool | None = None
    message_type: Literal["whatsapp", "note", "email", "summary"] | None = None
    after: Moment | None = None
    before: Moment | None = None
    page: int = 1
    limit: str | None = None


@operation("searchMessages")
async def search_messages(tx: Tx, caller: Caller, query: SearchQuery, show: Wire) -> shapes.FoundMessagePage:
    question = _question(query.q)
    teammate = await workspaces.get_teammate(tx, caller.teammate_id)
    wanted = _filter(query, show, teammate)
    page = await messages.search_messages(tx, question, wanted, page=query.page, size=page_size(query.limit))
    return show.found_page(page, tx.now)


def _question(typed: str | None) -> Question:
    if typed is None:
        raise problems.invalid_field("q", "can not be empty string")
    if len(typed) > SEARCH:
        raise problems.invalid_field("q", f"must have at most {SEARCH} characters")
    return search.read_question(typed)


def _filter(query: SearchQuery, show: Wire, teammate: Teammate) -> SearchFilter:
    return SearchFilter(
        chat_id=query.chat_id,
        number_jids=query.whatsapp_account_id,
        senders=query.sender,
        from_me=query.from_me,
        type=None if query.message_type is None else MessageType(query.message_type),
        after=None if query.after is None else show.time.first(query.after),
        before=None if query.before is None else show.time.last(query.before),
        visible_to=teammate,
    )
