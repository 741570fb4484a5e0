"""What people may type as a name, slug, e-mail address, time zone or amount, and how it is tidied up."""

import re
import unicodedata
from functools import lru_cache
from zoneinfo import available_timezones

from tideline.features.workspaces.errors import InvalidAmount, InvalidEmail, InvalidName, InvalidZone

NAME_LENGTH = 100
SLUG_LENGTH = 30
PERSON_LENGTH = 301  # first and last name of 150 characters each
EMAIL_LENGTH = 254
MOST = 2**31 - 1

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LOCAL_PART = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_EMAIL = re.compile(rf"{_LOCAL_PART}@{_LABEL}(\.{_LABEL})*")


def clean_name(text: str, *, longest: int = NAME_LENGTH) -> str:
    """A name as it will be shown: no space around it, nothing in it that cannot be printed."""
    name = unicodedata.normalize("NFC", text).strip()
    if not name:
        raise InvalidName("A name cannot be blank.")
    if len(name) > longest:
        raise InvalidName(f"A name has at most {longest} characters.")
    if any(_is_unprintable(char) for char in name):
        raise InvalidName("A name cannot have line breaks or control characters.")
    return name


def slug_from(display_name: str) -> str:
    """The identifier that follows from a display name: `Café Zoë & Co.` becomes `cafe-zoe-co`."""
    slug = find_slug(display_name)
    if not slug:
        raise InvalidName("No identifier can be made of this name. Give one, of letters a to z and digits.")
    return slug


def find_slug(display_name: str) -> str | None:
    """The same; None for a name that has nothing of which one can be made, such as one in Hebrew letters."""
    plain = unicodedata.normalize("NFKD", display_name)
    letters = "".join(char for char in plain if not unicodedata.combining(char)).lower()
    return re.sub(r"[^a-z0-9]+", "-", letters).strip("-")[:SLUG_LENGTH].strip("-") or None


def is_slug(text: str) -> bool:
    return len(text) <= SLUG_LENGTH and _SLUG.fullmatch(text) is not None


def clean_slug(text: str) -> str:
    if not is_slug(text):
        raise InvalidName(f"An identifier has at most {SLUG_LENGTH} letters a to z, digits and single dashes between.")
    return text


def clean_email(text: str) -> str:
    """An address in lower case: people type the same one in many ways, and it must stay the same person."""
    email = text.strip().lower()
    if len(email) > EMAIL_LENGTH or not _EMAIL.fullmatch(email) or email.index("@") > 64:
        raise InvalidEmail
    return email


def clean_zone(text: str) -> str:
    if text not in _zones():
        raise InvalidZone
    return text


def clean_amount(amount: int, *, least: int = 0) -> int:
    if not least <= amount <= MOST:
        raise InvalidAmount(f"An amount is a whole number from {least} to {MOST}.")
    return amount


def is_id(number: int) -> bool:
    """False for numbers that no id of ours can be, and that the database could not even compare."""
    return 0 < number <= MOST


def person_name(name: str, email: str) -> str:
    """A person's name; of somebody of whom only the address is known, `ines.okafor@...` becomes `Ines Okafor`."""
    if name.strip():
        return clean_name(name, longest=PERSON_LENGTH)
    words = [word for word in re.split(r"[^a-z0-9]+", email.partition("@")[0]) if word]
    return " ".join(word.capitalize() for word in words) or email


def _is_unprintable(char: str) -> bool:
    return unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"}


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())
