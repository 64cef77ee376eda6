"""Without a kernel the coded document is plain HTML, escaped, and masked where it must be."""

from __future__ import annotations

import pytest

from bantar_lib.lab import still
from bantar_lib.lab.desk import Desk
from bantar_lib.lab.still import still_html, still_text


def code(desk, words, code="content.interests", valence="supports", memo=""):
    start = desk.text.index(words)
    answer = desk.answer({"do": "code", "start": start, "end": start + len(words), "code": code,
                          "valence": valence, "memo": memo})  # fmt: skip
    assert answer["ok"], answer


def test_overlapping_codings_each_say_where_they_end(talk_study):
    desk = Desk(talk_study, "talk.txt", "ani")
    code(desk, "Warga datang setiap Minggu.", memo="rutin")
    code(desk, "setiap Minggu. Pembersihan selokan", "content.change", "inhibits")
    page = still_html(desk)
    assert "Minggu.</mark><sup>[1+]</sup>" in page and "selokan</mark><sup>[2−]</sup>" in page
    assert "<i>rutin</i>" in page
    text = still_text(desk).splitlines()
    assert text[1] == "1. Interests affected: supports. “Warga datang setiap Minggu.”"


def test_an_uncoded_document_says_so(talk_study):
    desk = Desk(talk_study, "talk.txt", "ani")
    assert "No codings yet." in still_html(desk) and "No codings yet." in still_text(desk)


def test_everything_from_data_is_escaped(talk_study):
    hostile = '<script>alert(1)</script> "x" & y'
    (talk_study.path / "documents" / "talk.txt").write_text(hostile, "utf-8")
    desk = Desk(talk_study, "talk.txt", "ani")
    made = desk.answer({"do": "make", "label": "<b>bold</b>"})["code"]
    code(desk, hostile, made, memo="<i onclick=x>")
    page = still_html(desk)
    assert "<script" not in page and "<b>bold" not in page and "<i onclick" not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize("release", ["paraphrase", "none"])
def test_what_may_not_be_quoted_is_not_shown(talk_study, release):
    desk = Desk(talk_study, "talk.txt", "ani")
    code(desk, "Warga datang", memo="catatan rahasia")
    sources = talk_study.path / "sources.csv"
    rows = sources.read_text("utf-8").splitlines()
    changed = [r[: r.rindex(",")] + f",{release}" if r.startswith("talk,") else r for r in rows]
    sources.write_text("\n".join(changed) + "\n", "utf-8")
    from bantar_lib import load_study

    closed = Desk(load_study(talk_study.path), "talk.txt", "ani")
    for shown in (still_html(closed), still_text(closed)):
        assert "may not be shown" in shown
        assert "Warga" not in shown and "rahasia" not in shown and "talk.txt" not in shown


def test_a_private_document_is_not_even_named(talk_study):
    desk = Desk(talk_study, "diary.txt", "ani")
    code(desk, "nama saya Budi", memo="Budi")
    assert "Budi" not in still_html(desk) and "diary" not in still_text(desk)


def test_a_long_document_shows_its_coded_paragraphs(talk_study, monkeypatch):
    monkeypatch.setattr(still, "MOST_LETTERS", 50)
    desk = Desk(talk_study, "talk.txt", "ani")
    code(desk, "Warga datang")
    page = still_html(desk)
    assert "Pembersihan" in page and "Gerobak" not in page
    assert "4 paragraphs without codings are left out here." in page
