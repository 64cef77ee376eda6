"""Every check with a statement that agrees, one that does not, and what cannot be known."""

from __future__ import annotations

from bantar_lib.audit import audit_claims
from bantar_lib.audit.checks import CHECKS

SHEET = (
    ["units", "planned 2020", "planned 2021", "share"],
    {
        "North": ["40", "10", "12", "55,0%"],
        "South": ["50", "20", "18", "76,0%"],
        "West": ["1.500", "5", "-", "0,3%"],
        "Total": ["1.590", "35", "30", ""],
    },
)
OTHER = (["dug 2020", "dug 2021"], {"South": ["20", "11"], "North": ["10", "12"]})

# check, arguments, stated → recomputed, verdict
CASES = [
    ("district_total", "column=units; district=South", "50", "50", "agrees"),
    ("district_total", "column=units; district=01.10", "40", "40", "agrees"),
    ("district_total", "column=units", "1.590", "1590", "agrees"),
    ("district_total", "column=subdistricts", "25", "24", "differs"),
    ("count", "stage=planned; years=2020, 2021; district=North", "22", "22", "agrees"),
    ("count", "stage=planned; years=2020", "34", "35", "differs"),
    ("count", "stage=planned; years=2021", "30", "", "cannot_be_checked"),
    ("count", "stage=planned; years=2019; district=North", "3", "", "cannot_be_checked"),
    ("printed", "table=A; row=North; columns=planned 2020, planned 2021", "22", "22", "agrees"),
    ("printed", "table=A; row=South; columns=planned 2020", "21", "20", "differs"),
    ("printed", "table=A; row=West; columns=planned 2021", "1", "", "cannot_be_checked"),
    ("percent_of", "table=A; row=North; part=planned 2020; whole=units", "25%", "25", "agrees"),
    ("percent_of", "table=A; row=Total; part=planned 2020; whole=units", "2,2%", "2.20",
     "agrees_rounded"),
    ("percent_of", "table=A; row=Total; part=planned 2020; whole=units", "2,3%", "2.20", "differs"),
    ("percent_of", "table=A; row=West; part=planned 2021; whole=units", "1%", "",
     "cannot_be_checked"),
    ("change", "stage=planned; start=2020; end=2021; district=North", "rose", "rose", "agrees"),
    ("change", "stage=planned; start=2020; end=2021; district=South", "rose", "fell", "differs"),
    ("change", "stage=planned; start=2020; end=2020", "unchanged", "unchanged", "agrees"),
    ("change", "stage=planned; start=2020; end=2021", "fell", "", "cannot_be_checked"),
    ("every_row", "table=A; column=units; at_least=40", "yes", "yes", "agrees"),
    ("every_row", "table=A; column=units; at_least=41", "yes", "no", "differs"),
    ("every_row", "table=A; column=planned 2021; at_least=1", "yes", "", "cannot_be_checked"),
    ("every_row", "table=A; column=planned 2021; at_least=15", "no", "no", "agrees"),
    ("all_reached", "table=A; row=North; part=planned 2020; whole=units", "no", "no", "agrees"),
    ("all_reached", "table=A; row=North; part=planned 2020; whole=units", "yes", "no", "differs"),
    # As many entries as units: they may be the same units twice.
    ("all_reached", "table=A; row=South; part=planned 2020, units; whole=units", "yes", "",
     "cannot_be_checked"),
    ("row_count", "table=A", "3", "3", "agrees"),
    ("row_count", "table=A", "4", "3", "differs"),
    ("table_exists", "table=A", "yes", "yes", "agrees"),
    ("table_exists", "table=C", "yes", "no", "differs"),
    ("table_years", "table=A", "2020-2021", "2020-2021", "agrees"),
    ("table_years", "table=A", "2020-2022", "2020-2021", "differs"),
    ("columns_equal", "table=A; column=planned 2020; other_table=B; other_column=dug 2020",
     "yes", "yes", "agrees"),
    ("columns_equal", "table=A; column=planned 2021; other_table=B; other_column=dug 2021",
     "yes", "no", "differs"),
    ("columns_equal", "table=A; column=share; other_table=A; other_column=planned 2021",
     "yes", "", "cannot_be_checked"),
    ("list_length", "items=pump, rope, bucket", "3", "3", "agrees"),
    ("list_length", "items=pump, rope", "3", "2", "differs"),
    ("framework_size", "", "2", "2", "agrees"),
    ("framework_size", "dimension=context", "4", "3", "differs"),
    ("acronym", "short=WASH; long=Water, sanitation and hygiene", "yes", "yes", "agrees"),
    ("acronym", "short=WASH; long=Hygiene and water", "yes", "no", "differs"),
    ("same_as", "claim=k1", "50", "50", "agrees"),
    ("same_as", "claim=k1", "51", "50", "inconsistent"),
]  # fmt: skip


def test_each_check_in_turn(make_study):
    tables = {"A": SHEET, "B": OTHER}
    claims = [(check, arguments, stated, "", "") for check, arguments, stated, _r, _v in CASES]
    found = audit_claims(make_study(tables, claims=claims))
    got = list(
        zip(found["check"], found["stated"], found["recomputed"], found["verdict"], strict=True)
    )
    assert got == [(c, s, r, v) for c, _a, s, r, v in CASES]


def test_no_check_is_left_untried():
    tried = {check: {c[4] for c in CASES if c[0] == check} for check in CHECKS}
    for check, verdicts in tried.items():
        assert verdicts & {"agrees", "agrees_rounded"}, check
        assert verdicts & {"differs", "inconsistent"}, check


def test_a_table_can_be_named_by_its_source(make_study):
    claims = [("printed", "table=report; row=west; columns=units", "1500", "", "")]
    found = audit_claims(make_study({"A": SHEET}, claims=claims))
    assert found["verdict"].to_list() == ["agrees"]
