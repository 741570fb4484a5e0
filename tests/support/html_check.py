"""What every page has and what none may have, whatever it shows."""

from collections import Counter
from html.parser import HTMLParser

from tests.support.asgi import Response

VOID = {"meta", "link", "input", "img", "br", "hr"}
ADDRESSES = ("href", "src", "action")


class _Reader(HTMLParser):
    """Reads a page strictly: what is opened is closed, in order."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: Counter[str] = Counter()
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.ids: Counter[str] = Counter()
        self.title = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        if tag not in VOID:
            self.open.append(tag)
        given = dict(attrs)
        self.ids.update([given["id"] or ""] if "id" in given else [])
        self.wrong += [f"<{tag} {name}>" for name in given if name == "style" or name.startswith("on")]
        for name in ADDRESSES:
            address = given.get(name) or ""
            if address.partition(":")[0].lower().strip() in ("javascript", "data", "vbscript"):
                self.wrong.append(f"<{tag} {name}={address[:20]}>")
        if tag in ("style", "iframe", "object", "embed", "base") or (tag == "script" and not given.get("src")):
            self.wrong.append(f"<{tag}>")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}> out of place")

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "title":
            self.title += data


def read(text: str) -> _Reader:
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return reader


def check_page(response: Response, *, framed_by: str = "'none'", site: str = "Tideline") -> None:
    """Nothing inline, one title, one heading, ids once; headers that keep strangers and scripts out."""
    page = read(response.body.decode())
    assert not page.wrong, page.wrong
    assert not page.open, f"never closed: {page.open}"
    assert page.tags["title"] == page.tags["h1"] == page.tags["main"] == 1, page.tags
    assert page.title.strip().endswith(f"· {site}")
    assert [name for name, count in page.ids.items() if count > 1] == []
    check_headers(response, framed_by=framed_by)


def check_fragment(response: Response) -> None:
    """A part of a page, for a script to put into it."""
    part = read(response.body.decode())
    assert not part.wrong, part.wrong
    assert not part.open, f"never closed: {part.open}"
    assert part.tags["title"] == part.tags["main"] == 0, part.tags
    check_headers(response)


def check_headers(response: Response, *, framed_by: str = "'none'") -> None:
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert f"frame-ancestors {framed_by};" in policy
    assert "require-trusted-types-for 'script'" in policy
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["referrer-policy"] == "no-referrer"
    assert "no-store" in response.headers["cache-control"]
