"""Links to files: ours only, for fifteen minutes, to one file."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import pytest

from tests.support.office import START
from tideline.features.files import LIFETIME, LinkExpired, Links, LinkWrong
from tideline.platform.crypto import Keyring

LINKS = Links(Keyring(["a key for tests, long enough"]), "https://chat.example.com/")
UID = UUID("01938d5c-0000-7000-8000-000000000001")


def made(filename: str = "price list.pdf") -> tuple[str, int, str]:
    """The path, the end and the signature of a link."""
    parts = urlsplit(LINKS.url_of(17, UID, filename, START))
    assert (parts.scheme, parts.netloc) == ("https", "chat.example.com")
    query = parse_qs(parts.query, strict_parsing=True)
    assert query["w"] == ["17"]
    return parts.path, int(query["expires"][0]), query["sig"][0]


def test_a_link_holds_for_fifteen_minutes() -> None:
    _, expires, signature = made()
    LINKS.check(17, UID, expires, signature, START)
    LINKS.check(17, UID, expires, signature, START + LIFETIME - timedelta(seconds=1))
    with pytest.raises(LinkExpired):
        LINKS.check(17, UID, expires, signature, START + LIFETIME)


def test_the_name_is_only_for_people() -> None:
    path, _, _ = made("a/../b?c#d é.pdf")
    assert path == f"/files/{UID}/a%2F..%2Fb%3Fc%23d%20%C3%A9.pdf"


CHANGED = {
    "another file": {"uid": uuid4()},
    "another workspace": {"workspace_id": 18},
    "a longer life": {"expires": 4_000_000_000},
    "another signature": {"signature": "A" * 32},
    "no signature": {"signature": ""},
    "nonsense": {"signature": "\udcff'"},
}


@pytest.mark.parametrize("change", CHANGED.values(), ids=CHANGED)
def test_a_changed_link_is_wrong(change: dict[str, object]) -> None:
    _, expires, signature = made()
    parts = {"workspace_id": 17, "uid": UID, "expires": expires, "signature": signature} | change
    with pytest.raises(LinkWrong):
        LINKS.check(**parts, now=START)  # type: ignore[arg-type]


def test_a_link_under_another_key_is_wrong() -> None:
    _, expires, signature = made()
    other = Links(Keyring(["another key, also long enough"]), "https://chat.example.com")
    with pytest.raises(LinkWrong):
        other.check(17, UID, expires, signature, START)
