"""What a notebook shows says the same in every form, and data cannot break out of it."""

from __future__ import annotations

import base64
import re
from html.parser import HTMLParser

import matplotlib.pyplot as plt
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from nbconvert.filters import markdown2html

from bantar_lib.present import show, style
from bantar_lib.present.display import (
    RESULT_MIME,
    Figure,
    Markdown,
    Result,
    Table,
    Text,
    escape_markdown,
    markdown_table,
    png,
)
from bantar_lib.words import language

SIGNS = "\\`*_{}[]<>|#$~&^@!\"'()-+.:=1aé \n"
TABLE = Table(
    pd.DataFrame({"District": ["<b>Melati</b>", "a|b"], "count": ["1,234", pd.NA]}),
    'Counts of "Melati" & <others>',
    ("count",),
)


class Seen(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.text, self.tags = "", []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data


def draw(title: str = "t") -> Figure:
    drawing, axes = style.canvas(1.5)
    axes.plot([1, 3, 2])
    axes.set_title(title)
    return Figure(drawing, "Runs from 1 to 3.", "What is *drawn*.", "Not shown: why [not].")


@pytest.fixture(autouse=True)
def in_english():
    InteractiveShell.instance()
    with language("en"):
        yield


def shown(*items):
    """Return what `show` displays: (data, metadata) of each output."""
    with capture_output() as captured:
        assert show(*items) is None
    assert captured.stdout == ""
    return [(output.data, output.metadata) for output in captured.outputs]


def test_a_figure_is_followed_by_its_caption():
    (data, metadata), (caption, role) = shown(draw())
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")
    assert data["text/plain"] == metadata["image/png"]["alt"] == "Runs from 1 to 3."
    assert metadata["bantar"] == "figure"
    assert role["bantar"] == "caption"
    assert caption["text/plain"] == "What is *drawn*. Not shown: why [not]."
    assert caption["text/markdown"] == "*What is \\*drawn\\*.* Not shown: why \\[not\\]."


def test_a_shown_figure_is_closed():
    before = plt.get_fignums()
    shown(draw())
    assert plt.get_fignums() == before


def test_the_same_drawing_gives_the_same_bytes():
    first, second = draw(), draw()
    assert png(first.drawing) == png(second.drawing)
    assert png(draw("another").drawing) != png(first.drawing)
    assert b"Software" not in png(first.drawing)
    plt.close("all")


def test_a_name_with_a_dollar_is_drawn_as_text():
    figure = draw("costs $\\x$ and $_")
    assert png(figure.drawing)
    plt.close("all")


def test_several_items_keep_their_order():
    outputs = shown(Text("one", "lead"), TABLE, Text("two"))
    assert [metadata["bantar"] for _data, metadata in outputs] == ["lead", "table", "text"]


def test_a_result_is_recorded_and_said_in_words():
    ((data, metadata),) = shown(Result({"results": [{"value": None}]}))
    assert data[RESULT_MIME] == {"results": [{"value": None}]}
    assert data["text/plain"] == "1 row of results recorded"
    assert metadata["bantar"] == "result"


def test_a_table_in_html():
    ((data, _metadata),) = shown(TABLE)
    page = Seen(data["text/html"])
    tags = [tag for tag, _attrs in page.tags]
    assert "b" not in tags
    assert "<b>Melati</b>" in page.text
    assert tags.count("tr") == 3
    assert [a.get("scope") for t, a in page.tags if t == "th"] == ["col", "col", "row", "row"]
    assert tags.count("caption") == 1
    region = dict(page.tags[0][1])
    assert region["aria-label"] == TABLE.caption
    assert region["tabindex"] == "0"  # a wide table can be scrolled from the keyboard
    assert [a.get("class") for t, a in page.tags if t == "td"] == ["n", "n"]


def test_an_unknown_cell_is_blank_in_every_form():
    ((data, _metadata),) = shown(TABLE)
    for form in ("text/html", "text/markdown", "text/plain"):
        assert "NA" not in data[form]
        assert "nan" not in data[form]


def test_a_table_in_markdown():
    ((data, _metadata),) = shown(TABLE)
    head, rule, first, second, _blank, caption = data["text/markdown"].split("\n")
    assert head == "| District | count |"
    assert re.fullmatch(r"\| :-+ \| -+: \|", rule)
    assert first == "| \\<b\\>Melati\\</b\\> | 1,234 |"
    assert second == "| a\\|b |  |"
    assert caption == ': Counts of "Melati" \\& \\<others\\>'


def test_a_long_text_gets_more_room_than_a_number():
    frame = pd.DataFrame({"n": ["1"], "statement": ["many words " * 20]})
    dashes = [len(d) for d in re.findall(r"-+", markdown_table(frame, "c").split("\n")[1])]
    assert dashes[1] > 2 * dashes[0]


def test_a_table_without_rows_is_a_line():
    empty = Table(pd.DataFrame({"District": [], "count": []}), "Gaps <b>", ("count",))
    ((data, _metadata),) = shown(empty)
    assert data == {"text/markdown": "Gaps \\<b\\>: none.", "text/plain": "Gaps <b>: none."}


@settings(max_examples=150, deadline=None)
@given(st.text(SIGNS, min_size=1, max_size=20))
def test_escaped_text_is_shown_as_it_is_written(name):
    """In the renderer that makes the pages; what opens a list or heading stands in a sentence."""
    page = Seen(markdown2html(f"Of **{escape_markdown('x' + name + 'x')}** it is said."))
    assert "".join(page.text.split()) == "Ofx" + "".join(name.split()) + "xitissaid."
    assert {tag for tag, _attrs in page.tags} <= {"p", "strong"}


@settings(max_examples=80, deadline=None)
@given(st.text(SIGNS, min_size=1, max_size=20))
def test_an_escaped_cell_stays_one_cell(name):
    frame = pd.DataFrame({"a": [f"x{name}x"], "b": ["2"]})
    page = Seen(markdown2html(markdown_table(frame, "c").split("\n\n")[0]))
    tags = [tag for tag, _attrs in page.tags]
    assert (tags.count("th"), tags.count("td")) == (2, 2)
    assert "".join(page.text.split()) == "abx" + "".join(name.split()) + "x2"


def test_markdown_is_escaped_once():
    once = escape_markdown("*")
    assert isinstance(once, Markdown)
    assert escape_markdown(once) is once


def test_jupyterlab_gets_a_figure_with_its_alternative_text(monkeypatch):
    ((plain, _metadata), _caption) = shown(draw())
    assert "text/html" not in plain, "a batch keeps each picture once"
    monkeypatch.setenv("JPY_SESSION_NAME", "/notebooks/explore.ipynb")
    ((data, _metadata), _caption) = shown(draw())
    ((tag, attributes),) = Seen(data["text/html"]).tags
    assert (tag, attributes["alt"]) == ("img", "Runs from 1 to 3.")
    assert attributes["src"] == f"data:image/png;base64,{data['image/png']}"
