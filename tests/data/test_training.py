"""The study for practising: it says that it is made up, and its model answer teaches."""

import pytest

from bantar_lib.coding import codings, rate_indicators
from bantar_lib.coding.documents import read_document
from bantar_lib.coding.log import logs
from bantar_lib.coding.spans import find_again
from bantar_lib.study import check_study, find_study, load_study

FOLDER = find_study("pelatihan")
DOCUMENTS = sorted((FOLDER / "documents").iterdir())


@pytest.fixture(scope="module")
def study():
    return load_study("pelatihan")


@pytest.fixture(scope="module")
def answer(study):
    return codings(study, "kunci")


def test_it_says_everywhere_that_it_is_made_up(study):
    assert study.synthetic and check_study(FOLDER) == []
    for path in DOCUMENTS:
        first = read_document(path).text.splitlines()[0]
        assert first.startswith("Dokumen rekaan") and "Made up" in first
    sources = study.table("sources")
    assert sources["title_id"].str.contains("rekaan").all()
    assert sources["title_en"].str.contains("made up").all()
    assert set(sources["release"]) == {"quote"}  # a student may quote all of it


def test_every_coded_span_stands_where_the_log_says():
    spans = [e["span"] for e in logs(load_study("pelatihan"))["kunci"] if e["event"] == "code"]
    assert {s["document"] for s in spans} == {p.name for p in DOCUMENTS}
    for span in spans:
        text = read_document(FOLDER / "documents" / span["document"]).text
        assert find_again(span, text).status == "exact"


def test_the_answer_touches_every_indicator_and_goes_beyond_them(study, answer):
    assert 25 <= len(answer) <= 40
    assert {i.id for i in study.framework.indicators} <= set(answer["code"])
    assert set(answer["valence"]) == {"supports", "inhibits", "mixed", "neutral"}
    assert "" in set(answer["indicator"])  # a theme free of the framework
    under = answer[answer["code"] != answer["indicator"]]
    assert "content.resources" in set(under["indicator"])


def test_every_code_has_its_reason_in_both_languages(answer):
    assert answer["memo"].str.fullmatch(r".{15,} / .{15,}").all()
    lessons = ["usulan bukan pelaksanaan", "hanya didaftar", "satu datum", "Cakupan bukan"]
    assert all(answer["memo"].str.contains(lesson).any() for lesson in lessons)


def test_what_tempts_is_not_coded(answer):
    held = " ".join(answer["quote"])
    for tempting in ("mengusulkan enam kegiatan", "Sebaiknya dana", "bersih, hijau, aman, pintar",
                     "bagus sekali", "Sudut baca tidak terlihat", "reading corner"):  # fmt: skip
        assert tempting not in held


def test_a_recommendation_was_coded_and_taken_back():
    events = logs(load_study("pelatihan"))["kunci"]
    gone = {e["of"] for e in events if e["event"] == "uncode"}
    (wrong,) = [e for e in events if e.get("id") in gone]
    assert wrong["span"]["quote"].startswith("Sebaiknya")
    assert any("saran bukan bukti" in e.get("memo", "") for e in events if e["event"] == "memo")


def test_evidence_suffices_for_some_indicators_and_not_for_others(study):
    rated = rate_indicators(study, "Bukit Rekaan", "kunci").set_index("indicator")["suggestion"]
    assert rated["context.compliance"] == "contested"
    assert rated["content.benefits"] == "strongly_supports"
    assert rated["context.regime"] == "insufficient_evidence"
    assert set(rate_indicators(study, "Rawa Rekaan", "kunci")["suggestion"]) == {"no_evidence"}
