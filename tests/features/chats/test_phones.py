"""Phones and addresses as people and programs type them."""

import pytest

from tideline.features.chats import ChatKind, WrongJid, WrongPhone, addresses, phones
from tideline.features.chats.phones import Containing, EndingWith, Exactly
from tideline.features.numbers.port import Peer

CLEAN = {
    "with a plus": ("+15550100234", "15550100234"),
    "without": ("15550100234", "15550100234"),
    "written for people": ("+1 (555) 010-02.34", "15550100234"),
    "with two zeros": ("0015550100234", "15550100234"),
    "with a plus and two zeros": ("+001 555 010 0234", "15550100234"),
    "with exotic spaces": ("+1\u00a0555\u20110100234\u200e", "15550100234"),
    "the shortest": ("1234567", "1234567"),
    "the longest": ("123456789012345", "123456789012345"),
}
WRONG = ["", "+", "123456", "1234567890123456", "phone", "1555 CALL ME", "+1555010023a", "١٢٣٤٥٦٧٨", "++15550100234"]


@pytest.mark.parametrize(("typed", "digits"), CLEAN.values(), ids=CLEAN)
def test_a_phone_is_cleaned(typed: str, digits: str) -> None:
    assert phones.clean(typed) == digits


@pytest.mark.parametrize("typed", WRONG)
def test_what_is_no_phone_is_refused_with_what_was_typed(typed: str) -> None:
    with pytest.raises(WrongPhone) as refused:
        phones.clean(typed)
    assert refused.value.message == f'Wrong phone number "{typed}"'


PATTERNS = {
    "a plus means exactly": ("+1 555 010 0234", Exactly("15550100234")),
    "no plus means anywhere": ("15550100234", Containing("15550100234")),
    "leading zeros go": ("000100234", Containing("100234")),
    "nothing but zeros is in every phone": ("00", Containing("")),
}


@pytest.mark.parametrize(("typed", "meant"), PATTERNS.values(), ids=PATTERNS)
def test_the_phone_filter(typed: str, meant: object) -> None:
    assert phones.pattern(typed) == meant


WHATSAPP = {
    "with a plus": ("+15550100234", Exactly("15550100234")),
    "without": ("15550100234", Exactly("15550100234")),
    "with two zeros": ("0015550100234", Exactly("15550100234")),
    "a zero instead of the country code": ("0100555", EndingWith("100555")),
}


@pytest.mark.parametrize(("typed", "meant"), WHATSAPP.values(), ids=WHATSAPP)
def test_the_whatsapp_phone_filter(typed: str, meant: object) -> None:
    assert phones.whatsapp_pattern(typed) == meant


@pytest.mark.parametrize("typed", ["", "abc", "+"])
def test_a_filter_without_digits_is_refused(typed: str) -> None:
    with pytest.raises(WrongPhone):
        phones.pattern(typed)


JIDS = {
    "contact": ("15550100234@s.whatsapp.net", Peer(phone="15550100234"), ChatKind.DIRECT),
    "older contact": (" 15550100234@c.us", Peer(phone="15550100234"), ChatKind.DIRECT),
    "one device": ("15550100234:12@s.whatsapp.net", Peer(phone="15550100234"), ChatKind.DIRECT),
    "private": ("777000111222@lid", Peer(lid="777000111222"), ChatKind.DIRECT),
    "group": ("120363025550100777@g.us", Peer(group="120363025550100777@g.us"), ChatKind.GROUP),
    "older group": ("15550100234-1500000000@G.US", Peer(group="15550100234-1500000000@g.us"), ChatKind.GROUP),
    "list": ("1500000000@broadcast", Peer(group="1500000000@broadcast"), ChatKind.BROADCAST),
    "channel": ("120363025550100777@newsletter", Peer(group="120363025550100777@newsletter"), ChatKind.CHANNEL),
}


@pytest.mark.parametrize(("typed", "peer", "kind"), JIDS.values(), ids=JIDS)
def test_an_address_names_somebody(typed: str, peer: Peer, kind: ChatKind) -> None:
    assert addresses.peer_of(typed) == peer
    assert addresses.kind_of(peer) is kind


@pytest.mark.parametrize(
    "typed", ["", "15550100234", "@lid", "123@s.whatsapp.net", "a@g.us", "1-2@s.whatsapp.net", "1@x"]
)
def test_what_is_no_address_is_refused(typed: str) -> None:
    with pytest.raises(WrongJid):
        addresses.peer_of(typed)
