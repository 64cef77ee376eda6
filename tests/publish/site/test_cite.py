"""What a reader is to cite: the study, the source it rests on, and the library."""

from __future__ import annotations

import pytest

from bantar_lib import load_study
from bantar_lib.publish.site.cite import citation
from bantar_lib.words import language


@pytest.mark.parametrize(
    ("lang", "source", "listed"),
    [("id", "- Sumbernya: ", "- Tercantum pula, "), ("en", "- Its source: ", "- Listed as well, ")],
)
def test_the_source_a_study_rests_on_stands_apart_from_those_it_lists(lang, source, listed):
    with language(lang):
        lines = citation(load_study("kampung_bantar")).splitlines()
    assert [line.startswith(source) for line in lines[1:3]] == [True, False]
    assert lines[2].startswith(listed)
    assert len([line for line in lines if line.startswith("    - ")]) == 7
    assert lines[-1].startswith("- ")


def test_a_source_that_may_not_be_passed_on_is_not_cited(write_small):
    folder = write_small()
    (folder / "sources.csv").write_text(
        "source_id,kind,title_id,title_en,citation,release\n"
        "report,statistic,Laporan,Report,Office 2020,quote\n"
        "talk,interview,Percakapan,Talk,Mrs X,quote\n"
        "note,document,Catatan,Note,Mr Y,none\n",
        "utf-8",
    )
    with language("en"):
        said = citation(load_study(folder))
    assert "Its source: Report. Office 2020" in said
    assert "Listed as well" not in said
    assert not any(name in said for name in ("Mrs X", "Mr Y", "Talk", "Note"))
