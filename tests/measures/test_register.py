from __future__ import annotations

import duckdb
import numpy as np
import pandas as pd
import pytest

from bantar_lib.errors import UserError
from bantar_lib.measures.reach import reach
from bantar_lib.measures.register import distinct_units, has_register
from bantar_lib.words import language

COUNTS = ["distinct", "entries"]


def register() -> pd.DataFrame:
    """Return a made-up register: 60 units in two districts, entering in some of four years."""
    random = np.random.default_rng(7)
    rows = [
        (f"{u:03}", "15.70" if u < 40 else "15.07", year, stage)
        for u in range(60)
        for year in range(2015, 2019)
        for stage, share in (("proposed", 0.3), ("implemented", 0.2))
        if random.random() < share
    ]
    return pd.DataFrame(rows, columns=["unit_id", "district_id", "year", "stage"])


def write(folder, ending: str, frame: pd.DataFrame) -> None:
    if ending == "csv":
        frame.to_csv(folder / "register.csv", index=False)
    else:
        with duckdb.connect() as base:
            base.register("made_up", frame)
            base.execute(f"COPY made_up TO '{folder / 'register.parquet'}' (FORMAT parquet)")


@pytest.fixture(params=["csv", "parquet", "sheet"])
def study(request, made_up, tmp_path):
    tables = {}
    if request.param == "sheet":
        tables["register"] = register().to_dict("records")
    else:
        write(tmp_path, request.param, register())
    counts = [(d, y, "implemented", None) for d in ("15.70", "15.07") for y in (2015, 2016)]
    return made_up({"15.70": 40, "15.07": 20, "15.7": 9}, counts, path=tmp_path, tables=tables)


def test_distinct_units_by_another_way(study):
    found = distinct_units(study).set_index(["district_id", "stage"])
    groups = register().groupby(["district_id", "stage"])
    assert found["distinct"].to_dict() == groups["unit_id"].nunique().to_dict()
    assert found["entries"].to_dict() == groups.size().to_dict()
    assert set(found["years"]) == {"2015|2016|2017|2018"}
    assert (found["distinct"] < found["entries"]).all()
    assert found.loc["15.70", "district"].tolist() == ["D15.70"] * 2


def test_one_district_is_the_same_rows(study):
    whole = distinct_units(study)
    part = distinct_units(study, "15.70")
    expected = whole[whole["district_id"] == "15.70"].reset_index(drop=True)
    pd.testing.assert_frame_equal(part, expected)
    assert distinct_units(study, "15.7").empty  # the code is text: 15.70 is another district


def test_reach_takes_the_register(study):
    done = register().query("stage == 'implemented'").groupby("district_id")["unit_id"].nunique()
    rows = reach(study)
    rows = rows[rows["scenario"] == "exact_distinct"].set_index("district_id")
    assert rows["numerator"].drop("15.7").to_dict() == {**done, "": done.sum()}
    assert rows.loc["15.7", "share"] is pd.NA  # not in the register: unknown
    one = reach(study, "15.07").set_index("scenario")
    assert one.loc["exact_distinct", "numerator"] == done["15.07"]


def test_registered_without_the_stage_is_none_of_it(made_up):
    rows = [{"unit_id": "a", "district_id": "1", "year": 2015, "stage": "proposed"}]
    study = made_up({"1": 9}, [], tables={"register": rows})
    found = reach(study, "1").set_index("scenario")
    assert found.loc["exact_distinct", "numerator"] == 0


def test_headings_may_be_indonesian_and_fields_split_by_semicolons(made_up, tmp_path):
    frame = register().rename(columns={"district_id": "Kode_Kecamatan"})
    frame.to_csv(tmp_path / "register.csv", index=False, sep=";", encoding="utf-8-sig")
    study = made_up({"15.70": 40, "15.07": 20}, [], path=tmp_path)
    found = distinct_units(study).groupby("district_id")["entries"].sum()
    assert found.to_dict() == register().groupby("district_id").size().to_dict()


def test_a_missing_column_is_named(made_up, tmp_path):
    register().drop(columns="stage").to_csv(tmp_path / "register.csv", index=False)
    study = made_up({"1": 9}, [], path=tmp_path)
    with language("en"), pytest.raises(UserError, match=r"register\.csv: .*“stage”"):
        distinct_units(study)


def test_a_broken_file_is_named(made_up, tmp_path):
    (tmp_path / "register.parquet").write_bytes(b"no parquet")
    study = made_up({"1": 9}, [], path=tmp_path)
    with language("en"), pytest.raises(UserError, match=r"register\.parquet: cannot be read"):
        distinct_units(study)


def test_without_a_register_there_is_none(bantar):
    assert not has_register(bantar)
    assert distinct_units(bantar).empty
    assert "exact_distinct" not in set(reach(bantar)["scenario"])
