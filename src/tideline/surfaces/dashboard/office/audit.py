"""The audit log: who did what, when and from where; filtered, paged, and to take along."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from starlette.requests import Request
from starlette.responses import Response

from tideline.features import audit, workspaces
from tideline.features.audit import KINDS, About, Area, Cursor, Entry, Filter
from tideline.features.workspaces import Action, Teammate, TeammateId, ensure_may
from tideline.platform.db import Tx
from tideline.surfaces.dashboard import ids, sheets
from tideline.surfaces.dashboard.office import audit_words as words
from tideline.surfaces.dashboard.office.audit_words import Names
from tideline.surfaces.dashboard.office.office import Office, ensure
from tideline.surfaces.dashboard.visits import Visitor
from tideline.surfaces.dashboard.words import Words, _, speaking, use

SECTION = "audit"
SIZE = 50
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
LATEST = 2**53
CONCERNED = frozenset({"chat", "number", "webhook", "teammate", "template"})


@dataclass(frozen=True)
class Asked:
    """What the page was asked for: the words of the address that mean something, and the filter they come to."""

    texts: Mapping[str, str]
    filter: Filter
    before: Cursor | None = None


class AuditPage:
    def __init__(self, office: Office) -> None:
        self._office = office

    async def show(self, request: Request) -> Response:
        async with self._office.visit(request) as (tx, visitor):
            ensure(visitor, Action.AUDIT)
            asked = _asked(request.query_params, visitor)
            page = await audit.list_entries(tx, asked.filter, before=asked.before, size=SIZE)
            people = await workspaces.list_teammates(tx)
            names = await _names(tx, page.entries, people)
        return self._office.page(
            request,
            "audit.html",
            visitor,
            section=SECTION,
            days=self._office.deps.audit_days,
            entries=[words.shown(entry, names) for entry in page.entries],
            older=_text_of(page.next) if page.next else None,
            is_later_page=asked.before is not None,
            asked=asked.texts,
            is_filtered=any(asked.texts.values()),
            about=words.about_filter(page.entries, names) if asked.filter.about else None,
            people=sorted(people, key=lambda one: one.display_name.casefold()),
            areas=words.AREAS,
            kinds=words.kinds(),
        )

    async def export(self, request: Request) -> Response:
        """A copy of everything that the filter lets through; that somebody took it is an entry itself."""
        form = await self._office.form(request)

        async def run(tx: Tx, me: Teammate) -> Sequence[Teammate]:
            ensure_may(me.role, Action.AUDIT)
            await audit.tell_exported(tx)
            return await workspaces.list_teammates(tx)

        visitor, people = await self._office.act(request, run)
        asked, language = _asked(form, visitor), speaking()
        return sheets.download(f"audit-{visitor.workspace.slug}.csv", self._rows(visitor, asked, people, language))

    async def _rows(
        self, visitor: Visitor, asked: Asked, people: Sequence[Teammate], language: Words
    ) -> AsyncIterator[Sequence[sheets.Row]]:
        use(language)
        db, workspace_id = self._office.deps.db, visitor.workspace.id
        yield [[_(head) for head in words.HEADS]]
        async for entries in audit.export(db, workspace_id, asked.filter):
            async with db.read(workspace_id) as tx:
                names = await _names(tx, entries, people)
            yield [words.row(entry, names, visitor.zone) for entry in entries]


async def _names(tx: Tx, entries: Sequence[Entry], people: Sequence[Teammate]) -> Names:
    """Names of all whom these entries speak of, those who have left too."""
    known = {one.id: one for one in people}
    wanted = {TeammateId(one) for entry in entries for one in words.teammates_in(entry)} - known.keys()
    return {**known, **await workspaces.find_teammates(tx, wanted)}


def _asked(given: Mapping[str, str], visitor: Visitor) -> Asked:
    """What makes no sense is as if it had not been asked."""
    person, area, kind = ids.find(given.get("person", "")), given.get("area", ""), given.get("kind", "")
    about = _about(given.get("about", ""))
    since, until = _day(given.get("since", "")), _day(given.get("until", ""))
    wanted = Filter(
        person=person,
        area=Area(area) if area in list(Area) else None,
        kind=kind if kind in KINDS else None,
        about=about,
        since=_midnight(since, visitor) if since else None,
        until=_midnight(until + timedelta(days=1), visitor) if until else None,
    )
    meant = {
        "person": str(person) if person else "",
        "area": wanted.area or "",
        "kind": wanted.kind or "",
        "about": f"{about.what}:{about.id}" if about else "",
        "since": since.isoformat() if since else "",
        "until": until.isoformat() if until else "",
    }
    return Asked(meant, wanted, _cursor(given.get("before", "")))


def _about(text: str) -> About | None:
    what, _colon, number = text.partition(":")
    about_id = ids.find(number)
    return About(what, about_id) if what in CONCERNED and about_id else None


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1970 < day.year < 9999 else None


def _midnight(day: date, visitor: Visitor) -> datetime:
    return datetime.combine(day, time(), tzinfo=visitor.zone)


def _text_of(cursor: Cursor) -> str:
    return f"{(cursor.at - EPOCH) // MICROSECOND}-{cursor.seq}"


def _cursor(text: str) -> Cursor | None:
    at, _dash, seq = text.partition("-")
    if not all(part.isascii() and part.isdigit() and int(part[:17]) <= LATEST for part in (at, seq)):
        return None
    return Cursor(EPOCH + int(at[:17]) * MICROSECOND, int(seq[:17]))
