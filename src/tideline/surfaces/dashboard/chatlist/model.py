"""What the template of the list is given. No I/O."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tideline.features.chats import Chat, Tally
from tideline.features.messages import Hit, MessageUid
from tideline.features.numbers import Number
from tideline.features.saved_views import SavedView
from tideline.features.search import Highlight
from tideline.features.workspaces import Teammate
from tideline.surfaces.dashboard.chatlist import wanted as asking
from tideline.surfaces.dashboard.chatlist.wanted import ALL, Wanted
from tideline.surfaces.dashboard.shown import Row
from tideline.surfaces.dashboard.words import N_, _

MOST_COUNTED: Final = 100
BEFORE: Final = 40
AROUND: Final = 160


TWO_WAYS: Final[dict[str, str]] = {
    "kind": N_("Kind"),
    "read": N_("Read or not"),
    "state": N_("Open or closed"),
    "ai": N_("AI agent"),
}


@dataclass(frozen=True, slots=True)
class Tab:
    """A view over the list. `is_buoy` when somebody waits there."""

    label: str
    address: str
    is_current: bool
    count: str = ""
    is_buoy: bool = False
    saved_id: int | None = None


@dataclass(frozen=True, slots=True)
class Chip:
    """One filter that is on, and the address without it."""

    label: str
    value: str
    address: str
    hue: int | None = None


@dataclass(frozen=True, slots=True)
class Choices:
    """What the filters and the changes to many chats offer."""

    numbers: Sequence[Number]
    labels: Sequence[str]
    people: Sequence[Teammate]


@dataclass(frozen=True, slots=True)
class Found:
    """A message that a search found: its chat, and the words around what was looked for, piece by piece."""

    chat: Chat
    hit: Hit
    pieces: Sequence[tuple[str, bool]]
    address: str


@dataclass(frozen=True, slots=True)
class Empty:
    """What to say where nothing is listed, and a way on."""

    title: str
    text: str
    link: str | None = None
    link_label: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """A list as it is shown. `query` goes with every link to a chat, so that the list stays beside it; links of the
    list itself lead to `path`, in the workspace of `workspace_pairs`."""

    wanted: Wanted
    path: str
    workspace_pairs: asking.Pairs
    rows: Sequence[Row]
    tabs: Sequence[Tab]
    chips: Sequence[Chip]
    choices: Choices
    slug: str
    empty: Empty
    is_empty: bool
    newest: str | None = None
    older: str | None = None
    hits: Sequence[Found] | None = None
    more_hits: str | None = None
    cleared: str = "/"

    @property
    def query(self) -> str:
        return asking.address("", self.wanted.pairs)

    @property
    def here(self) -> str:
        return asking.address(self.path, [*self.workspace_pairs, *self.wanted.pairs])

    @property
    def hidden(self) -> asking.Pairs:
        """What a new search keeps of the address."""
        return [pair for pair in (*self.workspace_pairs, *self.wanted.pairs) if pair[0] != "q"]

    def chat_address(self, chat: Chat) -> str:
        return f"/chat/{chat.id}/messages/{self.query}"

    def before_address(self, uid: MessageUid) -> str:
        """Older messages of the chat that is open."""
        return asking.address("", [*self.wanted.pairs, ("before", str(uid))])

    # Forms: they say the workspace themselves, also beside a chat, whose address knows its own

    @property
    def bulk_address(self) -> str:
        return asking.address("/chats/do", [("workspace", self.slug), *self.wanted.pairs])

    @property
    def keep_address(self) -> str:
        return asking.address("/views", [("workspace", self.slug), *self.wanted.pairs])

    def view_address(self, view_id: int) -> str:
        return asking.address(f"/views/{view_id}", [("workspace", self.slug)])

    # What the panel of filters offers

    @property
    def two_ways(self) -> list[tuple[str, str, list[tuple[str, str]]]]:
        return [
            (name, _(TWO_WAYS[name]), [(value, _(said)) for value, said in values.items()])
            for name, values in asking.CHOICES.items()
        ]

    @property
    def responsible(self) -> list[tuple[str, str]]:
        people = [(str(one.id), one.display_name) for one in self.choices.people]
        return [(asking.ME, _("Me")), (asking.NOBODY, _("Nobody")), *people]

    @property
    def labels(self) -> Sequence[str]:
        """Those to choose from, and those that were chosen of very many."""
        return [*(one for one in self.wanted.labels if one not in self.choices.labels), *self.choices.labels]


# Tabs and chips ----------------------------------------------------------------------------------------------


def tabs(wanted: Wanted, path: str, extra: asking.Pairs, tally: Tally, saved: Sequence[SavedView]) -> list[Tab]:
    """The views there are for everybody, then one's own. A search is in none of them."""
    counts = {"mine": tally.mine, "unassigned": tally.unassigned, "unattended": tally.waiting}
    is_plain = not wanted.filters and not wanted.is_searching
    found = []
    for name, label in asking.VIEWS.items():
        view = [] if name == ALL else [("view", name)]
        count = counts.get(name, 0)
        found.append(
            Tab(
                _(label),
                asking.address(path, [*extra, *view]),
                is_current=is_plain and wanted.view == name,
                count=_count(count),
                is_buoy=name == "unattended" and count > 0,
            )
        )
    return [*found, *(_saved_tab(one, wanted, path, extra) for one in saved)]


def _saved_tab(view: SavedView, wanted: Wanted, path: str, extra: asking.Pairs) -> Tab:
    meant = asking.read(pairs_of(view)).pairs
    address = asking.address(path, [*extra, *meant])
    return Tab(view.name, address, is_current=meant == wanted.pairs, saved_id=view.id)


def pairs_of(view: SavedView) -> list[tuple[str, str]]:
    return [(name, value) for name, values in view.filters.items() for value in values]


def _count(count: int) -> str:
    if count >= MOST_COUNTED:
        return f"{MOST_COUNTED - 1}+"
    return str(count) if count else ""


def chips(wanted: Wanted, path: str, extra: asking.Pairs, choices: Choices) -> list[Chip]:
    def chip(pair: tuple[str, str]) -> Chip:
        label, value, hue = _named(pair, choices)
        return Chip(label, value, asking.address(path, [*extra, *asking.without(wanted.pairs, pair)]), hue)

    return [chip(pair) for pair in wanted.filters]


LABELS: Final[dict[str, str]] = {
    "number": N_("Number"),
    "label": N_("Label"),
    "responsible": N_("Responsible"),
    "since": N_("Since"),
    "until": N_("Until"),
}


def _named(pair: tuple[str, str], choices: Choices) -> tuple[str, str, int | None]:
    name, value = pair
    if name in asking.CHOICES:
        return "", _(asking.CHOICES[name][value]), None
    label = _(LABELS[name])
    match name:
        case "number":
            number = next((one for one in choices.numbers if str(one.id) == value), None)
            return label, number_name(number) if number else "?", int(value) % 8 + 1
        case "responsible" if value == asking.ME:
            return label, _("Me"), None
        case "responsible" if value == asking.NOBODY:
            return label, _("Nobody"), None
        case "responsible":
            return label, next((one.display_name for one in choices.people if str(one.id) == value), "?"), None
        case _:
            return label, value, None


def number_name(number: Number) -> str:
    return number.account_name or f"+{number.phone}"


# A hit -------------------------------------------------------------------------------------------------------


def pieces(text: str, marks: Sequence[Highlight]) -> list[tuple[str, bool]]:
    """The part of a text that shows the first mark, cut into what is marked and what is not."""
    first = marks[0].start if marks else 0
    begin = _word_before(text, max(first - BEFORE, 0), first)
    end = begin + AROUND
    found = [("…", False)] if begin else []
    at = begin
    for mark in marks:
        if mark.start >= end:
            break
        found += [(text[at : mark.start], False), (text[mark.start : min(mark.end, end)], True)]
        at = min(mark.end, end)
    found.append((text[at:end] + ("…" if end < len(text) else ""), False))
    return [(piece, is_marked) for piece, is_marked in found if piece]


def _word_before(text: str, begin: int, first: int) -> int:
    """Where the next word begins, so that none is cut; scripts without spaces are cut where it comes."""
    space = text.find(" ", begin, first)
    return space + 1 if begin and space >= 0 else begin


# Nothing there -----------------------------------------------------------------------------------------------

QUIET: Final[dict[str, tuple[str, str]]] = {
    ALL: (
        N_("Slack water"),
        N_("Nobody has written yet. Once a number is linked, every message that comes in shows up here."),
    ),
    "mine": (N_("Nothing is yours"), N_("Open chats that are assigned to you show up here.")),
    "unassigned": (N_("Nothing without an owner"), N_("Open chats for which nobody is responsible show up here.")),
    "unattended": (N_("Nothing waits for you"), N_("Every customer who has written has an answer.")),
    "closed": (N_("Nothing is closed"), N_("Chats that are closed are kept here until their contact writes again.")),
}


def empty(wanted: Wanted, cleared: str) -> Empty:
    """Why there is nothing: because of a search, of filters, or because of the view."""
    if wanted.is_searching:
        text = N_("Neither a name nor a phone nor a message has it. Other words may, or the beginning of one.")
        return Empty(_("Nothing found"), _(text), cleared, _("End the search"))
    if wanted.filters:
        return Empty(_("No chat matches"), _("No chat has all that is asked for."), cleared, _("Clear the filters"))
    if wanted.after is not None:
        return Empty(_("No older chats"), _("The list ends here."), cleared, _("Back to the newest"))
    title, text = QUIET[wanted.view]
    return Empty(_(title), _(text))
