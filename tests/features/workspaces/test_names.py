"""What people may type, as tables."""

import pytest

from tideline.features.workspaces import names
from tideline.features.workspaces.errors import InvalidAmount, InvalidEmail, InvalidName, InvalidZone

SLUGS = {
    "Harbour Coffee": "harbour-coffee",
    "  Café Zoë & Co. ": "cafe-zoe-co",
    "MÜLLER--Söhne": "muller-sohne",
    "7 Seas": "7-seas",
    "---a---": "a",
    "ﬁrst": "first",
    "a" * 40: "a" * 30,
    "a" * 29 + " b": "a" * 29,
}


@pytest.mark.parametrize(("display_name", "slug"), SLUGS.items())
def test_a_slug_follows_from_the_name(display_name: str, slug: str) -> None:
    assert names.slug_from(display_name) == slug
    assert names.is_slug(slug)


@pytest.mark.parametrize("display_name", ["", "   ", "!!!", "咖啡", "🙂"])
def test_a_name_without_letters_or_digits_makes_no_slug(display_name: str) -> None:
    with pytest.raises(InvalidName):
        names.slug_from(display_name)


@pytest.mark.parametrize("slug", ["", "-a", "a-", "a--b", "A", "a b", "a" * 31, "é", "a\x00", "a\n", "../a"])
def test_a_slug_that_does_not_fit_an_address_is_refused(slug: str) -> None:
    with pytest.raises(InvalidName):
        names.clean_slug(slug)


@pytest.mark.parametrize("name", ["", " \t ", "a\x00b", "a\nb", "\x7f", "a\u2028b", "\ud800", "a" * 101])
def test_a_name_that_cannot_be_shown_is_refused(name: str) -> None:
    with pytest.raises(InvalidName):
        names.clean_name(name)


def test_a_name_is_tidied_up() -> None:
    assert names.clean_name("  Cafe\u0301 🙂 ") == "Café 🙂"
    assert names.clean_name("a" * 100) == "a" * 100


@pytest.mark.parametrize(
    ("typed", "email"),
    [
        ("Ines@Harbour.Example", "ines@harbour.example"),
        (" owner@localhost\n", "owner@localhost"),
        ("a.b+c@d-e.example", "a.b+c@d-e.example"),
    ],
)
def test_an_address_is_the_same_however_it_is_typed(typed: str, email: str) -> None:
    assert names.clean_email(typed) == email


@pytest.mark.parametrize(
    "typed",
    ["", " ", "ines", "@b.example", "a@", "a@b@c", "a b@c.example", "a@b..c", ".a@b.c", "a.@b.c", "a@-b.c", "a\x00@b.c",
     "a@b.c\x00", "é@b.example", "a@b.example,c@d.example", "<a@b.example>", "a" * 65 + "@b.example",
     "a@" + "b" * 64 + ".example", "a@" + "b." * 126 + "example", "\ud800@b.example"],
)  # fmt: skip
def test_what_is_no_address_is_refused(typed: str) -> None:
    with pytest.raises(InvalidEmail):
        names.clean_email(typed)


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Etc/GMT+2"])
def test_a_zone_is_a_name_of_the_zone_database(zone: str) -> None:
    assert names.clean_zone(zone) == zone


@pytest.mark.parametrize(
    "zone",
    [
        "",
        "Mars/Olympus",
        "europe/berlin",
        "+02:00",
        "../../etc/passwd",
        "/etc/localtime",
        "UTC\x00",
        "UTC ",
        "posix/UTC",
    ],
)
def test_any_other_zone_is_refused(zone: str) -> None:
    with pytest.raises(InvalidZone):
        names.clean_zone(zone)


@pytest.mark.parametrize("amount", [-1, 2**31, 2**63])
def test_amounts_fit_the_database(amount: int) -> None:
    with pytest.raises(InvalidAmount):
        names.clean_amount(amount)


def test_somebody_without_a_name_is_called_after_the_address() -> None:
    assert names.person_name("", "ines.okafor@b.example") == "Ines Okafor"
    assert names.person_name("  ", "+++@b.example") == "+++@b.example"
    assert names.person_name(" Ines ", "x@b.example") == "Ines"
