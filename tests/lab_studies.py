"""Made-up studies with documents to code, for tests of the lab."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bantar_lib import load_study
from bantar_lib.coding import CodingLog

TALK = (
    "P: Bagaimana kerja bakti di lorong ini?\n"
    "\n"
    "K: Warga datang setiap Minggu. Pembersihan selokan selesai sebelum siang 🙂🙂, "
    "dan tidak ada yang menolak.\n"
    "K: Gerobak sampah tidak pernah datang. Kami membayar sendiri.\n"
    "\n"
    "P: Siapa yang mendampingi?\n"
    "K: Pendamping datang dua kali setahun.\n"
)
MANY_LETTERS = (
    "Emoji 👩‍👩‍👧 lebih dahulu, lalu huruf gabungan: cafe\u0301 dan n\u0303.\r\n"
    "\r\n"
    "Aksara Jawa ꦲꦏ꧀ꦱꦫꦗꦮ di papan lorong.\r\n"
    "Baris terakhir sesudah 🏘️ rumah.\r\n"
)


def add_documents(folder: Path) -> Path:
    """Put documents into a study written by `write_small`."""
    (folder / "documents").mkdir()
    (folder / "documents" / "talk.txt").write_bytes(TALK.encode())
    (folder / "documents" / "letters.txt").write_bytes(MANY_LETTERS.encode())
    sources = folder / "sources.csv"
    more = "letters,interview,Sumber huruf,Source letters,ketua RT,quote\n"
    more += "diary,interview,Sumber harian,Source diary,warga,none\n"
    sources.write_text(sources.read_text("utf-8") + more, "utf-8")
    (folder / "private").mkdir()
    (folder / "private" / "diary.txt").write_text("Rahasia: nama saya Budi.\n", "utf-8")
    return folder


def codings_of(study: Path, coder: str = "ani", *, private: bool = False) -> list[dict[str, Any]]:
    """Return what the log on the disk says."""
    return CodingLog(load_study(study), coder, private=private).codings
