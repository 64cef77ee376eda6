"""Causal statements: what each test is worth, the worked example, and faults with their lines."""

from __future__ import annotations

import re

import pytest

from bantar_lib import execution, load_study, size, workload
from bantar_lib.coding import contributions, standing
from bantar_lib.errors import UserError
from bantar_lib.words import language

STATEMENT = """\
contributions:
  - id: outcome
    outcome: {{id: hasil, en: outcome}}
    explanations:
      - {{id: one, text: {{id: satu, en: one}}}}
      - {{id: two, text: {{id: dua, en: two}}}}
    tests:
{tests}
    conclusion: {{id: simpulan, en: conclusion}}
"""
TEST = ("      - {{id: t{n}, of: {of}, kind: {kind}, result: {result}, expects: {{id: a, en: a}}, "
        "found: {{id: b, en: b}}}}")  # fmt: skip


def with_tests(study, *tests):
    lines = [TEST.format(n=n, of=of, kind=kind, result=result)
             for n, (of, kind, result) in enumerate(tests)]  # fmt: skip
    text = STATEMENT.format(tests="\n".join(lines))
    (study.path / "contributions.yml").write_text(text, "utf-8")
    return study


@pytest.mark.parametrize(
    ("tests", "stands", "separated"),
    [
        # Van Evera (1997): what a hoop fails is out, what a smoking gun shows is in; the other
        # way round little follows.
        ([("one", "hoop", "failed")], ["eliminated", "untested"], True),
        ([("one", "hoop", "passed")], ["undecided", "untested"], False),
        ([("one", "smoking_gun", "passed")], ["confirmed", "untested"], True),
        ([("one", "smoking_gun", "failed")], ["undecided", "untested"], False),
        ([("one", "straw_in_the_wind", "failed")], ["undecided", "untested"], False),
        ([("two", "doubly_decisive", "passed")], ["untested", "confirmed"], True),
        ([("two", "doubly_decisive", "failed")], ["untested", "eliminated"], True),
        ([("one", "smoking_gun", "not_available")], ["untested", "untested"], False),
        ([("one", "hoop", "unclear")], ["untested", "untested"], False),
        ([("one", "smoking_gun", "passed"), ("two", "smoking_gun", "passed")],
         ["confirmed", "confirmed"], False),
        ([("one", "smoking_gun", "passed"), ("one", "hoop", "failed")],
         ["conflicting", "untested"], False),
        ([("one", "hoop", "failed"), ("two", "hoop", "failed")],
         ["eliminated", "eliminated"], False),
    ],
)  # fmt: skip
def test_what_tests_leave_standing(study, tests, stands, separated):
    table = standing(with_tests(study, *tests))
    assert table["standing"].tolist() == stands
    assert table["separated"].tolist() == [separated] * 2


def test_one_row_a_test_and_the_untested_stay(study):
    table = contributions(with_tests(study, ("one", "hoop", "passed"), ("one", "hoop", "failed")))
    assert table[["explanation", "role", "result", "bearing"]].values.tolist() == [
        ["one", "claim", "passed", "survives"],
        ["one", "claim", "failed", "eliminates"],
        ["two", "rival", "", ""],
    ]


def test_a_study_without_causal_statements(study):
    assert contributions(study).empty
    assert standing(study).empty


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("kind: hoop", "kind: hop", r"contributions\.yml:8: kind: “hop” is not known\. Did you"),
        ("result: passed", "result: yes", r":8: result: “True” is not known"),
        ("of: one", "of: three", r":8: of: “three” is not known"),
        ("expects: {id: a, en: a}", "expects: {id: a}", r":8: “expects: en” is missing"),
        ("outcome: {id", "outcom: {id", r":2: key: “outcom” is not known\. Did you mean “outcome”"),
        ("{id: two, text: {id: dua, en: two}}", "{id: one, text: {id: dua, en: two}}",
         r":6: the id “one” stands twice"),
        ("      - {id: two, text: {id: dua, en: two}}\n", "", r":2: outcome: a claim needs"),
        ("id: t0, ", "id: t0, measures: [reech], ", r":8: measures: “reech” is not known"),
        ("  - id: outcome\n", "  - id: outcome\n    district: Nowhere\n", "no district “Nowhere”"),
        ("tests:\n", "tests: none\n    more:\n", "key: “more” is not known"),
    ],
)  # fmt: skip
def test_a_fault_names_its_line(study, old, new, message):
    path = with_tests(study, ("one", "hoop", "passed")).path / "contributions.yml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    with language("en"), pytest.raises(UserError, match=message) as refused:
        contributions(study)
    assert "\n" not in str(refused.value)


# The worked example says what the counts say


@pytest.fixture(scope="module")
def bundled():
    return load_study("kampung_bantar")


def test_the_data_cannot_separate_the_two(bundled):
    table = standing(bundled).set_index("explanation")
    assert table.index.tolist() == ["one_facilitator", "intake_limit"]
    assert set(table["standing"]) == {"undecided"}
    assert not table["separated"].any()
    assert "cannot separate" in table["conclusion_en"].iloc[0]
    decisive = contributions(bundled).query("kind == 'doubly_decisive'")
    assert set(decisive["result"]) == {"not_available"}


def test_every_found_agrees_with_what_the_measures_give(bundled):
    tests = contributions(bundled).set_index("test")
    assert tests.loc["not_in_proportion", "result"] == "passed"
    assert size(bundled)["excludes_proportional"].all()
    assert tests.loc["another_number_of_facilitators", "result"] == "not_available"
    assert workload(bundled)["size_confounded"].all()
    rates = execution(bundled)
    city = rates["implemented"].sum() / rates["proposed"].sum()
    own = rates[rates["district_id"] == "15.71.07"].iloc[0]
    assert own["low"] < city < own["rate"]  # "not below the city's, but its interval is wide"
    share = rates.assign(units=bundled.districts["units"]).sort_values("units")
    share = (share["proposed"] / share["units"]).tolist()
    assert min(share[:4]) > max(share[4:])  # "the share is indeed smaller in large districts"
    proposed = rates["proposed"].sort_values(ascending=False).tolist()
    assert proposed[1] > 1.5 * proposed[2]  # "two districts put forward far more than the others"


def test_no_number_stands_in_the_texts(bundled):
    """Counts may be corrected: a text that names none cannot go stale."""
    texts = contributions(bundled).filter(regex="^(explanation|expects|found)_(id|en)$")
    assert not texts.map(lambda text: bool(re.search(r"\d", text))).any(axis=None)
