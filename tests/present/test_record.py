"""What a district's page leaves for tables of all districts."""

from __future__ import annotations

from bantar_lib import execution, load_study, reach
from bantar_lib.present import district_result


def balances(study, district):
    rows = district_result(study, district, execution(study), reach(study)).record["results"]
    return {r["measure"].partition(":")[2]: (r["reading"], r["value"]) for r in rows
            if r["measure"].startswith("indicator:")}  # fmt: skip


def test_no_balance_is_left_where_evidence_does_not_suffice(write_small):
    found = balances(load_study("kampung_bantar"), "15.71.07")
    assert {value for _reading, value in found.values()} == {None}
    enough = [("01", source, "content.site", "supports") for source in ("talk", "visit", "report")]
    assert balances(load_study(write_small(evidence=enough)), "01")["content.site"] == (
        "strongly_supports", 1.0)  # fmt: skip
