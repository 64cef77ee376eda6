"""Settling disagreements: what is open, what is written, and that doing it again adds nothing."""

from __future__ import annotations

import pandas as pd
import pytest

from bantar_lib.coding import (
    CodingLog,
    adjudicate,
    adjudication_table,
    anchor,
    codings,
    rate_indicators,
    read_log,
)
from bantar_lib.errors import UserError

TALK = "Ronda aktif. Pojok baca sepi. Iuran lancar."


@pytest.fixture
def open_study(study, indicators):
    ani, budi = CodingLog(study, "ani"), CodingLog(study, "budi")
    for log in (ani, budi):
        log.code("S1", indicators[0], "supports", directness="direct")
    ani.code("S2", indicators[0], "supports", memo="karena A")
    budi.code("S2", indicators[1], "supports", memo="karena B")
    ani.code("S3", indicators[0], "supports")
    budi.code("S3", indicators[0], "inhibits")
    budi.code("S4", indicators[2], "mixed")  # ani left it
    for code in indicators[:2]:
        ani.code("S5", code, "supports")
        budi.code("S5", code, "supports")
    return study


def decide(study, **decisions):
    table = adjudication_table(study).set_index("segment_id")
    for segment, values in decisions.items():
        table.loc[segment, ["code", "valence", "reason"]] = values
    return table.reset_index()


def test_what_is_open_is_listed_with_the_words(open_study, indicators):
    table = adjudication_table(open_study).set_index("segment_id")
    assert table.index.tolist() == ["S2", "S3", "S4"]
    assert table.loc["S2", ["text_en", "ani: code", "budi: code", "ani: memo"]].tolist() == [
        "text 2", indicators[0], indicators[1], "karena A"]  # fmt: skip
    assert table.loc["S4", "ani: code"] == ""
    assert (table[["code", "valence", "reason"]] == "").all(axis=None)


def test_the_third_log_holds_what_was_agreed_and_decided(open_study, indicators):
    done = adjudicate(open_study, decide(
        open_study, S2=[indicators[1], "mixed", "lihat buku kode"], S4=["-", "", "hanya didaftar"],
    )).set_index("segment_id")["outcome"]  # fmt: skip
    assert done.to_dict() == {"S1": "agreed", "S2": "decided", "S3": "undecided",
                              "S4": "left_uncoded", "S5": "agreed"}  # fmt: skip
    agreed = codings(open_study, "agreed")
    held = agreed[["segment_id", "code", "valence", "directness", "memo"]].values.tolist()
    assert held == [
        ["S1", indicators[0], "supports", "direct", ""],
        ["S2", indicators[1], "mixed", "", "lihat buku kode"],
        *([["S5", code, "supports", "", ""] for code in sorted(indicators[:2])]),
    ]
    assert agreed["settles"].str.count(r"\|").tolist() == [1, 1, 3, 3]
    assert rate_indicators(open_study, "Kota Baru", "agreed")["supports"].sum() == 2
    assert adjudication_table(open_study)["segment_id"].tolist() == ["S2", "S3", "S4"]


def test_again_adds_only_what_changed(open_study, indicators):
    first = decide(open_study, S2=[indicators[1], "mixed", "alasan"])
    adjudicate(open_study, first)
    log = open_study.path / "codings" / "agreed.jsonl"
    before = log.read_bytes()
    adjudicate(open_study, first)
    assert log.read_bytes() == before
    adjudicate(open_study, decide(open_study, S2=[indicators[1], "mixed", "alasan lain"],
                                  S3=[indicators[0], "mixed", "dua arah"]))  # fmt: skip
    assert [e["event"] for e in read_log(log)][-2:] == ["memo", "code"]
    adjudicate(open_study, decide(open_study, S2=[f"{indicators[0]}|{indicators[1]}", "supports",
                                                  "keduanya"]))  # fmt: skip
    held = codings(open_study, "agreed").query("segment_id == 'S2'")
    assert sorted(held["code"]) == sorted(indicators[:2])
    assert log.read_bytes().startswith(before)


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_from_a_file(open_study, indicators, tmp_path, ending):
    table = decide(open_study, S3=[indicators[0], "mixed", "alasan"])
    path = tmp_path / f"decisions.{ending}"
    table.to_csv(path, index=False) if ending == "csv" else table.to_excel(path, index=False)
    outcome = adjudicate(open_study, path).set_index("segment_id")["outcome"]
    assert outcome["S3"] == "decided"


@pytest.mark.parametrize(
    ("cells", "word"),
    [
        (["no.code", "supports", "x"], "row 2: “no.code” is not known"),
        (["{0}", "support", "x"], "row 2: “support” is not known. Did you mean “supports”"),
        (["{0}", "supports", " "], "row 2: give the reason"),
        (["{0}|{1}", "supports|mixed|neutral", "x"], "row 2: give one valence"),
        (["{0}", "", "x"], "row 2: give one valence"),
    ],
)
def test_a_wrong_decision_names_its_row_and_writes_nothing(open_study, indicators, cells, word):
    cells = [cell.format(*indicators) for cell in cells]
    with pytest.raises(UserError, match=word):
        adjudicate(open_study, decide(open_study, S2=cells))
    assert not (open_study.path / "codings" / "agreed.jsonl").exists()


def test_decisions_on_what_is_not_open(open_study, indicators):
    table = decide(open_study, S2=[indicators[0], "supports", "x"])
    table.loc[0, "segment_id"] = "S1"
    with pytest.raises(UserError, match="row 2: the coders do not differ on S1"):
        adjudicate(open_study, table)
    with pytest.raises(UserError, match="lack the columns code"):
        adjudicate(open_study, table.drop(columns="code"))
    with pytest.raises(UserError, match="no such file"):
        adjudicate(open_study, "nowhere.csv")


def test_overlapping_spans_are_one_case(study, indicators):
    (study.path / "documents").mkdir()
    (study.path / "documents" / "talk_1.txt").write_text(TALK, "utf-8")
    ani, budi = CodingLog(study, "ani"), CodingLog(study, "budi")
    theme = ani.make("Ronda", under=indicators[0])

    def mark(log, words, code):
        start = TALK.index(words)
        log.code(anchor(TALK, start, start + len(words), document="talk_1.txt"), code, "supports")

    mark(ani, "Ronda aktif.", theme)
    mark(budi, "aktif. Pojok", indicators[1])
    mark(ani, "Iuran", indicators[2])
    mark(budi, "Iuran", indicators[2])
    table = adjudication_table(study)
    assert table[["document", "start", "end"]].values.tolist() == [["talk_1.txt", "0", "18"]]
    assert table["text_id"].tolist() == ["Ronda aktif. … aktif. Pojok"]
    table.loc[0, ["code", "valence", "reason"]] = [theme, "supports", "alasan"]
    adjudicate(study, table)
    agreed = codings(study, "agreed")
    assert agreed[["start", "end", "code", "indicator"]].values.tolist() == [
        [0, 18, theme, indicators[0]], [30, 35, indicators[2], indicators[2]]]  # fmt: skip
    mark(budi, "Pojok baca", indicators[1])  # the case grows: the agreed coding follows
    again = adjudication_table(study)
    again.loc[0, ["code", "valence", "reason"]] = [theme, "supports", "alasan"]
    adjudicate(study, again)
    assert codings(study, "agreed")[["start", "end"]].values.tolist() == [[30, 35], [0, 23]]


@pytest.mark.parametrize("source", ["diary", "page"])  # a page of the diary is closed as it is
def test_what_may_not_be_released_is_settled_in_private(make_study, indicators, source):
    study = make_study({"source_id": source})
    for coder in ("ani", "budi"):
        CodingLog(study, coder, private=True).code("S1", indicators[0], "supports")
    adjudicate(study, adjudication_table(study))
    assert (study.path / "private" / "codings" / "agreed.jsonl").exists()
    assert not (study.path / "codings").exists()


def test_the_table_is_blank_where_all_agree(study, indicators):
    for coder in ("ani", "budi"):
        CodingLog(study, coder).code("S1", indicators[0], "supports")
    table = adjudication_table(study)
    assert isinstance(table, pd.DataFrame)
    assert table.empty
