"""The report of a study whose sources nobody has coded yet says so once and promises nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from reports import put

from bantar_lib import load_study
from bantar_lib.publish.compose import compose
from bantar_lib.publish.document import Block, Grid, Heading, Part, Prose
from bantar_lib.publish.executed import executed
from bantar_lib.words import language

LANGUAGES = ("en", "id")
CODED = [("01", "talk", "content.site", "supports")]


@pytest.fixture(scope="module")
def blocks_of(write_small_at, tmp_path_factory):
    """Return a maker of the blocks of a report, of one district or of all together."""
    folder = tmp_path_factory.mktemp("uncoded")

    def blocks(district: str | None, lang: str, *, coded: bool) -> list[Block]:
        path = folder / f"coded_{coded}"
        study = load_study(path if path.exists() else
                           write_small_at(path, evidence=CODED if coded else ()))  # fmt: skip
        put(study, folder, district, lang)
        with language(lang):
            found = executed(study, district, lang=lang, outputs=folder)
            return list(compose(study, district or "", found).blocks)

    return blocks


def texts(blocks: list[Block]) -> Iterator[str]:
    for block in blocks:
        if isinstance(block, Part):
            yield from texts(list(block.blocks))
        elif isinstance(block, Heading):
            yield f"# {block.text}"
        elif isinstance(block, Prose):
            yield block.markdown
        elif isinstance(block, Grid):
            yield block.caption


def said(blocks: list[Block]) -> str:
    return "\n".join(texts(blocks))


@pytest.mark.parametrize("district", ["01", None])
@pytest.mark.parametrize(
    ("lang", "once", "coding", "annexes"),
    [
        ("en", ["No evidence is coded for", "holds no recommendation that is coded"],
         ["The evidence itself stands", "coded to the indicators", "# Supporting and inhibiting",
          "Recommendation of the source"],
         ["# A. Further figures and tables", "# B. Limits", "# C. Provenance"]),
        ("id", ["Belum ada bukti terkode untuk", "Tidak ada rekomendasi sumber yang terkode"],
         ["Rincian bukti", "Isi sumber dikode", "# Faktor pendukung", "Rekomendasi sumber"],
         ["# A. Gambar dan tabel tambahan", "# B. Batas laporan", "# C. Asal-usul data"]),
    ],
    ids=LANGUAGES,
)  # fmt: skip
def test_that_nothing_is_coded_is_said_once(blocks_of, district, lang, once, coding, annexes):
    blocks = blocks_of(district, lang, coded=False)
    text = said(blocks)
    assert [text.count(sentence) for sentence in once] == [1, 1]
    assert [piece for piece in coding if piece in text] == []
    assert [line for line in text.splitlines() if line in annexes] == annexes
    (plan,) = [b for b in blocks if isinstance(b, Grid) and b.blank]
    assert all(any(row[n] for row in plan.rows) or n in plan.blank for n in range(len(plan.heads)))


@pytest.mark.parametrize(
    ("lang", "kept"),
    [
        ("en", ["The evidence itself stands", "coded to the indicators", "# A. Evidence",
                "# D. Provenance"]),
        ("id", ["Rincian bukti", "Isi sumber dikode", "# A. Bukti", "# D. Asal-usul data"]),
    ],
)  # fmt: skip
def test_where_something_is_coded_it_is_told(blocks_of, lang, kept):
    text = said(blocks_of(None, lang, coded=True))
    assert [piece for piece in kept if piece not in text] == []


@pytest.mark.parametrize(("lang", "elsewhere"), [("en", "in chapter IV"), ("id", "dalam Bab IV")])
def test_a_chapter_does_not_send_its_reader_to_itself(lang, elsewhere, tmp_path):
    study = load_study("kampung_bantar")
    put(study, tmp_path, "15.71.07", lang)
    with language(lang):
        found = executed(study, "15.71.07", lang=lang, outputs=tmp_path)
        blocks = list(compose(study, "15.71.07", found).blocks)
    chapter = next(n for n, b in enumerate(blocks)
                   if isinstance(b, Heading) and b.text.startswith("IV."))  # fmt: skip
    assert elsewhere in said(blocks[:chapter])
    assert elsewhere not in said(blocks[chapter:])
