"""The widget answers the page, keeps documents out of the notebook file, and says what it lacks."""

from __future__ import annotations

import sys

import pytest

import bantar_lib
from bantar_lib.errors import UserError

pytest.importorskip("anywidget", reason="anywidget is not installed")


def test_a_request_is_answered_under_its_number(talk_study, monkeypatch):
    widget = bantar_lib.SpanCoder(talk_study, "talk.txt", "ani")
    sent = []
    monkeypatch.setattr(widget, "send", sent.append)
    widget._receive(widget, {"do": "open", "number": "v-1"}, [])
    widget._receive(widget, "nonsense", [])
    (answer,) = sent
    assert answer["to"] == "v-1" and answer["opened"]["document"] == "talk.txt"


def test_what_a_notebook_may_save_of_it_holds_no_document(talk_study):
    widget = bantar_lib.SpanCoder(talk_study, "talk.txt", "ani")
    assert "Warga datang" not in str(widget.get_state())


def test_it_shows_html_beside_the_widget_and_alone_in_a_batch(talk_study, monkeypatch):
    widget = bantar_lib.SpanCoder(talk_study, "talk.txt", "ani")
    data, _metadata = widget._repr_mimebundle_()
    assert {"text/html", "text/plain", "application/vnd.jupyter.widget-view+json"} <= data.keys()
    monkeypatch.setattr("bantar_lib.lab.span_coder.attended", lambda: False)
    batch = bantar_lib.SpanCoder(talk_study, "talk.txt", "ani")
    data, _metadata = batch._repr_mimebundle_()
    assert data.keys() == {"text/html", "text/plain"}


def test_it_asks_who_codes(talk_study):
    with pytest.raises(UserError, match="who codes"):
        bantar_lib.SpanCoder(talk_study, "talk.txt")


def test_without_anywidget_it_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "anywidget", None)
    monkeypatch.delitem(sys.modules, "bantar_lib.lab.span_coder", raising=False)
    with pytest.raises(UserError, match=r"bantar_lib\[lab\]"):
        bantar_lib.lab.SpanCoder  # noqa: B018
