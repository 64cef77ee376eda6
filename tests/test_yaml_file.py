"""YAML with line numbers; its refusals are tested with the frameworks that are read by it."""

import pytest
import yaml

from bantar_lib.errors import UserError
from bantar_lib.words import LANGUAGES, language
from bantar_lib.yaml_file import Entries, read_yaml, what_is_wrong


def test_every_mapping_knows_its_line(tmp_path):
    path = tmp_path / "a.yml"
    path.write_text("# note\ntop: 1\nlist:\n  - {deep: x}\n\n  - deep: y\n", encoding="utf-8")
    entries = read_yaml(path)
    assert entries == {"top": 1, "list": [{"deep": "x"}, {"deep": "y"}]}
    assert [entries.line, *(e.line for e in entries["list"])] == [2, 4, 6]


def test_yaml_as_others_use_it_stays_as_it_was(tmp_path):
    path = tmp_path / "a.yml"
    path.write_text("top: 1\n", encoding="utf-8")
    read_yaml(path)
    assert not isinstance(yaml.safe_load("a: 1\n"), Entries)
    assert type(yaml.load("a: 1\n", getattr(yaml, "CSafeLoader", yaml.SafeLoader))) is dict


QUOTE = """\
format: 1
title: {id: "Kampung, en: Village}
question: {id: how, en: far}
focus_district: "15.70"
stages:
  - {id: proposed}
"""
WRONG = [  # the text, the line at fault, and a word of the message in each language
    (QUOTE, 2, "kutip tidak ditutup", "mark is not closed"),
    ('a: 1\nb: "open\nc: 2\n', 2, "kutip tidak ditutup", "mark is not closed"),
    ("a: 'don't do'\nb: 2\n", 1, "setelah tanda kutip", "follows a closing"),
    ("a:\n\tb: 1\n", 2, "tab", "tab"),
    ("a: 1\n\tb: 1\n", 2, "tab", "tab"),
    ("a:\n  - x\n \t- y\n", 3, "tab", "tab"),
    ("a: Studi: kecil\n", 1, "titik dua di dalam", "colon stands inside"),
    ("a: 1\n b: 2\n", 2, "menjorok", "indented"),
    ("a:\n  - x\n - y\n", 3, "menjorok", "indented"),
    ("- a\nb: 1\n", 2, "menjorok", "indented"),
    ("a: {id: x, en: y\nb: 2\nc: {id: x}\n", 1, "“{” tidak ditutup", "“{” is not closed"),
    ("a: [1, 2\nb: 3\n", 1, "“[” tidak ditutup", "“[” is not closed"),
    ("a: {id: x}}\nb: 1\n", 1, "“}” tidak menutup", "“}” closes"),
    ("a: 1\nhello world\nc: 1\n", 2, "titik dua setelah", "colon is missing"),
    *((f"b: 1\na: {sign}x y\n", 2, f"diawali “{sign}”", f"begin with “{sign}”")
      for sign in "@%`*!|>"),
    ('a: "C:\\dir"\n', 1, "garis miring", "backslash"),
    ("a: 1\n---\nb: 2\n", 2, "dokumen kedua", "second document"),
    ("b: 1\na: \x01\n", 2, "tidak terlihat", "cannot be seen"),
    ("x: 1\na: 2024-13-45\n", 2, "2024-13-45 bukan", "2024-13-45 is no"),
    ("a: {{x}}\n", 1, "tempat kunci", "where a key"),
    ("a: - b\n", 1, "belakang kuncinya", "behind its key"),
    ("b: 1\na: &\n", 2, "sebagai YAML", "as YAML"),
]  # fmt: skip


@pytest.mark.parametrize("loader", ["SafeLoader", "CSafeLoader"])
@pytest.mark.parametrize(("text", "line", "indonesian", "english"), WRONG)
def test_what_is_wrong_is_said_in_plain_words(loader, text, line, indonesian, english):
    if not hasattr(yaml, loader):
        pytest.skip("PyYAML stands here without its loader in C")
    with pytest.raises((yaml.YAMLError, ValueError)) as raised:
        yaml.load(text, getattr(yaml, loader))
    for lang, word in zip(LANGUAGES, (indonesian, english), strict=True):
        with language(lang):
            found = what_is_wrong(text, raised.value)
        assert (found.line, word in found.message) == (line, True), found
        assert found.remedy[0].isupper() and found.remedy.endswith(".")


def test_a_reader_that_raises_says_the_same(tmp_path):
    path = tmp_path / "a.yml"
    path.write_text(QUOTE, encoding="utf-8")
    with language("en"), pytest.raises(UserError) as raised:
        read_yaml(path)
    assert str(raised.value) == (
        "a.yml:2: the quotation mark is not closed; close it at the end of the text."
    )
