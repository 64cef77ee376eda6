"""What the widget asks for is written to the log, and answered with what the log then says."""

from __future__ import annotations

import json

import pytest
from lab_studies import MANY_LETTERS, TALK

from bantar_lib.coding import CodingLog, codings
from bantar_lib.coding.spans import text_hash
from bantar_lib.errors import UserError
from bantar_lib.lab.desk import Desk
from bantar_lib.study import find_study, load_study
from bantar_lib.words import language

CODE, OTHER = "content.interests", "content.benefits"


@pytest.fixture
def desk(talk_study):
    return Desk(talk_study, "talk.txt", "ani")


def code(desk: Desk, words: str, code: str = CODE, valence: str = "supports", memo: str = ""):
    start = desk.text.index(words)
    return desk.answer({"do": "code", "start": start, "end": start + len(words), "code": code,
                        "valence": valence, "memo": memo})  # fmt: skip


def held(desk: Desk) -> list[tuple[str, str, str, str]]:
    return [(c["quote"], c["code"], c["valence"], c["memo"]) for c in desk.codings()]


def test_a_coding_is_on_the_disk_before_it_is_answered(desk):
    answer = code(desk, "Warga datang setiap Minggu.", memo="rutin")
    assert answer["ok"], answer
    event = json.loads(desk.log.path.read_text("utf-8"))
    assert (event["event"], event["code"], event["memo"]) == ("code", CODE, "rutin")
    assert event["source"] == "talk" and event["span"]["quote"] == "Warga datang setiap Minggu."
    assert answer["state"]["codings"][0]["id"] == event["id"] == answer["of"]


def test_places_are_code_points(desk):
    code(desk, "dan tidak ada yang menolak")  # two emoji stand before it
    coding = desk.codings()[0]
    assert TALK[coding["start"] : coding["end"]] == "dan tidak ada yang menolak"


def test_line_ends_of_windows_count_as_one(talk_study):
    desk = Desk(talk_study, "letters.txt", "ani")
    code(desk, "Baris terakhir")
    start = desk.codings()[0]["start"]
    assert start == MANY_LETTERS.replace("\r\n", "\n").index("Baris terakhir")
    assert [p[1] for p in desk.opened()["paragraphs"]] == [
        line for line in MANY_LETTERS.replace("\r", "").split("\n") if line
    ]


def test_asking_again_codes_once(desk):
    first, again = (code(desk, "Kami membayar sendiri.", memo="m") for _time in range(2))
    assert again["ok"] and again["of"] == first["of"] and len(desk.codings()) == 1
    other = code(desk, "Kami membayar sendiri.", valence="inhibits")
    assert not other["ok"] and "change that coding" in other["fault"]
    assert len(desk.log.path.read_text("utf-8").splitlines()) == 1


def test_edit_writes_only_what_changed(desk):
    of = code(desk, "Warga datang")["of"]
    desk.answer({"do": "edit", "of": of, "code": CODE, "valence": "mixed", "memo": "kadang"})
    change = json.loads(desk.log.path.read_text("utf-8").splitlines()[1])
    assert {k: v for k, v in change.items() if k not in ("id", "at")} == {
        "event": "change", "of": of, "valence": "mixed", "memo": "kadang"}  # fmt: skip
    answer = desk.answer({"do": "edit", "of": of, "code": CODE, "valence": "mixed",
                          "memo": "kadang"})  # fmt: skip
    assert answer["said"] == "Nothing was changed."
    assert len(desk.log.events) == 2


def test_delete_undo_and_redo(desk):
    of = code(desk, "Warga datang")["of"]
    gone = desk.answer({"do": "delete", "of": of})
    assert gone["state"]["codings"] == []
    back = desk.answer({"do": "undo", "of": gone["state"]["undo"]})
    assert "took back" in back["said"] and len(back["state"]["codings"]) == 1
    again = desk.answer({"do": "redo", "of": back["state"]["redo"]})
    assert again["state"]["codings"] == [] and again["state"]["redo"] == ""


def test_an_undo_asked_twice_takes_back_one_step(desk):
    code(desk, "Warga datang")
    last = code(desk, "Kami membayar sendiri.")["state"]["undo"]
    for _time in range(2):
        assert desk.answer({"do": "undo", "of": last})["ok"]
    assert [c["quote"] for c in desk.codings()] == ["Warga datang"]


def test_undo_stays_in_its_document(talk_study, desk):
    code(desk, "Warga datang")
    other = Desk(talk_study, "letters.txt", "ani")
    code(other, "Aksara Jawa")
    state = desk.answer({"do": "refresh"})["state"]
    assert desk.answer({"do": "undo", "of": state["undo"]})["ok"]
    assert desk.codings() == [] and len(other.codings()) == 1
    assert desk.answer({"do": "undo", "of": other.state()["undo"]})["ok"] is False


def test_another_kernel_of_the_same_coder_is_seen(talk_study, desk):
    seen = code(desk, "Warga datang")["state"]["undo"]
    elsewhere = Desk(load_study(talk_study.path), "talk.txt", "ani")
    code(elsewhere, "Kami membayar sendiri.")
    late = desk.answer({"do": "undo", "of": seen})
    assert not late["ok"] and "meanwhile" in late["fault"]
    assert len(late["state"]["codings"]) == 2


def test_a_coding_taken_away_elsewhere_is_said_to_be_gone(talk_study, desk):
    of = code(desk, "Warga datang")["of"]
    CodingLog(load_study(talk_study.path), "ani").uncode(of)
    answer = desk.answer({"do": "edit", "of": of, "code": OTHER, "valence": "mixed", "memo": ""})
    assert not answer["ok"] and answer["state"]["codings"] == []


def test_two_coders_write_two_files(talk_study, desk):
    code(desk, "Warga datang")
    budi = Desk(talk_study, "talk.txt", "budi")
    assert budi.codings() == [] and budi.others() == []  # not in the table coders: blind
    code(budi, "Warga datang", OTHER, "neutral")
    assert held(desk) == [("Warga datang", CODE, "supports", "")]
    seeing = Desk(talk_study, "talk.txt", "budi", blind=False)
    assert [(c["coder"], c["code"]) for c in seeing.others()] == [("ani", CODE)]


def test_a_blind_coder_stays_blind(talk_study):
    assert Desk(talk_study, "talk.txt", "ani").blind  # as the table coders says
    with pytest.raises(UserError, match="codes blind"):
        Desk(talk_study, "talk.txt", "ani", blind=False)


def test_own_codes(desk):
    made = desk.answer({"do": "make", "label": "Gotong royong", "under": CODE})
    assert made["code"] == f"{CODE}.gotong_royong"
    assert made["state"]["codes"][0]["under"] == CODE
    assert code(desk, "Warga datang", made["code"])["ok"]
    used = desk.answer({"do": "undo", "of": desk.log.events[0]["id"]})
    assert not used["ok"]  # only the last step is undone


def test_a_private_document_is_coded_in_private(talk_study):
    desk = Desk(talk_study, "diary.txt", "ani")
    assert code(desk, "nama saya Budi")["ok"]
    assert desk.log.path == talk_study.path / "private" / "codings" / "ani.jsonl"
    assert not (talk_study.path / "codings" / "ani.jsonl").read_text("utf-8")


def test_a_document_of_a_source_without_release_is_coded_in_private(talk_study):
    public = talk_study.path / "documents" / "diary.txt"
    (talk_study.path / "private" / "diary.txt").rename(public)
    desk = Desk(talk_study, "diary.txt", "ani")
    assert desk.shelved.private and code(desk, "nama saya")["ok"]


def test_an_edited_document_asks_where_a_coding_stands(talk_study, desk):
    of = code(desk, "Gerobak sampah tidak pernah datang.")["of"]
    path = talk_study.path / "documents" / "talk.txt"
    path.write_text("Catatan: 🙂\n" + TALK, "utf-8")
    later = Desk(talk_study, "talk.txt", "ani")
    (coding,) = later.codings()
    assert coding["status"] == "moved"
    assert later.text[coding["start"] : coding["end"]] == coding["quote"]
    assert later.answer({"do": "confirm", "of": of})["state"]["codings"][0]["status"] == "exact"
    span = later.log.codings[0]["span"]
    assert span["sha256"] == text_hash(later.text)


def test_words_that_are_gone_cannot_be_confirmed(talk_study, desk):
    of = code(desk, "Kami membayar sendiri.")["of"]
    (talk_study.path / "documents" / "talk.txt").write_text("Lain sama sekali.", "utf-8")
    later = Desk(talk_study, "talk.txt", "ani")
    assert later.codings()[0]["status"] == "lost"
    assert "nowhere" in later.answer({"do": "confirm", "of": of})["fault"]


@pytest.mark.parametrize(
    "request_",
    [
        {"do": "code", "start": 5, "end": 5, "code": CODE, "valence": "supports"},
        {"do": "code", "start": 0, "end": 10_000, "code": CODE, "valence": "supports"},
        {"do": "code", "start": 0, "end": 5, "code": "content.nothing", "valence": "supports"},
        {"do": "code", "start": 0, "end": 5, "code": CODE, "valence": "good"},
        {"do": "code", "start": "x", "end": 5, "code": CODE, "valence": "mixed"},
        {"do": "code"},
        {"do": "delete", "of": "nothing"},
        {"do": "undo", "of": ""},
        {"do": "redo", "of": ""},
        {"do": "make", "label": "  "},
        {"do": "__init__"},
        {},
    ],
)
def test_a_wrong_request_is_answered_in_words_and_writes_nothing(desk, request_):
    answer = desk.answer(request_)
    assert not answer["ok"] and answer["fault"]
    assert desk.log.events == []


def test_a_log_that_cannot_be_written_is_said(desk, monkeypatch):
    def full(*_given):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("bantar_lib.coding.journal.os.write", full)
    answer = code(desk, "Warga datang")
    assert not answer["ok"] and "was not saved" in answer["fault"]
    assert desk.codings() == []


def test_a_cut_line_is_told_and_goes_on(desk):
    code(desk, "Warga datang")
    with desk.log.path.open("ab") as log:
        log.write(b'{"id": "x", "ev')
    answer = code(desk, "Kami membayar sendiri.")
    assert answer["ok"] and len(desk.codings()) == 2
    assert any("cut off" in note for note in answer["notes"])


def test_what_is_bundled_is_not_written_to():
    with pytest.raises(UserError, match="practice_copy"):
        Desk(load_study("kampung_bantar"), "talk.txt", "ani")
    assert not (find_study("kampung_bantar") / "codings" / "ani.jsonl").exists()


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"document": "nothing.txt"}, "has no document"),
        ({"document": "../study.yml"}, "has no document"),
        ({"source": "nobody"}, "Whose words"),
        ({"coder": "../ani"}, "cannot name a log"),
        ({"district": "Nowhere"}, "Nowhere"),
    ],
)
def test_what_does_not_exist_is_refused(talk_study, given, says):
    values = {"document": "talk.txt", "coder": "ani"} | given
    with pytest.raises(UserError, match=says):
        Desk(talk_study, values.pop("document"), values.pop("coder"), **values)


def test_a_district_is_logged_by_its_code(talk_study):
    desk = Desk(talk_study, "talk.txt", "ani", district="Kenanga")
    code(desk, "Warga datang")
    assert codings(talk_study)["district_id"].tolist() == ["02"]
    assert desk.opened()["district"] == "Kenanga"


def test_what_is_said_is_in_the_language_of_the_cell(desk):
    with language("id"):
        assert code(desk, "Warga datang")["said"].startswith("Tersimpan")
        assert desk.opened()["dimensions"][0]["label"] == "Isi kebijakan"
