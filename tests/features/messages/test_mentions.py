"""Who a note speaks to."""

import pytest

from tideline.features.messages.mentions import mentioned_emails

SITUATIONS = {
    "at the start": ("@tomas@harbour.example please", ["tomas@harbour.example"]),
    "at the end of a sentence": ("Ask @tomas@harbour.example.", ["tomas@harbour.example"]),
    "in brackets": ("(@tomas@harbour.example)", ["tomas@harbour.example"]),
    "somebody's": ("@tomas@harbour.example's customer", ["tomas@harbour.example"]),
    "in any case": ("@Tomas@Harbour.EXAMPLE", ["tomas@harbour.example"]),
    "on the next line": ("See\n@tomas@harbour.example", ["tomas@harbour.example"]),
    "several, each once": ("@b@x.example @a@x.example, @b@x.example", ["b@x.example", "a@x.example"]),
    "side by side": ("@a@x.example,@b@x.example", ["a@x.example", "b@x.example"]),
    "signs that addresses may have": ("@o'neil+work_1@x-y.example", ["o'neil+work_1@x-y.example"]),
    "a host without a dot": ("@root@localhost", ["root@localhost"]),
    "an address is no mention": ("tomas@harbour.example wrote", []),
    "an address in an address is none": ("x@y@z.example", []),
    "a name is none": ("@tomas and @ines", []),
    "letters of other alphabets": ("ключ@tomas@harbour.example", []),
    "nothing": ("@ @@ @a@ @@a", []),
}


@pytest.mark.parametrize(("text", "emails"), SITUATIONS.values(), ids=SITUATIONS)
def test_mentions_are_found(text: str, emails: list[str]) -> None:
    assert mentioned_emails(text) == emails


@pytest.mark.parametrize("text", ["@" * 10_000, "@a" * 5_000, "@a@a" * 2_500, "@" + "a." * 4_999, "@a@" + "a-" * 4_998])
def test_no_note_takes_long_to_look_through(text: str) -> None:
    """A pattern that tries everything twice would take minutes here."""
    assert len(mentioned_emails(text)) < 2
