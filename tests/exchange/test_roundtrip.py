"""Out and in again: whatever signs a text holds, the same codings come back."""

from __future__ import annotations

import shutil
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bantar_lib import load_study
from bantar_lib.coding.documents import read_document
from bantar_lib.coding.spans import anchor
from bantar_lib.exchange import read_refi, write_refi

# Latin, combining marks, emoji with joiners, Javanese script, line ends of all kinds, separators
# that are no line ends, signs that XML must escape and some that it cannot hold.
PIECES = st.sampled_from([
    "kas RT", "e\u0301", "\u0301", "🧹", "👩🏽\u200d🌾", "ꦥꦺꦴꦱ꧀", "ꦏꦩ꧀ꦭꦶꦁ", "\r\n", "\n", "\r",
    "\n ", "  ", "\t", "\u2028", "\x85", "\x0b", "\x0c", "&", "<b>", "\"'", "]]>", "…", "...",
    "\ufeff", "\u202e", "\xa0", "a", "Ａ",
])  # fmt: skip
TEXTS = st.lists(PIECES, min_size=1, max_size=30).map("".join)


@settings(max_examples=25, deadline=None, derandomize=True,
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(raw=TEXTS, data=st.data())
def test_documents(make_study, made, tmp_path, raw, data):
    shutil.rmtree(tmp_path / "kampung_rekaan", ignore_errors=True)
    raw = f"Awal {raw} akhir"
    folder = make_study([made.source("talk")], files={"documents/talk.txt": raw})
    text = read_document(folder / "documents/talk.txt").text
    events = []
    for n in range(data.draw(st.integers(1, 5))):
        start = data.draw(st.integers(0, len(text) - 1))
        end = data.draw(st.integers(start + 1, len(text)))
        if text[start:end].strip():
            span = anchor(text, start, end, document="talk.txt")
            events.append(made.code(f"c{n}", span, valence=data.draw(
                st.sampled_from(["supports", "inhibits", "mixed", "neutral"]))))  # fmt: skip
    made.write_log(folder / "codings/ani.jsonl", events)
    write_refi(load_study(folder), tmp_path / "p.qdpx")
    found = read_refi(tmp_path / "p.qdpx")
    assert found.sources["text"].tolist() == [text]
    came = [
        (r["start"], r["end"], r["quote"], r["code"].rpartition(" » ")[2])
        for r in found.codings.to_dict("records")
    ]
    went = [(e["span"]["start"], e["span"]["end"], e["span"]["quote"], e["valence"])
            for e in events]  # fmt: skip
    assert sorted(came) == sorted(went)
    assert len(found.unplaced) == 0
    assert set(found.codings["coder"]) <= {"ani"}


def test_a_segment_is_one_paragraph_whatever_its_line_ends(make_study, made, tmp_path: Path):
    texts = {"text_en": "one\n\ntwo \u2028 three", "text_id": "x"}
    folder = make_study(
        [made.source("report", "paraphrase")], [made.segment("S1", "report", **texts)],
        logs={"codings/ani": [made.code("c1", "S1")]},
    )  # fmt: skip
    write_refi(load_study(folder), tmp_path / "p.qdpx")
    assert read_refi(tmp_path / "p.qdpx").codings["quote"].tolist() == ["one two three"]
