"""What strangers call their files, as a table."""

import re
from urllib.parse import unquote

import pytest

from tideline.features.files import clean_name, clean_type, disposition, is_shown, type_of

NAMES = {
    "ordinary": ("price list.pdf", "price list.pdf"),
    "a path": ("../../etc/passwd", "passwd"),
    "a path of Windows": ("C:\\Users\\ana\\photo.jpg", "photo.jpg"),
    "only dots": ("..", "file.pdf"),
    "only a slash": ("/", "file.pdf"),
    "empty": ("", "file.pdf"),
    "NUL": ("bad\0name.pdf", "badname.pdf"),
    "line breaks": ("a\r\nSet-Cookie: x.pdf", "a Set-Cookie: x.pdf"),
    "marks that turn the writing": ("invoice\u202efdp.exe", "invoicefdp.exe"),
    "isolates and zero width": ("a\u2066b\u200b\u2069.txt", "ab.txt"),
    "half of a character": ("x\ud800.txt", "x.txt"),
    "other scripts": ("قائمة الأسعار.pdf", "قائمة الأسعار.pdf"),
    "an accent in two parts": ("cafe\u0301.txt", "café.txt"),
    "hidden": (".bashrc", "bashrc"),
    "dots and blanks at the ends": (" . report.pdf . ", "report.pdf"),
    "quotes stay": ('my "best" file.txt', 'my "best" file.txt'),
}


@pytest.mark.parametrize(("given", "expected"), NAMES.values(), ids=NAMES)
def test_a_name_is_cleaned(given: str, expected: str) -> None:
    assert clean_name(given, "application/pdf") == expected


LONG = {
    "ascii": "a" * 296 + ".pdf",
    "two bytes each": "ж" * 150 + ".pdf",
    "four bytes each": "😀" * 80 + ".pdf",
    "nothing but an extension": "x." + "y" * 300,
    "many dots": "." * 150 + "a" * 150 + ".pdf",
}


@pytest.mark.parametrize("given", LONG.values(), ids=LONG)
def test_a_long_name_is_cut_between_characters(given: str) -> None:
    cleaned = clean_name(given)
    assert 0 < len(cleaned.encode()) <= 200
    assert "\ufffd" not in cleaned
    assert clean_name(cleaned) == cleaned
    if given.endswith(".pdf"):
        assert cleaned.endswith(".pdf")


TYPES = {
    "plain": ("image/png", "image/png"),
    "with parameters": ("audio/ogg; codecs=opus", "audio/ogg"),
    "capital letters": ("Image/JPEG", "image/jpeg"),
    "no type": ("", "application/octet-stream"),
    "not a type": ("text", "application/octet-stream"),
    "a header in it": ("text/html\r\nX: y", "application/octet-stream"),
    "letters beyond ASCII": ("tëxt/html", "application/octet-stream"),
    "endless": ("application/" + "x" * 200, "application/octet-stream"),
    "vendor": (
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ),
}


@pytest.mark.parametrize(("given", "expected"), TYPES.values(), ids=TYPES)
def test_a_type_is_cleaned(given: str, expected: str) -> None:
    assert clean_type(given) == expected


@pytest.mark.parametrize("mimetype", ["text/html", "image/svg+xml", "application/xhtml+xml", "text/xml", "text/plain"])
def test_what_may_hold_a_script_is_a_download(mimetype: str) -> None:
    assert not is_shown(mimetype)
    assert disposition("x", mimetype).startswith("attachment;")


@pytest.mark.parametrize("name", [*(expected for _, expected in NAMES.values()), 'a"; filename="b', "100%.txt", "a\\b"])
def test_the_header_is_one_ascii_line_that_gives_the_name_back(name: str) -> None:
    header = disposition(name, "application/pdf")
    assert header.isascii()
    assert header.isprintable()
    kind, plain, encoded = re.fullmatch(r"(\w+); filename=\"([^\"\\]*)\"; filename\*=UTF-8''(\S+)", header).groups()  # type: ignore[union-attr]
    assert (kind, unquote(encoded)) == ("inline", name)
    assert len(plain) == len(name)


def test_the_end_of_a_name_tells_a_type() -> None:
    assert type_of("photo.JPG") == "image/jpeg"
    assert type_of("noise") == "application/octet-stream"
