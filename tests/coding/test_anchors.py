"""Where coded spans stand after a document was edited."""

from __future__ import annotations

from bantar_lib.coding import CodingLog, anchor, anchors

TEXT = (
    "Pertemuan dibuka oleh ketua. Ronda malam berjalan setiap minggu dan dijaga anak muda. "
    "Sesudah itu dibahas iuran warga, yang naik tahun ini. Pertemuan ditutup sore hari."
)


def test_each_span_with_its_proposal(study, indicators):
    folder = study.path / "documents"
    folder.mkdir()
    path = folder / "talk_1.txt"
    path.write_text(TEXT, "utf-8")
    (folder / "talk_2.txt").write_text(TEXT, "utf-8")
    log = CodingLog(study, "ani")

    def mark(words, document="talk_1.txt"):
        start = TEXT.index(words)
        return log.code(anchor(TEXT, start, start + len(words), document=document), indicators[0],
                        "supports")  # fmt: skip

    log.code("S1", indicators[0], "supports")
    mark("Pertemuan dibuka")
    moved = mark("dibahas iuran warga")
    mark("Ronda malam berjalan setiap minggu")
    mark("Pertemuan dibuka", "talk_2.txt")
    (folder / "talk_2.txt").unlink()
    path.write_text(TEXT.replace("setiap minggu", "tiap malam minggu"), "utf-8")
    table = anchors(study)
    assert table["status"].tolist() == ["exact", "moved", "changed", "no_document"]
    rewritten = "Ronda malam berjalan tiap malam minggu"
    assert table["new_quote"].tolist() == ["Pertemuan dibuka", "dibahas iuran warga", rewritten, ""]
    row = table[table["event"] == moved].iloc[0]
    log.reanchor(moved, anchor(path.read_text("utf-8"), int(row["new_start"]), int(row["new_end"]),
                               document="talk_1.txt"))  # fmt: skip
    assert anchors(study, "ani")["status"].tolist()[1] == "exact"
