"""From found codes to indicators: proposed, confirmed by a person, and nothing dropped."""

from __future__ import annotations

import openpyxl
import pandas as pd
import pytest

from bantar_lib import load_framework, load_study
from bantar_lib.errors import UserError
from bantar_lib.exchange import (
    FoundProject,
    apply_code_map,
    propose_code_map,
    read_code_map,
    read_refi,
    write_code_map,
    write_refi,
)
from bantar_lib.exchange.found import CODES, CODINGS, SOURCES, UNPLACED, tidy
from bantar_lib.exchange.mapping import COLUMNS
from bantar_lib.words import language

GRINDLE = load_framework("grindle")


def found(*codes: str, used: tuple[str, ...] = ()) -> FoundProject:
    return FoundProject(
        "x",
        tidy(({"code": c, "name": c, "codable": True} for c in codes), CODES),
        tidy([], SOURCES),
        tidy(({"code": c, "document": "d"} for c in used), CODINGS),
        tidy([], UNPLACED),
    )


@pytest.mark.parametrize(
    ("code", "indicator", "valence", "match"),
    [
        ("content.benefits", "content.benefits", "", "exact"),
        ("TYPE OF BENEFITS", "content.benefits", "", "exact"),
        ("tipe  manfaat » menghambat", "content.benefits", "inhibits", "exact"),
        ("Type of benefits » Supports", "content.benefits", "supports", "exact"),
        ("isi.tipe manfaat", "content.benefits", "", "exact"),
        ("Isi / tipe manfaat", "content.benefits", "", "exact"),
        ("Tipe manfat", "content.benefits", "", "near"),
        ("kepatuhan", "context.compliance", "", "near"),
        ("Cuaca buruk", "", "", ""),
        ("Cuaca » campuran", "", "mixed", ""),
    ],
)
def test_proposals(code, indicator, valence, match):
    (row,) = propose_code_map(found(code), GRINDLE).to_dict("records")
    assert (row["indicator"], row["valence"], row["match"]) == (indicator, valence, match)
    assert row["confirmed"] == ("yes" if match == "exact" else "")


def test_our_own_codes_are_known_by_their_identifiers(tmp_path):
    with language("id"):
        write_refi(load_study("kampung_bantar"), tmp_path / "p.qdc")
    code_map = propose_code_map(read_refi(tmp_path / "p.qdc"), GRINDLE)
    assert set(code_map["match"]) == {"exact"}
    assert len(code_map) == 9 * 5
    assert code_map["valence"].value_counts().to_dict() == dict.fromkeys(
        ["", "supports", "inhibits", "mixed", "neutral"], 9
    )


@pytest.mark.parametrize("name", ["map.csv", "map.xlsx"])
@pytest.mark.parametrize("lang", ["id", "en"])
def test_the_sheet_goes_out_and_comes_back(tmp_path, name, lang):
    codes = ["=cmd|'/c calc'!A0", "Tipe manfaat", "a,b\n“c”", "-x"]
    proposed = propose_code_map(found(*codes, used=("-x", "-x")), GRINDLE)
    with language(lang):
        write_code_map(proposed, tmp_path / name, GRINDLE)
    back = read_code_map(tmp_path / name)
    assert back.to_numpy().tolist() == proposed.astype(str).to_numpy().tolist()
    if name.endswith("csv"):
        cells = (tmp_path / name).read_text(encoding="utf-8")
        assert "\n=" not in cells
        assert "\n-" not in cells
    else:
        sheet = openpyxl.load_workbook(tmp_path / name)["map"]
        assert sheet["A2"].data_type == "s"
        assert len(sheet.data_validations.dataValidation) == 3


def test_only_confirmed_rows_are_applied_and_the_rest_is_listed():
    project = found("Tipe manfat", "Cuaca", used=("Tipe manfat", "Cuaca", "Cuaca", "Tanpa daftar"))
    code_map = propose_code_map(project, GRINDLE)
    mapped = apply_code_map(project, code_map[code_map["code"] != "Tanpa daftar"], GRINDLE)
    assert len(mapped.codings) == 0
    assert mapped.unmapped.to_numpy().tolist() == [
        ["Tipe manfat", 1, "its row is not confirmed with “yes”"],
        ["Cuaca", 2, "the mapping sheet names no indicator"],
        ["Tanpa daftar", 1, "it is not in the mapping sheet"],
    ]
    code_map.loc[code_map["code"] == "Tipe manfat", "confirmed"] = "Ya"
    mapped = apply_code_map(project, code_map, GRINDLE)
    assert mapped.codings["indicator"].tolist() == ["content.benefits"]
    assert len(mapped.left) == 3


def test_labels_do_for_ids_and_words_for_valences():
    project = found("Cuaca", used=("Cuaca",))
    filled = ("Cuaca", 1, "tipe manfaat", "menghambat", "", "x")
    sheet = pd.DataFrame([filled], columns=list(COLUMNS))
    row = apply_code_map(project, sheet, GRINDLE).codings.iloc[0]
    assert (row["indicator"], row["valence"]) == ("content.benefits", "inhibits")
    with pytest.raises(UserError, match="no indicator is called “nothing”"):
        apply_code_map(project, sheet.assign(indicator="nothing"), GRINDLE)
    with pytest.raises(UserError, match="the valence “fine”"):
        apply_code_map(project, sheet.assign(valence="fine"), GRINDLE)
    with pytest.raises(UserError, match="gives the code “Cuaca” twice"):
        apply_code_map(project, pd.concat([sheet, sheet]), GRINDLE)


def test_faults_of_the_sheet(tmp_path):
    (tmp_path / "m.csv").write_text("code;indicator\na;b\n", encoding="utf-8")
    with pytest.raises(UserError, match="lacks the column valence, confirmed"):
        read_code_map(tmp_path / "m.csv")
    with pytest.raises(UserError, match=r"read from \.csv or \.xlsx"):
        read_code_map(tmp_path / "m.ods")
    with pytest.raises(UserError, match="must end in"):
        write_code_map(propose_code_map(found("a"), GRINDLE), tmp_path / "m.ods", GRINDLE)
