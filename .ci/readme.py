"""Writes what the READMEs show of the bundled study: Kota Baru's summary and its figure.

Run by hand after a change of the study or its sentences: ``python .ci/readme.py``.
"""

from __future__ import annotations

import re
from pathlib import Path

from bantar_lib import execution, load_study, reach
from bantar_lib.present import figures, notes
from bantar_lib.present.display import png
from bantar_lib.words import language

TOP = Path(__file__).parents[1]
BLOCK = re.compile(r"(<!-- kota_baru: [^>]*-->\n).*?(<!-- /kota_baru -->)", re.DOTALL)
READMES = {"en": ("README.md", "kota_baru.png"), "id": ("README.id.md", "kota_baru.id.png")}


def summary(lang: str) -> str:
    """Return the summary as a block quote."""
    study = load_study("kampung_bantar")
    place = study.district("Kota Baru")["district_id"]
    with language(lang):
        lead = notes.district_lead(study, place, execution(study), reach(study)).markdown
    return "".join(f"> {line}".rstrip() + "\n" for line in lead.splitlines())


def main() -> None:
    """Write both READMEs and their figures."""
    study = load_study("kampung_bantar")
    place = study.district("Kota Baru")["district_id"]
    for lang, (readme, picture) in READMES.items():
        path = TOP / readme
        block = summary(lang)
        text = BLOCK.sub(lambda m, b=block: m[1] + b + m[2], path.read_text(encoding="utf-8"))
        path.write_text(text, encoding="utf-8", newline="\n")
        with language(lang):
            drawing = figures.entries(study, place).drawing
            (TOP / "docs" / picture).write_bytes(png(drawing))


if __name__ == "__main__":
    main()
