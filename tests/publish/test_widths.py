"""Columns of a report's tables: by what stands in them, and none so narrow that a word breaks."""

from __future__ import annotations

import pytest

from bantar_lib.publish.document import Grid
from bantar_lib.publish.pandoc import FILTER, run_pandoc, write_tree
from bantar_lib.publish.widths import after_numbers, column_widths

LONG = "Program dianggap hanya formalitas menjelang penilaian, sesudahnya warga diam. " * 3


def grid(heads: tuple[str, ...], *rows: tuple[str, ...], numeric: tuple[int, ...] = (),
         blank: tuple[int, ...] = ()) -> Grid:  # fmt: skip
    return Grid(heads, rows, "T", tuple(n in numeric for n in range(len(heads))), blank)


def test_long_texts_are_wide_and_numbers_narrow():
    table = grid(("No.", "Tahun", "Isi", "Arah"), *[("1", "2015", LONG, "netral")] * 5)
    number, year, text, side = column_widths(table)
    assert text > 0.6 and max(number, year, side) < 0.15


def test_two_long_texts_share_the_line_by_their_length():
    first, second = column_widths(grid(("a", "b"), (LONG, LONG * 3)))
    assert 2 < second / first < 4


def test_no_word_is_broken_and_the_line_is_full():
    heads = ("Indikator", "mendukung", "menghambat", "penilaian")
    row = ("Kekuasaan, kepentingan, dan strategi aktor yang terlibat", "0", "2", "bukti cukup")
    widths = column_widths(grid(heads, row, numeric=(1, 2)))
    assert sum(widths) == pytest.approx(1, abs=0.001)
    assert all(104 * w > len(h) + 2 for w, h in zip(widths, heads, strict=True))


def test_columns_to_fill_in_have_room():
    heads = ("No.", "Rekomendasi", "Tindak lanjut", "Waktu")
    widths = column_widths(grid(heads, ("1", LONG, "", ""), blank=(2, 3)))
    assert min(widths[2:]) > 0.15


def test_a_table_without_rows_has_columns():
    assert len(column_widths(grid(("a", "b")))) == 2


def test_a_text_after_numbers_stands_off_them(tmp_path, report_of):
    assert after_numbers((True, False, True, True, False)) == [1, 4]
    table = grid(("Jumlah", "Sumber"), ("12", "Tabel 1"), numeric=(0,))
    tree = write_tree(report_of(table), tmp_path)
    made = run_pandoc([str(tree), "--from=json", "--to=typst", f"--lua-filter={FILTER}"],
                      name="x", seconds=315_532_800)  # fmt: skip
    assert b"#roomy((1,))[" in made
    for form in ("html", "docx"):
        made = run_pandoc([str(tree), "--from=json", f"--to={form}", "--output=-",
                           f"--lua-filter={FILTER}"], name="x", seconds=315_532_800)  # fmt: skip
        assert b"roomy" not in made
