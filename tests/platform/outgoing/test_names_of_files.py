"""The names that servers give to what they send."""

import pytest

from tideline.platform.outgoing.disposition import filename

NAMES = {
    "none": ("", None),
    "inline": ("inline", None),
    "quoted": ('attachment; filename="price list.pdf"', "price list.pdf"),
    "bare": ("attachment; filename=price.pdf", "price.pdf"),
    "bare with spaces": ("attachment; filename=price list.pdf; size=3", "price list.pdf"),
    "no space, capitals": ('ATTACHMENT;FileName="A.PDF"', "A.PDF"),
    "a semicolon inside": ('attachment; filename="a;b.pdf"', "a;b.pdf"),
    "quotes inside": (r'attachment; filename="a\"b\\c.pdf"', 'a"b\\c.pdf'),
    "extended": ("attachment; filename*=UTF-8''pre%C3%A7o.pdf", "preço.pdf"),
    "extended wins": ("attachment; filename*=utf-8'en'%e2%82%ac.txt; filename=\"euro.txt\"", "€.txt"),
    "extended in Latin-1": ("attachment; filename*=iso-8859-1''%a3.txt", "£.txt"),
    "extended in no known way": ("attachment; filename*=x-none''%a3.txt; filename=b.txt", "b.txt"),
    "extended in a way that cannot be read": ("attachment; filename*=idna''xn--; filename=b.txt", "b.txt"),
    "raw UTF-8": ('attachment; filename="прайс.pdf"', "прайс.pdf"),
    "raw Latin-1": ('attachment; filename="pre\udce7o.pdf"', "preço.pdf"),
    "encoded like a URL": ('attachment; filename="a%20b.pdf"', "a b.pdf"),
    "a percent that encodes nothing": ('attachment; filename="100%.pdf"', "100%.pdf"),
    "empty": ('attachment; filename=""', None),
    "torn": ('attachment; filename="abc', "abc"),
}


@pytest.mark.parametrize(("header", "name"), NAMES.values(), ids=NAMES)
def test_names(header: str, name: str | None) -> None:
    assert filename(header) == name
