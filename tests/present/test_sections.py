"""What a page says of each indicator, after what the source says of it."""

from __future__ import annotations

import pytest

from bantar_lib import load_study
from bantar_lib.present import sections
from bantar_lib.present.display import Text
from bantar_lib.words import language

CONTESTED = [("01", source, "content.site", valence) for source, valence in
             (("talk", "supports"), ("visit", "mixed"), ("report", "inhibits"))]  # fmt: skip


@pytest.mark.parametrize(
    ("lang", "evidence", "said"),
    [
        ("en", CONTESTED, "The evidence is contested."),
        ("id", CONTESTED, "Buktinya diperselisihkan."),
        ("en", [(*e[:3], "supports") for e in CONTESTED], "The evidence strongly supports."),
        ("id", [(*e[:3], "supports") for e in CONTESTED], "Bukti: kuat mendukung."),
    ],
)
def test_a_rating_is_a_whole_sentence(write_small, lang, evidence, said):
    study = load_study(write_small(evidence=evidence))
    with language(lang):
        texts = [i.markdown for i in sections.evidence_details(study, "01") if isinstance(i, Text)]
    assert sum(said in text for text in texts) == 1


def test_the_focus_of_a_study(tmp_path, write_small_at):
    assert sections.focus(load_study("kampung_bantar")) == "15.71.07"
    assert sections.focus(load_study(write_small_at(tmp_path / "plain"))) == "01"
    declared = write_small_at(tmp_path / "declared", focus_district="02", evidence=CONTESTED)
    assert sections.focus(load_study(declared)) == "02"
    spoken = [("03", "talk", "content.site", "supports")]
    assert sections.focus(load_study(write_small_at(tmp_path / "s", evidence=spoken))) == "03"
