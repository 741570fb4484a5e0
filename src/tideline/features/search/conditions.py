"""What a message has to meet to be found: as conditions on columns, and as terms of the index. No I/O."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from tideline.features.chats import InSight, Sight, seen_by
from tideline.features.search.model import Narrowing, Writers
from tideline.features.search.question import Question

FORTNIGHT: Final = 14 * 24 * 3600
TERMS_ASKED: Final = 12
"""Words of a question that the index is asked for; the others are looked for in what it finds."""
_PLACE: Final = "{}"


def fortnight_of(at: datetime) -> int:
    """Fortnights are counted from 1970."""
    return int(at.timestamp() // FORTNIGHT)


@dataclass(slots=True)
class Conditions:
    """`{}` stands for the alias of the row in conditions, and for the fortnight in terms. Arguments are numbered as
    they come."""

    args: list[Any]
    is_narrow: bool = False
    """Perhaps hardly any of the newest messages are among those that are wanted."""
    _times: list[str] = field(default_factory=list)
    _columns: list[str] = field(default_factory=list)
    _terms: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, workspace: int, question: Question, wanted: Narrowing, in_sight: InSight | None) -> "Conditions":
        """`in_sight` is what the one who asks sees, None when that is too much to be named or everything."""
        made = cls([workspace])
        made._within(wanted.after, wanted.before)
        made._narrowed(wanted)
        made._seen(wanted.sight, in_sight)
        made._worded(question)
        return made

    def times(self, alias: str) -> str:
        return _joined(self._times, alias)

    def columns(self, alias: str) -> str:
        return _joined(self._columns, alias)

    def asked_of(self, workspace: int, fortnight: int) -> str:
        """The question to the index about one fortnight."""
        return " & ".join(self._terms).replace(_PLACE, f"{workspace}/{fortnight}/")

    def _arg(self, value: Any, kind: str) -> str:
        self.args.append(value)
        return f"${len(self.args)}::{kind}"

    def _within(self, after: datetime | None, before: datetime | None) -> None:
        if after is not None:
            self._times.append(f"{{}}.at >= {self._arg(after, 'timestamptz')}")
        if before is not None:
            self._times.append(f"{{}}.at <= {self._arg(before, 'timestamptz')}")

    def _narrowed(self, wanted: Narrowing) -> None:
        if wanted.from_me is not None:
            self._columns.append("{}.from_me" if wanted.from_me else "NOT {}.from_me")
        if wanted.type is not None:
            self._typed(wanted.type)
        if wanted.chat_ids is not None:
            self._one_of([self._among("chat_id", wanted.chat_ids)], _marked(c=wanted.chat_ids))
        if wanted.number_ids is not None:
            self._one_of([self._among("number_id", wanted.number_ids)], _marked(n=wanted.number_ids))
        if wanted.writers is not None:
            self._written_by(wanted.writers)

    def _typed(self, wanted: str) -> None:
        """Almost all messages are of one type, which is no term."""
        self._columns.append(f"{{}}.type = {self._arg(wanted, 'text')}")
        if wanted != "whatsapp":
            self._terms.append(_term(f"@{wanted}"))
            self.is_narrow = True

    def _written_by(self, writers: Writers) -> None:
        """In a direct chat what is not ours is the contact's."""
        contacts = [self._among("chat_id", writers.chat_ids), self._among("sender_id", writers.contact_ids)]
        ways = [f"(NOT {{}}.from_me AND ({' OR '.join(contacts)}))", self._among("created_by", writers.teammate_ids)]
        self._one_of(ways, _marked(c=writers.chat_ids, s=writers.contact_ids, t=writers.teammate_ids))

    def _seen(self, sight: Sight | None, in_sight: InSight | None) -> None:
        if in_sight is not None:
            ways = [self._among("number_id", in_sight.number_ids), self._among("chat_id", in_sight.chat_ids)]
            self._one_of(ways, _marked(n=in_sight.number_ids, c=in_sight.chat_ids))
        elif sight is not None:
            self._columns.append(_in_sight_now(sight, self._arg(sight.teammate_id, "int")))

    def _worded(self, question: Question) -> None:
        """The longest words are asked for: they are the rarest, mostly."""
        longest = sorted(set(_terms_of(question)), key=lambda term: (-len(term), term))
        self._terms += longest[:TERMS_ASKED]
        needles = sorted((part.needle for part in question.parts), key=len, reverse=True)
        self._columns += [f"strpos({{}}.words, {self._arg(needle, 'text')}) > 0" for needle in needles]

    def _one_of(self, ways: Sequence[str], terms: Sequence[str]) -> None:
        self._columns.append(f"({' OR '.join(ways)})")
        self._terms.append(f"({' | '.join(terms)})")
        self.is_narrow = True

    def _among(self, column: str, values: Sequence[int]) -> str:
        return f"{{}}.{column} = ANY ({self._arg(list(values), 'int[]')})"


def _joined(conditions: Sequence[str], alias: str) -> str:
    return " AND ".join(conditions).replace(_PLACE, alias) or "true"


def _terms_of(question: Question) -> Iterator[str]:
    for part in question.parts:
        *whole, last = part.keys
        yield from map(_term, whole)
        yield f"{_term(last)}:*" if part.is_open else _term(last)


def _marked(**ids: Sequence[int]) -> list[str]:
    return [_term(f"@{mark}{one}") for mark, some in ids.items() for one in some]


def _term(word: str) -> str:
    return f"'{_PLACE}{word}'"


def _in_sight_now(sight: Sight, teammate: str) -> str:
    """Asked message by message, for those who see so many chats that they cannot be named one by one."""
    chat = """
        COALESCE((
            SELECT a.chat_id FROM tenant.chat_alias a WHERE a.workspace = {}.workspace AND a.old_id = {}.chat_id
        ), {}.chat_id)
    """
    seen = seen_by(sight, teammate)
    return f"(SELECT {seen} FROM tenant.chat c WHERE c.workspace = {{}}.workspace AND c.id = {chat})"
