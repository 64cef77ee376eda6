"""What is written for other programs: valid, the same every time, honest about what it lacks."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest

from bantar_lib import load_study
from bantar_lib.errors import UserError
from bantar_lib.exchange import read_refi, write_refi
from bantar_lib.exchange.refi_write import is_segments_text
from bantar_lib.words import language

TALK = "Kas RT terisi 🧹.\nPetugas tidak datang.\n"
NS = {"p": "urn:QDA-XML:project:1.0"}
SCHEMAS = Path(__file__).parents[2] / "../shared/refi-qda"


@pytest.fixture
def study(make_study, made):
    made_code = {"id": "m1", "at": "2026-01-02T03:00:00Z", "event": "make", "code": "new.pride",
                 "label": "Pride <of> the lane & co", "memo": "what\x0bis meant"}  # fmt: skip
    return make_study(
        [made.source("talk", kind="interview"), made.source("report", "paraphrase")],
        [
            made.segment("S1", "talk", document="talk.txt", start="0", end="13"),
            made.segment("S2", "report", district_id="02"),
            made.segment("S3", "report", district_id=""),
        ],
        files={"documents/talk.txt": TALK},
        logs={
            "codings/ani": [
                made_code,
                made.code("c1", "S1", memo="a memo\nwith “signs” & \x00 more"),
                made.code("c2", "S2", valence="inhibits"),
                made.code("c3", made.span(TALK, "Petugas tidak datang.", "talk.txt"),
                          code="new.pride", at="2026-01-02T10:04:05+07:00"),
                made.code("c4", "S3"),
                {"id": "u1", "event": "uncode", "of": "c4"},
            ],
            "codings/budi": [made.code("c1", "S1", code="context.power", valence="mixed")],
        },
    )  # fmt: skip


def root_of(path: Path) -> ElementTree.Element:
    with zipfile.ZipFile(path) as archive:
        return ElementTree.fromstring(archive.read("project.qde"))


@pytest.mark.skipif(not SCHEMAS.exists(), reason="the schemas of REFI-QDA lie in ../shared")
@pytest.mark.parametrize("lang", ["id", "en"])
def test_both_forms_are_valid(study, tmp_path, lang):
    etree = pytest.importorskip("lxml.etree", reason="lxml is not installed")
    for name in ("kampung_rekaan", "kampung_bantar"):
        opened = load_study(study if name == "kampung_rekaan" else name)
        with language(lang):
            write_refi(opened, tmp_path / "p.qdpx")
            write_refi(opened, tmp_path / "p.qdc")
        with zipfile.ZipFile(tmp_path / "p.qdpx") as archive:
            project = etree.fromstring(archive.read("project.qde"))
        etree.XMLSchema(etree.parse(SCHEMAS / "Project.xsd")).assertValid(project)
        codes = etree.parse(tmp_path / "p.qdc")
        etree.XMLSchema(etree.parse(SCHEMAS / "Codebook.xsd")).assertValid(codes)


def test_the_children_of_the_project_stand_in_the_order_of_the_standard(study, tmp_path):
    write_refi(load_study(study), tmp_path / "p.qdpx")
    tags = [child.tag.rpartition("}")[2] for child in root_of(tmp_path / "p.qdpx")]
    assert tags == ["Users", "CodeBook", "Variables", "Cases", "Sources", "Notes", "Description"]


def test_writing_again_gives_the_same_bytes(study, tmp_path):
    for name in ("a.qdpx", "b.qdpx"):
        write_refi(load_study(study), tmp_path / name)
    assert (tmp_path / "a.qdpx").read_bytes() == (tmp_path / "b.qdpx").read_bytes()


def test_a_new_coding_changes_nothing_else(study, tmp_path, made):
    write_refi(load_study(study), tmp_path / "a.qdpx")
    log = study / "codings/budi.jsonl"
    made.write_log(log, [made.code("c1", "S1", code="context.power", valence="mixed"),
                         made.code("c9", "S2", code="context.power")])  # fmt: skip
    write_refi(load_study(study), tmp_path / "b.qdpx")

    def lines(name: str) -> set[str]:
        with zipfile.ZipFile(tmp_path / name) as archive:
            return set(archive.read("project.qde").decode().splitlines())

    gone = lines("a.qdpx") - lines("b.qdpx")
    assert not gone
    new = lines("b.qdpx") - lines("a.qdpx")
    assert sum("<PlainTextSelection" in line for line in new) == 1
    assert sum("<Coding " in line for line in new) == 1


def test_identifiers_do_not_depend_on_the_language(study, tmp_path):
    def guids(lang: str) -> list[str]:
        with language(lang):
            write_refi(load_study(study), tmp_path / f"{lang}.qdpx")
        return [e.get("guid", "") for e in root_of(tmp_path / f"{lang}.qdpx").iter()]

    assert guids("id") == guids("en")


def test_one_text_of_paraphrases_is_clearly_titled(study, tmp_path):
    write_refi(load_study(study), tmp_path / "p.qdpx")
    sources = read_refi(tmp_path / "p.qdpx").sources.set_index("document")["text"]
    assert sources["talk.txt"] == TALK
    (paraphrases,) = sources.drop("talk.txt")
    assert paraphrases.split("\n\n")[1:] == ["Text of segment S2.", "Text of segment S3.\n"]
    assert "Not a transcript" in paraphrases.splitlines()[0]
    assert is_segments_text(paraphrases, "kampung_rekaan")


def test_what_is_coded_comes_back(study, tmp_path):
    write_refi(load_study(study), tmp_path / "p.qdpx")
    found = read_refi(tmp_path / "p.qdpx")
    assert len(found.unplaced) == 0
    rows = found.codings[["quote", "code", "coder", "at"]].to_numpy().tolist()
    assert rows == [
        ["Kas RT terisi", "Resources committed » supports", "ani", "2026-01-02T03:04:05.000Z"],
        ["Kas RT terisi", "Power, interests and strategies of the actors involved » mixed",
         "budi", "2026-01-02T03:04:05.000Z"],
        ["Petugas tidak datang.", "Pride <of> the lane & co » supports", "ani",
         "2026-01-02T03:04:05.000Z"],
        ["Text of segment S2.", "Resources committed » inhibits", "ani",
         "2026-01-02T03:04:05.000Z"],
    ]  # fmt: skip
    assert found.codings["memo"][0] == "a memo\nwith “signs” & \ufffd more"


def test_one_coder_alone(study, tmp_path):
    report = write_refi(load_study(study), tmp_path / "p.qdpx", coder="budi")
    assert read_refi(tmp_path / "p.qdpx").coders == ("budi",)
    assert report.written["codings"] == 1
    with pytest.raises(UserError, match="cici has no coding log"):
        write_refi(load_study(study), tmp_path / "p.qdpx", coder="cici")


def test_districts_are_cases_with_their_code_and_evidence(study, tmp_path):
    write_refi(load_study(study), tmp_path / "p.qdpx")
    cases = read_refi(tmp_path / "p.qdpx").cases
    assert cases.to_numpy().tolist() == [
        ["Satu", "name", "Satu"], ["Satu", "code", "01"],
        ["Dua", "name", "Dua"], ["Dua", "code", "02"],
    ]  # fmt: skip
    root = root_of(tmp_path / "p.qdpx")
    known = {e.get("guid") for e in root.iter()}
    targets = {e.get("targetGUID") for e in root.iter() if e.get("targetGUID")}
    assert targets <= known, "a reference leads nowhere"
    one, two = root.findall(".//p:Case", NS)
    assert len(one.findall("p:SourceRef", NS)) == 1
    assert len(two.findall("p:SelectionRef", NS)) == 1


def test_indicators_are_codable_and_dimensions_are_not(study, tmp_path):
    write_refi(load_study(study), tmp_path / "p.qdc")
    codes = read_refi(tmp_path / "p.qdc").codes
    tops = codes[codes["parent"] == ""]
    assert tops["codable"].tolist() == [False, False, True]  # the last one is emergent
    assert "what\ufffdis meant" in codes["description"].iloc[-2]


def test_losses_name_what_the_format_cannot_hold(study, tmp_path):
    table = write_refi(load_study(study), tmp_path / "p.qdpx").table()
    said = " ".join(table.loc[~table["kept_back"], "what"])
    for word in ("earlier steps", "directness", "data that segments share", "weights", "locators"):
        assert word in said
    history = table.loc[table["what"].str.startswith("earlier"), "count"].item()
    assert history == 7 - 4  # seven events, four codings
    judged = {"district_id": "01", "indicator": "content.site", "rating": "contested",
              "reason_id": "x", "reason_en": "x", "by": "ani", "on": "2026-01-01"}  # fmt: skip
    (study / "judgements.csv").write_text(
        ",".join(judged) + "\n" + ",".join(judged.values()) + "\n", encoding="utf-8"
    )
    again = write_refi(load_study(study), tmp_path / "p.qdpx").table()
    assert "judgements" in again["what"].tolist()
    codebook = write_refi(load_study(study), tmp_path / "p.qdc").table()
    assert codebook["what"].tolist() == ["codings"]


def test_a_study_without_evidence_can_be_written(make_study, tmp_path):
    report = write_refi(load_study(make_study()), tmp_path / "p.qdpx")
    assert report.written["codings"] == 0
    assert len(read_refi(tmp_path / "p.qdpx").sources) == 0


def test_faults_of_the_target(study, tmp_path):
    with pytest.raises(UserError, match="must end in"):
        write_refi(load_study(study), tmp_path / "p.zip")
    with pytest.raises(UserError, match="cannot be written"):
        write_refi(load_study(study), tmp_path / "nowhere/p.qdpx")
    assert not list(tmp_path.glob(".p*"))


def test_the_zip_tells_of_no_machine(study, tmp_path):
    write_refi(load_study(study), tmp_path / "p.qdpx")
    with zipfile.ZipFile(io.BytesIO((tmp_path / "p.qdpx").read_bytes())) as archive:
        assert {i.date_time for i in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert archive.namelist() == sorted(archive.namelist())
