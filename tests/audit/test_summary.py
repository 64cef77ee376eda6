"""The audit in one line."""

from __future__ import annotations

from bantar_lib.audit import audit_claims, audit_summary
from bantar_lib.words import language


def test_counts_of_the_bundled_study(bundled):
    summary = audit_summary(bundled)
    # 12 row totals, 12 column totals, 12 percentages, 12 numbers of RT printed twice.
    assert sum(summary.figures.values()) == 48
    assert summary.figures["differs"] == 7
    claims = audit_claims(bundled)
    assert sum(summary.claims.values()) == len(claims)
    # Six row totals and the "hundreds" of RT; the city's total and the percentages repeat them,
    # and the 166 RT are the one number stated two ways.
    assert summary.slips["arithmetic"] == 8
    found = claims[claims["verdict"].isin(["differs", "inconsistent"])]
    assert sum(summary.slips.values()) == (found["same_slip"] == "").sum()


def test_a_slip_counts_once_and_only_where_it_was_found(make_study):
    claims = [
        ("", "", "", "cannot_be_checked", "labelling"),
        ("", "", "", "differs", "labelling", "k1"),
        ("", "", "", "inconsistent", "labelling", "k1"),
        ("", "", "", "inconsistent", "conceptual"),
        ("", "", "", "no_evidence", "conceptual"),
    ]
    slips = audit_summary(make_study(claims=claims)).slips
    assert slips == {"arithmetic": 0, "labelling": 1, "cross_reference": 0, "conceptual": 1}


def test_sentence_in_both_languages(make_study):
    sheet = (["a"], {"North": ["1"], "Total": ["2"]})
    claims = [("row_count", "table=A", "1", "", ""), ("", "", "", "inconsistent", "conceptual")]
    summary = audit_summary(make_study({"A": sheet}, claims=claims))
    with language("en"):
        assert summary.sentence() == (
            "1 of 1 recomputed figures differs from what is printed. "
            "Of 2 statements 1 agree with the data; 1 distinct slip was found."
        )
    with language("id"):
        assert "1 dari 1 angka" in summary.sentence()
        assert "ditemukan 1 kekeliruan" in summary.sentence()


def test_nothing_to_audit(make_study):
    summary = audit_summary(make_study())
    assert set(summary.figures.values()) | set(summary.claims.values()) == {0}
