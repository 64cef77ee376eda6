"""A codebook and an interview guide that people can print."""

from __future__ import annotations

import zipfile
from dataclasses import replace

import pytest

from bantar_lib import load_framework
from bantar_lib.errors import UserError
from bantar_lib.exchange import codebook_document, interview_guide
from bantar_lib.exchange.documents import plain

GRINDLE = load_framework("grindle")


def words(path) -> str:
    with zipfile.ZipFile(path) as parts:
        return parts.read("word/document.xml").decode("utf-8")


@pytest.mark.parametrize("lang", ["id", "en"])
def test_the_codebook_says_all_of_every_indicator(tmp_path, lang):
    text = codebook_document(GRINDLE, tmp_path / "c.md", lang).read_text(encoding="utf-8")
    for item in GRINDLE.indicators:
        told = (item.label, item.definition, item.include, item.exclude, *item.anchors.values())
        for part in told:
            assert plain(part[lang]) in text
    assert plain(GRINDLE.guide[lang]) in text


def test_the_guide_numbers_every_question(tmp_path):
    text = interview_guide(GRINDLE, tmp_path / "g.md", "id").read_text(encoding="utf-8")
    questions = [q for i in GRINDLE.indicators for q in i.questions["id"]]
    assert len(questions) > 9
    for n, question in enumerate(questions, 1):
        assert f"\n{n}. {plain(question)}" in text


def test_word(tmp_path):
    assert "Buku kode" in words(codebook_document(GRINDLE, tmp_path / "c.docx", "id"))
    assert "Interview guide" in words(interview_guide(GRINDLE, tmp_path / "g.docx", "en"))


def test_marks_of_markdown_are_shown_as_they_are(tmp_path):
    odd = {"id": "*a* [b](c) <d> 1. $e$ @f", "en": "x"}
    first = replace(GRINDLE.indicators[0], definition=odd)
    framework = replace(GRINDLE, dimensions=(replace(GRINDLE.dimensions[0], indicators=(first,)),))
    xml = words(codebook_document(framework, tmp_path / "c.docx", "id"))
    assert "*a* [b](c) &lt;d&gt; 1. $e$ @f" in xml


def test_a_framework_without_questions(tmp_path):
    bare = tuple(
        replace(d, indicators=tuple(replace(i, questions={}) for i in d.indicators))
        for d in GRINDLE.dimensions
    )
    with pytest.raises(UserError, match="no interview questions"):
        interview_guide(replace(GRINDLE, dimensions=bare), tmp_path / "g.md", "id")
    with pytest.raises(UserError, match="must end in"):
        codebook_document(GRINDLE, tmp_path / "c.odt", "id")
