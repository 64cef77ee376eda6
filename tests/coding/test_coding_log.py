"""Writing a log: what holds after each step, what is refused, and history in words."""

from __future__ import annotations

import json
import shutil

import pytest

from bantar_lib.coding import CodingLog, codes, codings, evidence, rate_indicators, read_log
from bantar_lib.coding.spans import anchor
from bantar_lib.errors import UserError
from bantar_lib.study import check_study, find_study
from bantar_lib.words import language

HERE = "15.71.07"
TALK = "Warga bercerita. Ronda malam berjalan setiap minggu. Anak muda ikut menjaga."


@pytest.fixture
def log(study):
    return CodingLog(study, "ani")


def held(log):
    return [(c.get("segment"), c["code"], c["valence"]) for c in log.codings]


def test_a_coding_and_everything_that_may_become_of_it(log, indicators):
    one = log.code("S1", indicators[0], "supports", directness="direct", memo="awal")
    two = log.code("S2", indicators[1], "inhibits")
    log.change(one, code=indicators[2], valence="mixed", directness="")
    log.memo(one, "akhir")
    log.uncode(two)
    (coding,) = log.codings
    assert (coding["code"], coding["valence"], coding["directness"], coding["memo"]) == (
        indicators[2], "mixed", "", "akhir")  # fmt: skip
    assert codings(log.study)[["segment_id", "code", "memo"]].values.tolist() == [
        ["S1", indicators[2], "akhir"]]  # fmt: skip
    assert len(read_log(log.path)) == 5  # nothing was rewritten


def test_undo_and_redo_walk_back_and_forth(log, indicators):
    for segment in ("S1", "S2", "S3"):
        log.code(segment, indicators[0], "supports")
    log.undo()
    log.undo()
    assert [c["segment"] for c in log.codings] == ["S1"]
    log.redo()
    assert [c["segment"] for c in log.codings] == ["S1", "S2"]
    log.redo()
    assert len(log.codings) == 3
    with pytest.raises(UserError, match="nothing to redo"):
        log.redo()
    log.undo()
    log.undo()
    log.code("S4", indicators[0], "supports")  # a new step: what was undone stays undone
    with pytest.raises(UserError, match="nothing to redo"):
        log.redo()
    log.undo()
    log.undo()
    assert log.codings == []
    with pytest.raises(UserError, match="nothing to undo"):
        log.undo()


def test_an_earlier_step_can_be_undone_by_its_id(log, indicators):
    one = log.code("S1", indicators[0], "supports")
    log.code("S2", indicators[0], "supports")
    log.undo(one)
    assert [c["segment"] for c in log.codings] == ["S2"]


def test_two_logs_of_one_coder_see_each_other(log, indicators):
    other = CodingLog(log.study, "ani")
    one = log.code("S1", indicators[0], "supports")
    other.change(one, valence="inhibits")
    log.code("S2", indicators[0], "supports")
    assert held(other) == held(log) == [("S1", indicators[0], "inhibits"),
                                        ("S2", indicators[0], "supports")]  # fmt: skip
    other.undo()
    assert len(log.codings) == 1


# Codes of one's own


def test_a_code_keeps_its_id(log, indicators):
    free = log.make("Gotong royong!", memo="saling bantu")
    under = log.make("Iuran", under=indicators[0])
    assert (free, under) == ("new.gotong_royong", f"{indicators[0]}.iuran")
    log.code("S1", free, "supports")
    log.rename(free, "Kerja bersama")
    log.move(free, indicators[1])
    log.move(under, "")
    table = codes(log.study, "ani").set_index("code")
    shown = ["label", "parent", "indicator", "coder", "memo", "codings"]
    assert table.loc[free, shown].tolist() == [
        "Kerja bersama", indicators[1], indicators[1], "ani", "saling bantu", 1]  # fmt: skip
    assert table.loc[under, ["parent", "indicator"]].tolist() == ["", ""]
    assert len(table) == len(indicators) + 2


def test_merging_leads_old_and_later_codings_to_the_other(log, indicators):
    a, b, c = log.make("A"), log.make("B"), log.make("C", under=indicators[0])
    for segment, code in (("S1", a), ("S2", b), ("S3", c)):
        log.code(segment, code, "supports")
    log.merge([a], b)
    log.merge([b], c)
    assert {code for _s, code, _v in held(log)} == {c}
    assert list(log.codes) == [c]
    assert set(codings(log.study)["indicator"]) == {indicators[0]}
    log.undo()
    assert [code for _s, code, _v in held(log)] == [b, b, c]
    with pytest.raises(UserError, match="not known"):
        log.code("S4", a, "supports")  # it was merged away
    log.merge([b], indicators[3])
    assert [code for _s, code, _v in held(log)] == [indicators[3], indicators[3], c]


def test_a_code_is_split_with_all_its_codings(log, indicators):
    whole = log.make("Iuran", under=indicators[0])
    ids = [log.code(f"S{n}", whole, "supports") for n in (1, 2, 3)]
    for parts in ({"Uang": ids}, {"Uang": ids[:1], "Tenaga": ids[1:2]},
                  {"Uang": ids, "Tenaga": ids[:1]}):  # fmt: skip
        with pytest.raises(UserError, match="Split"):
            log.split(whole, parts)
    log.split(whole, {"Uang": ids[:1], "Tenaga": ids[1:]})
    money, labour = f"{whole.rsplit('.', 1)[0]}.uang", f"{whole.rsplit('.', 1)[0]}.tenaga"
    assert [code for _s, code, _v in held(log)] == [money, labour, labour]
    assert set(log.codes.values()) == {"Uang", "Tenaga"}
    assert set(codings(log.study)["indicator"]) == {indicators[0]}
    log.undo()
    assert {code for _s, code, _v in held(log)} == {whole}


def test_labels_that_make_no_id_of_their_own(log, indicators):
    assert log.make("Ééé à la carte") == "new.eee_a_la_carte"
    assert log.make("村") == "new.code"
    with pytest.raises(UserError, match="is a code new"):
        log.make("ééé à la carte".replace("é", "É", 1))
    merged = log.make("Lama")
    log.merge([merged], indicators[0])
    assert log.make("Lama") == "new.lama_2"


def test_what_is_refused_writes_nothing(log, indicators):
    one = log.code("S1", indicators[0], "supports")
    mine = log.make("Milik saya")
    child = log.make("Anak", under=mine)
    log.code("S2", child, "supports")
    before = log.path.read_bytes()
    refused = [
        (lambda: log.code("S99", indicators[0], "supports"), "S99"),
        (lambda: log.code("S1", "no.code", "supports"), "no.code"),
        (lambda: log.code("S1", indicators[0], "support"), "supports"),
        (lambda: log.change(one, colour="red"), "colour"),
        (lambda: log.change(one, code="no.code"), "no.code"),
        (lambda: log.change("nobody", valence="mixed"), "nobody"),
        (lambda: log.memo("nobody", "x"), "nobody"),
        (lambda: log.uncode("nobody"), "nobody"),
        (lambda: log.rename(indicators[0], "x"), "framework"),
        (lambda: log.rename(mine, " "), "label"),
        (lambda: log.make(" "), "label"),
        (lambda: log.move(mine, child), "above"),
        (lambda: log.merge([mine], mine), "another"),
        (lambda: log.merge([indicators[0]], mine), "framework"),
        (lambda: log.reanchor(one, anchor(TALK, 0, 5)), "segment"),
        (lambda: log.undo(next(e["id"] for e in log.events if e.get("code") == mine)), "in use"),
    ]
    for call, word in refused:
        with pytest.raises(UserError, match=word) as fault:
            call()
        assert "\n" not in str(fault.value)
    assert log.path.read_bytes() == before
    for name in ("", "a/b", "../ani", "Ani B", ".ani"):
        with pytest.raises(UserError, match="name a log"):
            CodingLog(log.study, name)


# Spans


@pytest.fixture
def talk(study):
    path = study.path / "documents" / "talk_1.txt"
    path.parent.mkdir()
    path.write_text(TALK, "utf-8")
    return path


def span_of(words, text=TALK):
    return anchor(text, text.index(words), text.index(words) + len(words), document="talk_1.txt")


def test_a_coded_span_is_evidence_of_its_source(log, talk, indicators):
    theme = log.make("Ronda", under=indicators[0])
    log.code(span_of("Ronda malam"), theme, "supports", district="Kota Baru")
    log.code("S1", indicators[0], "inhibits")
    table = codings(log.study)
    assert list(table.columns[:9]) == ["coder", "segment_id", "code", "valence", "directness",
                                       "evidence_type", "memo", "event", "at"]  # fmt: skip
    row = table.iloc[0]
    assert (row["segment_id"], row["document"], row["start"], row["end"], row["quote"]) == (
        "", "talk_1.txt", 17, 28, "Ronda malam")  # fmt: skip
    assert (row["source_id"], row["district_id"], row["indicator"]) == (
        "talk_1", HERE, indicators[0])  # fmt: skip
    assert table["start"].isna().tolist() == [False, True]
    found = evidence(log.study, "Kota Baru", "ani").set_index("theme")
    assert found.loc[theme, ["code", "text_en", "source_kind", "kind"]].tolist() == [
        indicators[0], "Ronda malam", "interview", "finding"]  # fmt: skip
    rated = rate_indicators(log.study, "Kota Baru", "ani").set_index("indicator")
    assert int(rated.loc[indicators[0], "mixed"]) == 1  # one talk says both
    assert evidence(log.study, "Jelutung", "ani").empty


def test_the_words_of_a_source_that_may_only_be_paraphrased_reach_no_table(log, talk, indicators):
    log.code(span_of("Ronda malam"), indicators[0], "supports", source="article", district=HERE)
    assert evidence(log.study, HERE, "ani")["text_en"].tolist() == [""]


def test_the_words_of_a_private_document_reach_no_table(log, talk, indicators):
    log.code(span_of("Ronda malam"), indicators[0], "supports", district=HERE)
    assert evidence(log.study, HERE, "ani")["text_en"].tolist() == ["Ronda malam"]
    private = log.study.path / "private" / talk.name
    private.parent.mkdir()
    talk.rename(private)
    log.code(span_of("Ronda malam"), indicators[1], "supports", district=HERE)
    assert evidence(log.study, HERE, "ani")["text_en"].tolist() == ["", ""]


@pytest.mark.parametrize("source", ["diary", "page"])  # a page of the diary is closed as it is
def test_a_source_that_may_not_be_released_is_coded_in_private(make_study, indicators, source):
    study = make_study({"source_id": source}, {})
    shared, private = CodingLog(study, "ani"), CodingLog(study, "ani", private=True)
    with pytest.raises(UserError, match="private=True"):
        shared.code("S1", indicators[0], "supports")
    theme = shared.make("Rahasia", under=indicators[0])
    private.code("S1", theme, "supports")  # codes made in the shared log are known
    assert private.path.parent.parent.name == "private"
    assert codings(study, "ani")[["segment_id", "indicator"]].values.tolist() == [
        ["S1", indicators[0]]]  # fmt: skip


def test_a_span_moves_only_when_a_person_says_so(log, talk, indicators):
    of = log.code(span_of("Ronda malam"), indicators[0], "supports")
    now = "Judul.\n" + TALK
    talk.write_text(now, "utf-8")
    assert log.codings[0]["span"]["start"] == 17
    with pytest.raises(UserError, match="does not hold this span"):
        log.reanchor(of, span_of("Ronda malam"))
    log.reanchor(of, span_of("Ronda malam", now))
    assert log.codings[0]["span"]["start"] == 24
    log.undo()
    assert log.codings[0]["span"]["start"] == 17
    with pytest.raises(UserError, match="source_id"):
        log.code(anchor(TALK, 0, 5, document="other.txt"), indicators[0], "supports")


# History and checks


def test_history_reads_as_what_was_done(log, talk, indicators):
    theme = log.make("Ronda")
    of = log.code("S1", theme, "supports")
    log.code(span_of("Ronda malam"), theme, "inhibits")
    log.rename(theme, "Jaga")
    log.change(of, valence="mixed")
    log.undo()
    log.redo()
    with language("en"):
        told = log.history()
    assert told["what"].tolist() == [
        "made the code “Ronda”",
        "coded S1 as “Ronda”: supports",
        "coded “Ronda malam” as “Ronda”: inhibits",
        "renamed the code “Ronda” to “Jaga”",
        "changed the coding of S1: mixed",
        "took back: changed the coding of S1: mixed",
        "did again: changed the coding of S1: mixed",
    ]
    assert told["undone"].tolist() == [False] * 5 + [True, False]
    with language("id"):
        assert log.history()["what"].iloc[1] == "mengode S1 sebagai “Ronda”: mendukung"


def test_every_event_has_its_words(log, talk, indicators):
    a, b = log.make("A"), log.make("B", under=indicators[0])
    of = log.code(span_of("Ronda malam"), a, "supports")
    other = log.code("S1", a, "supports")
    log.memo(of, "catatan")
    log.move(b)
    log.move(b, indicators[1])
    log.split(a, {"A1": [of], "A2": [other]})
    log.merge(["new.a1"], "new.a2")
    talk.write_text(TALK + " Tambahan.", "utf-8")
    log.reanchor(of, span_of("Ronda malam", TALK + " Tambahan."))
    log.uncode(of)
    for lang in ("id", "en"):
        with language(lang):
            assert log.history()["what"].str.len().min() > 5


def test_the_check_of_a_study_knows_the_events(tmp_path, indicators):
    folder = shutil.copytree(find_study("kampung_bantar"), tmp_path / "copy")
    log = CodingLog(folder, "reader_a")
    theme = log.make("Tema", under=indicators[0])
    of = log.code("F01", theme, "supports")
    log.change(of, valence="mixed")
    log.merge([theme], indicators[1])
    log.undo()
    assert [p for p in check_study(folder) if "codings" in p.file] == []
    lines = [
        {"id": "x1", "event": "rename", "code": "new.nobody", "label": "X"},
        {"id": "x2", "event": "make", "label": "X"},
        {"id": "x3", "event": "change", "of": of, "valence": "good"},
        {"id": "x4", "event": "code", "code": theme, "valence": "mixed"},
        {"id": "x5", "event": "reanchor", "of": of},
    ]
    with log.path.open("a", encoding="utf-8") as file:
        file.writelines(json.dumps(line) + "\n" for line in lines)
    start = len(log.path.read_text("utf-8").splitlines()) - len(lines)
    found = {(p.row - start, p.column) for p in check_study(folder) if "codings" in p.file}
    assert found == {(1, "code"), (2, "code"), (3, "valence"), (4, "segment|span"), (5, "span")}
