"""What the pages say of a source's own figures and statements."""

from __future__ import annotations

import re

import pytest

from bantar_lib import audit_claims, audit_tables, load_study
from bantar_lib.present.audit_sentences import audit_lead, district_audit_note
from bantar_lib.words import language


@pytest.fixture
def studies(tmp_path, write_small_at):
    with language("en"):
        yield {"bundled": load_study("kampung_bantar"),
               "plain": load_study(write_small_at(tmp_path / "plain"))}  # fmt: skip


def test_all_together(studies):
    study = studies["bundled"]
    text = audit_lead(study, audit_tables(study), audit_claims(study)).markdown
    assert re.match(r"Of \d+ printed figures that can be recomputed .*, \d+ differ\.", text)
    assert "the row totals of 6 districts are not the sum of their years" in text
    assert re.search(r"Of \d+ statements", text)


def test_without_statements(studies):
    study = studies["plain"]
    text = audit_lead(study, audit_tables(study), audit_claims(study)).markdown
    assert text == "No printed figure can be recomputed from other printed figures."
    assert "statements" not in text


def test_a_districts_figures(studies):
    study, tables = studies["bundled"], audit_tables(studies["bundled"])
    wrong = tables[(tables["verdict"] == "differs") & (tables["district_id"] != "")]
    for code in study.districts["district_id"]:
        text = district_audit_note(study, tables, code).markdown
        assert ("do not follow" in text) is (code in set(wrong["district_id"]))
        share = wrong[(wrong["check"] == "percentage_of_sum") & (wrong["district_id"] == code)]
        assert ("follows that number" in text) is not share.empty


def test_no_printed_figures(studies):
    study = studies["plain"]
    text = district_audit_note(study, audit_tables(study), "01").markdown
    assert text == "None of the printed figures for this district can be recomputed."
