"""Markdown as HTML: headings with anchors, links that fit the site, code in colour, tabs of languages."""

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from html import escape
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.token import Token
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

from tideline.surfaces.docs.page import anchors

NAMES = {
    "sh": "Shell",
    "bash": "Shell",
    "python": "Python",
    "js": "JavaScript",
    "json": "JSON",
    "html": "HTML",
    "ini": "INI",
}
LEXERS = {"sh": "bash", "jsonc": "json"}
COLOURS = HtmlFormatter(nowrap=True, classprefix="c-")

Resolve = Callable[[str], str]
"""What a link of the page becomes."""


class Drawn:
    """A page's Markdown, read once: its HTML and its headings."""

    def __init__(self, markdown: str) -> None:
        self._tokens = _reader().parse(markdown)
        self.headings = list(_name_headings(self._tokens))

    def html(self, resolve: Resolve) -> str:
        _lead_links(self._tokens, resolve)
        reader = _reader()
        return str(reader.renderer.render(list(_grouped(self._tokens)), reader.options, {}))


@cache
def _reader() -> MarkdownIt:
    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    reader.add_render_rule("fence", _fence)
    reader.add_render_rule("table_open", lambda *_: '<div class="table"><table>')
    reader.add_render_rule("table_close", lambda *_: "</table></div>")
    reader.add_render_rule("heading_close", _heading_close)
    return reader


def _name_headings(tokens: Sequence[Token]) -> Iterator[tuple[int, str, str]]:
    """Each heading gets an anchor that nobody else on the page has: level, anchor, text."""
    found = [(opening, inline) for opening, inline in pairwise(tokens) if opening.type == "heading_open"]
    texts = [
        "".join(one.content for one in inline.children or () if one.type in {"text", "code_inline"})
        for _, inline in found
    ]
    for (opening, _), text, anchor in zip(found, texts, anchors(texts), strict=True):
        opening.attrSet("id", anchor)
        yield int(opening.tag[1]), anchor, text


def _heading_close(_: object, tokens: Sequence[Token], at: int, *__: object) -> str:
    opening = tokens[at - 2]
    anchor = f' <a class="anchor" href="#{opening.attrGet("id")}" aria-label="Link to this part">#</a>'
    return f"{anchor if opening.tag != 'h1' else ''}</{opening.tag}>\n"


def _lead_links(tokens: Sequence[Token], resolve: Resolve) -> None:
    for token in tokens:
        for one in token.children or ():
            for name in ("href", "src"):
                if isinstance(href := one.attrGet(name), str):
                    one.attrSet(name, resolve(href))
            if one.type == "image":
                one.attrSet("loading", "lazy")


def _grouped(tokens: Sequence[Token]) -> Iterator[Token]:
    """The same thing said in several languages, one after the other, is shown as tabs."""
    at = 0
    while at < len(tokens):
        end = at
        languages: list[str] = []
        while end < len(tokens) and tokens[end].type == "fence" and _language(tokens[end]) not in languages:
            languages.append(_language(tokens[end]))
            end += 1
        if len(languages) > 1:
            yield Token("html_block", "", 0, content="<code-tabs>")
            yield from tokens[at:end]
            yield Token("html_block", "", 0, content="</code-tabs>\n")
            at = end
        else:
            yield tokens[at]
            at += 1


def _language(fence: Token) -> str:
    return fence.info.split()[0] if fence.info.strip() else ""


def _fence(_: object, tokens: Sequence[Token], at: int, *__: object) -> str:
    token = tokens[at]
    language, code = _language(token), token.content.rstrip("\n")
    name = "curl" if language == "sh" and code.startswith("curl") else NAMES.get(language, language or "Text")
    head = f'<figure class="code" data-name="{escape(name)}"><figcaption class="code__head">{escape(name)}</figcaption>'
    return f'{head}<pre tabindex="0"><code>{_coloured(code, language)}</code></pre></figure>\n'


def _coloured(code: str, language: str) -> str:
    lexer = _lexer(language)
    return escape(code) if lexer is None else str(highlight(code, lexer, COLOURS)).rstrip("\n")


@cache
def _lexer(language: str) -> Lexer | None:
    try:
        found: Lexer = get_lexer_by_name(LEXERS.get(language, language or "text"), stripnl=False)
    except ClassNotFound:
        return None
    return found
