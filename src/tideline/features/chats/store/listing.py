"""The list of chats with its filters, quick in a workspace of a hundred thousand chats.

Filters by name, phone and label can be met by almost every chat or by almost none, and the planner cannot know
which. So they first look at the chats with the newest messages: what many chats meet fills a page there. What few
meet is found by the index of substrings, of phones or of labels. Nobody's text becomes a pattern: substrings are
compared with `strpos`, so %, _ and backslash are characters like others.

For somebody who sees a part of the workspace, the newest are the newest of each way to see a chat, and few chats in
sight lead before any other source does.

A list that is read on while it moves goes on behind the last chat that was shown, not behind a number of chats.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from tideline.features.chats import names, phones
from tideline.features.chats.model import Chat, ChatFilter, Place
from tideline.features.chats.phones import Containing, EndingWith, Exactly
from tideline.features.chats.sight import Sight
from tideline.features.chats.store.chats import COLUMNS, JOINS, ROSTER, read
from tideline.features.chats.store.sight import ORDER, all_seen, newest_of_all, newest_seen, seen_by
from tideline.platform import substrings
from tideline.platform.db import Row, Tx

WINDOW: Final = 1000
FEW: Final = 3000
SILENT: Final = Place(None, "")
"""Before the chats without messages, which come last."""


@dataclass(slots=True)
class _Query:
    """Conditions on `c`, and the sets of chat ids that can lead to them; arguments are numbered as they come."""

    args: list[Any] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    conditions: list[str] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    place: str = "true"
    is_led: bool = False
    is_walked: bool = False
    is_by_number: bool = False

    def arg(self, value: Any, kind: str) -> str:
        self.args.append(value)
        name = f"${len(self.args)}::{kind}"
        self.names.append(name)
        return name

    @property
    def meets(self) -> str:
        """All conditions; PostgreSQL wants to know the type of every argument, also of one that only sources use."""
        mentioned = [f"(ROW({', '.join(self.names)}) IS NULL OR true)"] if self.names else []
        return " AND ".join([*self.conditions, *mentioned]) or "true"

    def where(self, condition: str) -> None:
        self.conditions.append(condition)

    def where_of_numbers(self, condition: str) -> None:
        """A condition that has an index for each number, in the order of the list."""
        self.conditions.append(condition)
        self.is_by_number = True

    def where_found(self, condition: str, source: str) -> None:
        """A condition that an index can lead to: `source` selects the ids of the chats that may meet it."""
        self.conditions.append(condition)
        self.sources.append(source)

    def where_found_lately(self, condition: str, source: str) -> None:
        """The same for a condition that a few chats meet or most of them do: whoever asks for a page far behind asks
        for most, and then to look at the chats in their order costs less than to collect them first."""
        self.is_walked = not self.sources
        self.where_found(condition, source)

    def where_one_of(self, source: str) -> None:
        """The chats that `source` selects, which are few: nothing else has to lead to them."""
        self.conditions.append(_among(source))
        self.is_led = True


def _among(source: str) -> str:
    """An array is made once and its ids are looked up by key, however wrong the planner's idea of their number is."""
    return f"c.id = ANY (ARRAY({source}))"


async def list_chats(tx: Tx, wanted: ChatFilter, *, offset: int, limit: int) -> list[Chat]:
    """One page; the newest last message first, then by name, chats without messages last."""
    return read(await _list(tx, wanted, None, offset, limit))


async def list_behind(tx: Tx, wanted: ChatFilter, place: Place | None, *, limit: int) -> list[Chat]:
    """The same behind a place in the list. Chats without messages are asked for apart, so that both questions can be
    read from an index, from the place on."""
    rows = await _list(tx, wanted, place, 0, limit)
    if place is not None and place.at is not None and len(rows) < limit:
        rows += await _list(tx, wanted, SILENT, 0, limit - len(rows))
    return read(rows)


async def _list(tx: Tx, wanted: ChatFilter, place: Place | None, offset: int, limit: int) -> list[Row]:
    query = _Query([tx.workspace_id])
    sight = Sight.of(wanted.visible_to) if wanted.visible_to is not None else None
    who = query.arg(sight.teammate_id, "int") if sight is not None else ""
    _read(tx, query, wanted)
    if place is not None:
        query.place = _behind(query, place)
        query.where(query.place)
    if sight is None:
        return await _list_everything(tx, query, offset, limit)
    return await _list_in_sight(tx, query, sight, who, offset, limit)


def _behind(query: _Query, place: Place) -> str:
    key = query.arg(place.name_key, "text")
    if place.at is None:
        return f"c.last_message_at IS NULL AND c.name_key > {key}"
    at = query.arg(place.at, "timestamptz")
    return f"c.last_message_at <= {at} AND (c.last_message_at < {at} OR c.name_key > {key})"


async def _list_everything(tx: Tx, query: _Query, offset: int, limit: int) -> list[Row]:
    if query.is_by_number and not query.is_led and not query.sources and offset + limit <= WINDOW:
        page = newest_of_all(query.meets, offset, limit)
        return await _all(tx, _among(page), query.args, 0, limit)
    if query.is_led or not query.sources:
        return await _all(tx, query.meets, query.args, offset, limit)
    if offset + limit <= WINDOW:
        rows = await _newest(tx, query, offset, limit)
        if len(rows) == limit:
            return rows
    elif query.is_walked:
        return await _all(tx, query.meets, query.args, offset, limit)
    return await _all(tx, f"{_among(query.sources[0])} AND {query.meets}", query.args, offset, limit)


async def _list_in_sight(tx: Tx, query: _Query, sight: Sight, who: str, offset: int, limit: int) -> list[Row]:
    """The same steps within what somebody sees, which may be half of the workspace or three chats."""
    seen = seen_by(sight, who)
    if query.is_led:
        return await _all(tx, f"{seen} AND {query.meets}", query.args, offset, limit)
    if not query.sources:
        page = newest_seen(sight, who, query.meets, offset, limit)
        return await _all(tx, _among(page), query.args, 0, limit)
    if offset + limit <= WINDOW:
        window = newest_seen(sight, who, query.place, 0, WINDOW)
        rows = await _all(tx, f"{_among(window)} AND {query.meets}", query.args, offset, limit)
        if len(rows) == limit:
            return rows
    source = await _few_in_sight(tx, sight) or query.sources[0]
    return await _all(tx, f"{_among(source)} AND {seen} AND {query.meets}", query.args, offset, limit)


async def _few_in_sight(tx: Tx, sight: Sight) -> str | None:
    """What leads to the chats in sight, unless these are many."""
    source = all_seen(sight, "$2::int", FEW + 1)
    seen = await tx.value(f"SELECT count(*) FROM ({source}) AS seen", tx.workspace_id, sight.teammate_id)
    return source if seen <= FEW else None


async def _all(tx: Tx, conditions: str, args: Sequence[Any], offset: int, limit: int) -> list[Row]:
    return await tx.fetch(
        f"""
        SELECT {COLUMNS}, {ROSTER} FROM tenant.chat c {JOINS}
        WHERE c.workspace = $1 AND {conditions}
        ORDER BY {ORDER} LIMIT {limit} OFFSET {offset}
        """,
        *args,
    )


async def _newest(tx: Tx, query: _Query, offset: int, limit: int) -> list[Row]:
    return await tx.fetch(
        f"""
        SELECT {COLUMNS}, {ROSTER} FROM (
            SELECT * FROM tenant.chat c WHERE c.workspace = $1 AND {query.place} ORDER BY {ORDER} LIMIT {WINDOW}
        ) AS c {JOINS}
        WHERE c.workspace = $1 AND {query.meets}
        ORDER BY {ORDER} LIMIT {limit} OFFSET {offset}
        """,
        *query.args,
    )


def _read(tx: Tx, query: _Query, wanted: ChatFilter) -> None:
    """The most selective kinds of sources first: the first one leads, the others are checked chat by chat."""
    if wanted.ids is not None:
        query.where(f"c.id = ANY ({query.arg(list(wanted.ids), 'int[]')})")
        query.is_led = True
    _by_phone(tx, query, wanted)
    _by_name(tx, query, wanted)
    if wanted.called is not None:
        _by_either(tx, query, wanted.called)
    _by_label(query, wanted)
    _by_view(query, wanted)
    _by_column(query, wanted)


def _by_phone(tx: Tx, query: _Query, wanted: ChatFilter) -> None:
    if wanted.whatsapp_phone is not None:
        _by_whatsapp_phone(query, wanted.whatsapp_phone)
    if wanted.phone is not None:
        query.where("c.contact_id IS NOT NULL")
        match phones.pattern(wanted.phone):
            case Exactly(digits):
                people = _people(query, Exactly(digits))
                query.where_one_of(f"SELECT c.id FROM tenant.chat c WHERE {_with(people)}")
            case Containing(digits) if digits:
                mine = query.arg(digits, "text")
                grams = query.arg(substrings.grams(tx.workspace_id, "p", digits), "text[]")
                query.where_found(f"strpos(COALESCE(c.phone, c.lid), {mine}) > 0", _search("phone", "p", [grams]))


def _by_whatsapp_phone(query: _Query, typed: Sequence[str]) -> None:
    """The direct chats with these people, and the groups they are in."""
    patterns = [phones.whatsapp_pattern(some) for some in typed]
    people = " UNION ALL ".join(_people(query, pattern) for pattern in patterns) or "SELECT 0 WHERE false"
    query.where_one_of(
        f"""
        SELECT c.id FROM tenant.chat c WHERE {_with(people)}
        UNION ALL SELECT c.chat_id FROM tenant.chat_member c WHERE {_with(people)}
        """
    )


def _with(people: str) -> str:
    return f"c.workspace = $1 AND c.contact_id = ANY (ARRAY({people}))"


def _people(query: _Query, pattern: Exactly | EndingWith) -> str:
    """Phones are indexed from behind. `;` is the character after the digits (and after `:`), so the bounds hold
    every phone with this end."""
    digits = query.arg(pattern.digits[::-1], "text")
    backwards = "reverse(COALESCE(p.phone, p.lid, ''))"
    if isinstance(pattern, Exactly):
        meets = f"{backwards} = {digits}"
    else:
        meets = f"{backwards} ~>=~ {digits} AND {backwards} ~<~ ({digits} || ';')"
    return f"SELECT p.id FROM tenant.contact p WHERE p.workspace = $1 AND p.merged_into IS NULL AND {meets}"


def _by_name(tx: Tx, query: _Query, wanted: ChatFilter) -> None:
    if wanted.names is None:
        return
    keys = [key for name in wanted.names if (key := names.key(name)) and names.is_storable(key)]
    grams = [query.arg(substrings.grams(tx.workspace_id, "n", key), "text[]") for key in keys]
    condition = " OR ".join(f"strpos(c.name_key, {query.arg(key, 'text')}) > 0" for key in keys) or "false"
    query.where_found(f"({condition})", _search("name_key", "n", grams) if keys else "SELECT 0 WHERE false")


def _by_either(tx: Tx, query: _Query, called: str) -> None:
    """By a part of the name, or of the phone where it looks like one."""
    key, digits = names.key(names.tidy(called)), phones.part(called)
    if not key:
        query.where("false")
        return
    ways = [f"strpos(c.name_key, {query.arg(key, 'text')}) > 0"]
    sources = [_search("name_key", "n", [query.arg(substrings.grams(tx.workspace_id, "n", key), "text[]")])]
    if digits is not None:
        ways.append(f"strpos(COALESCE(c.phone, c.lid, ''), {query.arg(digits, 'text')}) > 0")
        grams = query.arg(substrings.grams(tx.workspace_id, "p", digits), "text[]")
        sources.append(_search("phone", "p", [grams]))
    query.where_found(f"({' OR '.join(ways)})", " UNION ".join(sources))


def _search(column: str, mark: str, grams: Sequence[str]) -> str:
    """The chats that have all the substrings of one of the wanted texts."""
    indexed = f"tenant.grams(s.workspace, '{mark}', s.{column})"
    has_some = " OR ".join(f"{indexed} @> {some}" for some in grams)
    return f"SELECT s.chat_id AS id FROM tenant.chat_search s WHERE s.workspace = $1 AND ({has_some})"


def _by_label(query: _Query, wanted: ChatFilter) -> None:
    if wanted.labels is None:
        return
    labels = query.arg(_storable(wanted.labels), "text[]")
    source = f"""
        SELECT DISTINCT cl.chat_id AS id FROM tenant.label l
        JOIN tenant.chat_label cl ON cl.workspace = l.workspace AND cl.label_id = l.id
        WHERE l.workspace = $1 AND l.name = ANY ({labels})
    """
    query.where_found(f"c.labels && {labels}", source)


def _by_view(query: _Query, wanted: ChatFilter) -> None:
    if wanted.is_waiting:
        query.where_of_numbers("c.waiting_since IS NOT NULL")
    elif wanted.is_waiting is not None:
        query.where("c.waiting_since IS NULL")
    if wanted.is_assigned is False and wanted.is_closed is False:
        query.where_of_numbers("c.responsible_id IS NULL")
    elif wanted.is_assigned is not None:
        query.where("c.responsible_id IS NOT NULL" if wanted.is_assigned else "c.responsible_id IS NULL")


def _chats_with(condition: str) -> str:
    return f"SELECT c.id FROM tenant.chat c WHERE c.workspace = $1 AND {condition}"


def _by_column(query: _Query, wanted: ChatFilter) -> None:
    """Flags stand in the statement itself, so that the planner knows how many chats have them."""
    if wanted.number_jids is not None:
        jids = query.arg(_storable(wanted.number_jids), "text[]")
        theirs = f"SELECT o.id FROM tenant.number o WHERE o.workspace = $1 AND o.jid = ANY ({jids})"
        query.where(f"c.number_id = ANY (ARRAY({theirs}))")
    if wanted.number_ids is not None:
        query.where(f"c.number_id = ANY ({query.arg(list(wanted.number_ids), 'int[]')})")
    if wanted.is_business is not None:
        # As a set that is looked into, not as a join: most workspaces have no business number, and the planner must
        # not hope for few rows.
        theirs = "SELECT o.id FROM tenant.number o WHERE o.workspace = $1 AND o.is_business"
        query.where(f"c.number_id IN ({theirs})" if wanted.is_business else f"c.number_id NOT IN ({theirs})")
    if wanted.responsible is not None:
        emails = query.arg([email.strip().lower() for email in _storable(wanted.responsible)], "text[]")
        theirs = f"SELECT o.id FROM tenant.teammate o WHERE o.workspace = $1 AND lower(o.email) = ANY ({emails})"
        condition = f"c.responsible_id = ANY (ARRAY({theirs}))"
        is_open = " AND c.closed_at IS NULL" if wanted.is_closed is False else ""
        query.where_found(condition, _chats_with(f"{condition}{is_open}"))
    if wanted.is_group:
        query.where_found_lately("c.contact_id IS NULL", _chats_with("c.group_jid IS NOT NULL"))
    elif wanted.is_group is not None:
        query.where("c.contact_id IS NOT NULL")
    if wanted.is_read:
        query.where("c.is_read")
    elif wanted.is_read is not None:
        query.where_of_numbers("NOT c.is_read")
    if wanted.is_closed:
        query.where_of_numbers("c.closed_at IS NOT NULL")
    elif wanted.is_closed is not None:
        query.where("c.closed_at IS NULL")
    if wanted.autoresponse:
        query.where("c.autoresponse")
    elif wanted.autoresponse is not None:
        query.where_found_lately("NOT c.autoresponse", _chats_with("NOT c.autoresponse"))
    if wanted.created_after is not None:
        query.where(f"c.created_at > {query.arg(wanted.created_after, 'timestamptz')}")
    if wanted.created_before is not None:
        query.where(f"c.created_at < {query.arg(wanted.created_before, 'timestamptz')}")
    if wanted.updated_after is not None:
        since = f"c.updated_at >= {query.arg(wanted.updated_after, 'timestamptz')}"
        query.where_found_lately(since, f"SELECT c.id FROM tenant.chat c WHERE c.workspace = $1 AND {since}")
    if wanted.updated_before is not None:
        query.where(f"c.updated_at <= {query.arg(wanted.updated_before, 'timestamptz')}")


def _storable(wanted: Sequence[str]) -> list[str]:
    """What no database can store, it cannot find either."""
    return [text for text in wanted if names.is_storable(text)]
