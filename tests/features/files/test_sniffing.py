"""What a file is, by its bytes, and how much of what is said about it is believed."""

import io
import time
import zipfile

import puremagic
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.fuzz import FUZZ
from tideline.features.files.names import clean_name, is_shown, with_end
from tideline.features.files.sniffing import HEAD, decide, is_web_page, sniff
from tideline.features.files.types import clean_type, end_of, kind_of, type_of

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
JPEG = b"\xff\xd8\xff\xe0\0\x10JFIF\0"
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
OGG = b"OggS\0\2" + bytes(22) + b"\x01\x13OpusHead"
MP4 = b"\0\0\0\x20ftypisom\0\0\2\0isomiso2"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
HTML = b"<!DOCTYPE html><html><script>alert(1)</script>"
SVG = b'<?xml version="1.0"?>\n<!-- drawn -->\n<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
NOISE = bytes(range(256)) * 4
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NOTHING = "application/octet-stream"


def zipped(*names: str, first: bytes = b"x", compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", compression) as archive:
        for name in names:
            archive.writestr(name, first)
    return made.getvalue()


SNIFFED = {
    "png": (PNG, "image/png"),
    "jpeg": (JPEG, "image/jpeg"),
    "jpeg of a camera": (b"\xff\xd8\xff\xe1\0\x10Exif", "image/jpeg"),
    "gif": (b"GIF89a\1\0\1\0", "image/gif"),
    "webp": (b"RIFF\x10\0\0\0WEBPVP8 ", "image/webp"),
    "tiff": (b"II*\0\x08\0\0\0", "image/tiff"),
    "bmp": (b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\1\0", "image/bmp"),
    "heic": (b"\0\0\0\x18ftypheic\0\0\0\0", "image/heic"),
    "mp3 with a tag": (b"ID3\3\0\0\0\0\0\0", "audio/mpeg"),
    "mp3": (b"\xff\xfb\x90\x64" + bytes(400), "audio/mpeg"),
    "aac": (b"\xff\xf1\x50\x80\x43\xff", "audio/aac"),
    "ogg": (OGG, "audio/ogg"),
    "ogg with pictures": (b"OggS\0\2" + bytes(22) + b"\x01\x2a\x80theora", "video/ogg"),
    "amr": (b"#!AMR\n\x3c", "audio/amr"),
    "wav": (b"RIFF\x10\0\0\0WAVEfmt ", "audio/wav"),
    "m4a": (b"\0\0\0\x20ftypM4A \0\0\0\0", "audio/mp4"),
    "mp4": (MP4, "video/mp4"),
    "3gp": (b"\0\0\0\x20ftyp3gp4\0\0\0\0", "video/3gpp"),
    "mov": (b"\0\0\0\x14ftypqt  \0\0\0\0", "video/quicktime"),
    "webm": (b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\x82\x84webm", "video/webm"),
    "pdf": (PDF, "application/pdf"),
    "zip": (zipped("a.txt"), "application/zip"),
    "an empty zip": (zipped(), "application/zip"),
    "docx": (zipped("[Content_Types].xml", "_rels/.rels", "word/document.xml"), DOCX),
    "xlsx": (zipped("[Content_Types].xml", "xl/workbook.xml"), XLSX),
    "odt": (
        zipped("mimetype", first=b"application/vnd.oasis.opendocument.text", compression=zipfile.ZIP_STORED),
        "application/vnd.oasis.opendocument.text",
    ),
    "a zip that calls itself a page": (
        zipped("mimetype", first=b"text/html", compression=zipfile.ZIP_STORED),
        "application/zip",
    ),
    "old office": (OLE, "application/x-ole-storage"),
    "7z": (b"7z\xbc\xaf\x27\x1c\0\4", "application/x-7z-compressed"),
    "html": (HTML, "text/html"),
    "html after a blank and a mark": (b"\xef\xbb\xbf \r\n<ScRiPt src=x>", "text/html"),
    "html after a comment": (b"<!-- x --><b>", "text/html"),
    "html in UTF-16": ("\ufeff<html>".encode("utf-16-le"), "text/html"),
    "xhtml": (b'<?xml version="1.0"?><html xmlns="x">', "text/html"),
    "svg": (SVG, "image/svg+xml"),
    "svg with a doctype": (b'<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1" [<!ENTITY a "b">]>\n<svg>', "image/svg+xml"),
    "xml": (b"<?xml version='1.0'?><a/>", "application/xml"),
    "text": (b"hello", "text/plain"),
    "text that begins like a picture": (b"BMW prices\n", "text/plain"),
    "text that begins like music": (b"ID3 is a tag\n", "text/plain"),
    "text that begins like a page": (b"<production> is a word\n", "text/plain"),
    "text in other scripts": ("Цены".encode(), "text/plain"),
    "text cut in a letter": ("Цены".encode()[:-1], "text/plain"),
    "UTF-16 is no music": ("\ufeffhello".encode("utf-16-le"), "text/plain"),
    "json": (b'{"a": 1}', "text/plain"),
    "noise": (NOISE, None),
    "nothing": (b"", None),
}  # fmt: skip


@pytest.mark.parametrize(("head", "found"), SNIFFED.values(), ids=SNIFFED)
def test_what_the_bytes_say(head: bytes, found: str | None) -> None:
    assert sniff(head) == found


DECIDED = {
    # bytes, what a header says, name → type
    "a header that is right": (PNG, "image/png", "a.png", "image/png"),
    "a header under another name": (JPEG, "image/jpg; charset=binary", "a", "image/jpeg"),
    "no header, a name": (b"a,b\n1,2\n", "", "a.csv", "text/csv"),
    "neither": (PDF, "", "", "application/pdf"),
    "a header that says nothing": (PDF, "application/octet-stream", "a.pdf", "application/pdf"),
    "a server that calls everything text": (PNG, "text/plain", "a.png", "image/png"),
    "a picture that is a page": (HTML, "image/png", "a.png", "text/html"),
    "a page that is a picture": (PNG, "text/html", "a.html", "image/png"),
    "a picture that is a drawing": (SVG, "image/png", "a.png", "image/svg+xml"),
    "a PDF that is a page": (HTML, "application/pdf", "a.pdf", "text/html"),
    "a PDF that is text": (b"not found", "application/pdf", "a.pdf", "text/plain"),
    "a picture that is noise": (NOISE, "image/png", "a.png", NOTHING),
    "text that is noise": (NOISE, "text/plain", "a.txt", NOTHING),
    "a page without marks of one": (b"hello", "text/html", "a.html", "text/html"),
    "a page that calls itself text": (HTML, "text/plain", "a.txt", "text/html"),
    "a drawing that calls itself text": (SVG, "text/plain", "a.txt", "image/svg+xml"),
    "a page that calls itself a table": (HTML, "text/csv", "a.csv", "text/html"),
    "a picture that holds a script behind": (b"GIF89a/*" + HTML, "text/html", "a.html", "image/gif"),
    "a PDF that holds a page": (PDF + HTML, "text/html", "a.html", "application/pdf"),
    "a document with things of its own in front": (zipped("a/b", "word/document.xml"), DOCX, "a.docx", DOCX),
    "a document by its name": (zipped("a/b", "word/document.xml"), "application/zip", "a.docx", DOCX),
    "a document that is a program": (b"MZ\x90\0" + bytes(100), DOCX, "a.docx", NOTHING),
    "a document that is text": (b"hello", DOCX, "a.docx", "text/plain"),
    "old office by its name": (OLE, "", "a.xls", "application/vnd.ms-excel"),
    "old office by its header": (OLE, "application/msword", "a", "application/msword"),
    "sound in the container of films": (MP4, "audio/mp4", "a.m4a", "audio/mp4"),
    "a voice note": (OGG, "audio/ogg; codecs=opus", "a.ogg", "audio/ogg"),
    "a voice note that calls itself a film": (OGG, "video/mp4", "a.mp4", "audio/ogg"),
    "a type that nobody knows, binary": (NOISE, "application/x-drawing", "a.drw", "application/x-drawing"),
    "a type that nobody knows, text": (b"x", "application/x-drawing", "a", "application/x-drawing"),
    "a type that nobody knows, zip": (zipped("a"), "application/x-drawing", "a", "application/x-drawing"),
    "json": (b'{"a":1}', "application/json", "", "application/json"),
    "no type at all": (b"x", "tëxt/<b>", "", "text/plain"),
}


@pytest.mark.parametrize(("head", "said", "name", "kept"), DECIDED.values(), ids=DECIDED)
def test_what_is_said_counts_unless_the_bytes_deny_it(head: bytes, said: str, name: str, kept: str) -> None:
    assert decide(head, said, name) == kept


HARD = {
    "comments without an end": b"<!--" * (HEAD // 4),
    "brackets without an end": b"<!DOCTYPE x [" + b"] " * (HEAD // 2),
    "prologs without an end": b"<?xml " * (HEAD // 6),
    "many prologs": b"<?xml?>" * (HEAD // 7),
    "blanks": b" " * HEAD,
    "noise": bytes(range(128, 256)) * (HEAD // 128),
    "zip inside zip": b"PK\3\4" * (HEAD // 4),
}


@pytest.mark.parametrize("head", HARD.values(), ids=HARD)
def test_no_file_is_looked_at_for_long(head: bytes) -> None:
    puremagic.magic_header_array  # noqa: B018 (its table is read once, which is not what is measured)
    began = time.process_time()
    sniff(head)
    assert time.process_time() - began < 0.1


def test_every_picture_and_film_of_puremagic_that_matters_has_its_own_rule() -> None:
    """So that puremagic, which takes any text beginning with BM for a picture, never decides what a browser shows."""
    assert sniff(b"\0\0\1\0\1\0\x10\x10") is None


def test_kinds() -> None:
    shown = {"image/png": "image", "audio/ogg": "audio", "video/mp4": "video", "application/pdf": "document"}
    assert {mimetype: kind_of(mimetype).value for mimetype in shown} == shown
    assert kind_of("image/svg+xml") == "document"
    assert kind_of("nonsense") == "document"


def test_pages() -> None:
    assert is_web_page("text/html")
    assert not is_web_page("text/plain")


ENDS = {
    "a name without": ("invoice", "application/pdf", "invoice.pdf"),
    "a name with another": ("photo.png", "image/jpeg", "photo.png"),
    "a dot and blanks": ("v1.0 of it", "application/pdf", "v1.0 of it.pdf"),
    "nothing known": ("blob", NOTHING, "blob"),
    "a type with several": ("a", "image/jpeg", "a.jpg"),
    "text": ("notes", "text/plain", "notes.txt"),
}


@pytest.mark.parametrize(("name", "mimetype", "ended"), ENDS.values(), ids=ENDS)
def test_a_name_gets_an_end(name: str, mimetype: str, ended: str) -> None:
    assert with_end(name, mimetype) == ended


def test_ends_and_types_fit() -> None:
    for end in (".jpg", ".ogg", ".mp4", ".pdf", ".docx", ".csv", ".webp", ".3gp", ".zip"):
        assert end_of(type_of(f"x{end.upper()}")) == end
    assert type_of("x.opus") == "audio/ogg"
    assert type_of("no end") == type_of("x.") == type_of("x.unheard") == NOTHING


STARTS = st.sampled_from(
    [PNG, JPEG, PDF, OGG, MP4, OLE, HTML, SVG, b"PK\3\4", b"RIFF", b"\xff\xfe", b"<?xml ", b"", b"BM"]
)
SAID = st.sampled_from(["", "image/png", "text/html", "application/zip", DOCX, "x/y", "é"]) | st.text(max_size=30)


@settings(max_examples=500 * FUZZ)
@given(STARTS, st.binary(max_size=300), SAID, st.text(max_size=30) | st.sampled_from(["a.png", "a.html", "a.docx"]))
def test_whatever_comes_has_a_type_and_a_name(start: bytes, rest: bytes, said: str, name: str) -> None:
    """And nothing that a browser runs has the type of something that it shows."""
    mimetype = decide(start + rest, said, name)
    assert clean_type(mimetype) == mimetype
    cleaned = clean_name(with_end(clean_name(name, mimetype), mimetype), mimetype)
    assert 0 < len(cleaned.encode()) <= 200
    if sniff(start + rest) in ("text/html", "image/svg+xml"):
        assert not is_shown(mimetype)
