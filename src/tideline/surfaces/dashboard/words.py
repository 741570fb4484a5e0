"""What pages say, in the languages they speak: English is the key, as with gettext, and stands in templates and code.

`_("{name} has joined", name=name)` says a sentence in the language of whoever looks, `ngettext` one that counts, and
`N_` marks one that is said later. The catalogues are `locale/<language>/<part>.po`; docs/decisions has the reasons.
"""

import re
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tideline.surfaces.dashboard import po

LOCALE = Path(__file__).parent / "locale"
DEFAULT = "en"
LANGUAGES = {"en": "ltr", "es": "ltr", "he": "rtl", "pt": "ltr"}
NAMES = {"en": "English", "es": "Español", "he": "עברית", "pt": "Português"}
# U+2068 and U+2069 keep what people typed, and numbers of phones, from turning a sentence around.
ISOLATE, END = "\u2068", "\u2069"
LONGEST_WISH = 500

_WISH = re.compile(r"\s*([A-Za-z]{2,3})(?:-[\w-]*)?\s*(?:;\s*q\s*=\s*([0-9.]+)\s*)?")


@cache
def catalogue(lang: str) -> Mapping[str, po.Entry]:
    """All parts of a language, read when it is first spoken. English needs none."""
    found: dict[str, po.Entry] = {}
    for path in sorted((LOCALE / lang).glob("*.po")):
        found |= {english: entry for english, entry in po.read(path.read_text("utf-8")).items() if english}
    return found


@dataclass(frozen=True, slots=True)
class Words:
    """One language: called with an English sentence, it says it."""

    lang: str

    @property
    def direction(self) -> str:
        return LANGUAGES[self.lang]

    def __call__(self, english: str, **values: object) -> str:
        """A sentence that the catalogue has not, such as the reason a connector gives, stays English."""
        entry = catalogue(self.lang).get(english)
        said = entry.said[0] if entry and entry.said and entry.said[0] else english
        return self._filled(said, values) if values else said

    def count(self, one: str, many: str, count: int, **values: object) -> str:
        """A sentence with a number in it. All languages here have one form for one and another for the rest."""
        entry = catalogue(self.lang).get(one)
        forms = entry.said if entry and entry.is_complete and entry.plural is not None else (one, many)
        return self._filled(forms[0 if count == 1 else 1], {"count": f"{count:,}", **values})

    def _filled(self, said: str, values: Mapping[str, object]) -> str:
        return said.format(**{name: self._isolated(str(value)) for name, value in values.items()})

    def _isolated(self, value: str) -> str:
        """Plain letters do not turn a sentence around that runs like them."""
        return value if self.direction == "ltr" and value.isascii() else f"{ISOLATE}{value}{END}"


_speaking: ContextVar[str] = ContextVar("speaking", default=DEFAULT)


def use(words: Words) -> Words:
    """Speak this language in what is left of the request; each request has a context of its own."""
    _speaking.set(words.lang)
    return words


def speaking() -> Words:
    return Words(_speaking.get())


def _(english: str, **values: object) -> str:
    return speaking()(english, **values)


def ngettext(one: str, many: str, count: int, **values: object) -> str:
    return speaking().count(one, many, count, **values)


def N_(english: str) -> str:  # noqa: N802  gettext's own name for it
    """Marks a sentence for the catalogues that is said later, through `_`."""
    return english


def chosen(wanted: str | None, accept_language: str) -> Words:
    """The language asked for, else the best one the browser would like, else English."""
    if wanted and (match := _WISH.fullmatch(wanted[:LONGEST_WISH])) and match[1].lower() in LANGUAGES:
        return Words(match[1].lower())
    return Words(next((lang for lang in _wishes(accept_language[:LONGEST_WISH]) if lang in LANGUAGES), DEFAULT))


def _wishes(accept_language: str) -> Iterator[str]:
    """The languages of an Accept-Language header, the dearest first."""
    matches = [match for part in accept_language.split(",") if (match := _WISH.fullmatch(part))]
    rated = [(_weight(match[2]), _old_name(match[1].lower())) for match in matches]
    return (lang for weight, lang in sorted(rated, key=lambda one: -one[0]) if weight > 0)


def _weight(text: str | None) -> float:
    try:
        return float(text) if text else 1.0
    except ValueError:
        return 0.0


def _old_name(lang: str) -> str:
    """Some Android phones still call Hebrew what it was called before 1989."""
    return "he" if lang == "iw" else lang
