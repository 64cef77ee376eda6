"""The text of an HTML page as Taguette counts it, and as people read it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from html.parser import HTMLParser

# fmt: off
_BLOCKS = frozenset({
    "p", "h1", "h2", "h3", "h4", "h5", "h6", "li", "ul", "ol", "dl", "dt", "dd", "table", "tr",
    "td", "th", "thead", "tbody", "caption", "blockquote", "pre", "div", "hr", "body", "title",
})
# fmt: on
_SILENT = frozenset({"style", "script"})


@dataclass(frozen=True)
class Mark:
    """A stretch of text inside an element with a class, counted as `plain` counts."""

    name: str
    start: int
    end: int


@dataclass(frozen=True)
class PageText:
    """A page's text.

    Parameters
    ----------
    plain : str
        All its text nodes, one after another.
    breaks : tuple of int
        Places in `plain` where a block ends and no line end stands: there `text` has one.
    marks : tuple of Mark
        Its elements with a class, in order.
    """

    plain: str
    breaks: tuple[int, ...]
    marks: tuple[Mark, ...] = ()

    @property
    def text(self) -> str:
        """The text with a line for each block."""
        parts, last = [], 0
        for place in self.breaks:
            parts.append(self.plain[last:place] + "\n")
            last = place
        return "".join(parts) + self.plain[last:]

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Turn a place in `plain` into one in `text`."""
        return start + bisect_right(self.breaks, start), end + bisect_left(self.breaks, end)


def from_bytes(plain: str, position: int) -> int | None:
    """Return the code point at which a UTF-8 byte stands, or None inside one or outside.

    Examples
    --------
    >>> from_bytes("é!", 2), from_bytes("é!", 1)
    (1, None)
    """
    data = plain.encode("utf-8")
    if not 0 <= position <= len(data):
        return None
    if position < len(data) and data[position] & 0xC0 == 0x80:
        return None
    return len(data[:position].decode("utf-8"))


@dataclass
class _Reader(HTMLParser):
    parts: list[str] = field(default_factory=list)
    length: int = 0
    breaks: list[int] = field(default_factory=list)
    open_: list[tuple[str, str, int]] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    silent: int = 0
    last: str = ""
    after_pre: bool = False

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.silent += tag in _SILENT
        if tag in _BLOCKS or tag == "br":
            self._break()
        self.after_pre = tag == "pre"
        name = dict(attrs).get("class") or ""
        if tag not in ("br", "img", "hr", "col", "meta", "link"):
            self.open_.append((tag, name, self.length))

    def handle_endtag(self, tag: str) -> None:
        self.silent = max(0, self.silent - (tag in _SILENT))
        if tag not in (t for t, _name, _at in self.open_):
            return
        while self.open_:
            opened, name, start = self.open_.pop()
            if name or opened in ("strong", "hr"):
                self.marks.append(Mark(name or opened, start, self.length))
            if opened == tag:
                break
        if tag in _BLOCKS:
            self._break()

    def handle_data(self, data: str) -> None:
        if self.silent:
            return
        data = data.replace("\r\n", "\n").replace("\r", "\n")
        if self.after_pre:
            data = data.removeprefix("\n")  # as HTML says
        self.after_pre = False
        if data:
            self.parts.append(data)
            self.length += len(data)
            self.last = data[-1]

    def _break(self) -> None:
        if self.length and self.last != "\n":
            self.breaks.append(self.length)
            self.last = "\n"


def page_text(html: str) -> PageText:
    r"""Read the text of an HTML page.

    Examples
    --------
    >>> page = page_text("<p>one</p><p>two</p>")
    >>> page.plain, page.text, page.place(3, 6)
    ('onetwo', 'one\ntwo\n', (4, 7))
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    # A break before a line end that the page has itself would make an empty line.
    plain = "".join(reader.parts)
    breaks = [b for b in reader.breaks if plain[b : b + 1] != "\n"]
    return PageText(plain, tuple(dict.fromkeys(breaks)), tuple(reader.marks))
