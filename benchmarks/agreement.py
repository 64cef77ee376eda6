"""Time of agreement between coders on many units.

Run ``python benchmarks/agreement.py [UNITS]`` (default 100,000). Five made-up coders choose among
nine codes, each right seven times in ten, with a tenth of the cells blank; every coefficient is
computed with its bootstrap interval. A second part codes a long made-up document in spans and
compares it by sentence and by character.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from bantar_lib import load_study
from bantar_lib.coding import (
    agreement_by_indicator,
    anchor,
    brennan_prediger,
    coding_table,
    cohen_kappa,
    fleiss_kappa,
    gwet_ac1,
    krippendorff_alpha,
    percent_agreement,
)


def timed(name: str, call: Callable[[], object]) -> None:
    """Call once and print how long it took."""
    began = time.perf_counter()
    call()
    print(f"{name:<32}{time.perf_counter() - began:8.2f} s")


def made_up(units: int) -> pd.DataFrame:
    """Return units × five coders."""
    rng = np.random.default_rng(1)
    truth = rng.integers(0, 9, size=units)
    guess = rng.integers(0, 9, size=(units, 5))
    codes = np.where(rng.random((units, 5)) < 0.7, truth[:, None], guess)
    table = pd.DataFrame(np.array(list("abcdefghi"), dtype=object)[codes], columns=list("vwxyz"))
    return table.mask(rng.random((units, 5)) < 0.1)


def long_document(folder: Path, sentences: int) -> None:
    """Write a document and the logs of five coders who each marked a third of its sentences."""
    rng = np.random.default_rng(2)
    indicators = [i.id for i in load_study("kampung_bantar").framework.indicators]
    parts = [f"Kalimat nomor urut ke {n} tentang kampung kita. " for n in range(sentences)]
    ends = np.cumsum([len(part) for part in parts])
    text = "".join(parts)
    (folder / "documents").mkdir()
    (folder / "documents" / "talk.txt").write_text(text, "utf-8")
    (folder / "codings").mkdir()
    span = anchor(text, 0, 10, document="talk.txt")
    for coder in "vwxyz":
        events = []
        for n in np.flatnonzero(rng.random(sentences) < 1 / 3):
            start, end = int(ends[n] - len(parts[n])), int(ends[n]) - 1
            place = {"start": start, "end": end, "quote": text[start:end]}
            events.append({"id": f"{coder}{n}", "event": "code", "code": rng.choice(indicators),
                           "valence": "supports", "span": span | place})  # fmt: skip
        lines = "".join(json.dumps(event) + "\n" for event in events)
        (folder / "codings" / f"{coder}.jsonl").write_text(lines, "utf-8")


def main() -> None:
    """Time all of it."""
    units = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    table = made_up(units)
    print(f"{units:,} units × 5 coders")
    for coefficient in (percent_agreement, fleiss_kappa, brennan_prediger, gwet_ac1,
                        krippendorff_alpha):  # fmt: skip
        timed(coefficient.__name__, lambda f=coefficient: f(table))
    timed("cohen_kappa (two of them)", lambda: cohen_kappa(table[["v", "w"]]))
    with tempfile.TemporaryDirectory() as name:
        study = replace(load_study("kampung_bantar"), path=Path(name), _tables={})
        long_document(study.path, units // 20)
        print(f"{units // 20:,} sentences × 5 coders, coded in spans")
        timed("by sentence", lambda: coding_table(study, unit="sentence"))
        timed("by character", lambda: coding_table(study, unit="character"))
        timed("by indicator, on sentences", lambda: agreement_by_indicator(study, "sentence"))


if __name__ == "__main__":
    main()
