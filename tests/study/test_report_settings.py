"""``report.yml``: read in either language, and each fault with its place and remedy."""

from __future__ import annotations

from datetime import date

import pytest

from bantar_lib.errors import UserError
from bantar_lib.study import check_study, load_study
from bantar_lib.study.report_settings import (
    check_report,
    read_report,
    report_settings,
    template_text,
)
from bantar_lib.words import language

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


def test_without_the_file_all_is_blank_and_a_draft(tmp_path):
    settings = report_settings(tmp_path)
    assert (settings.released, settings.paper, settings.letterhead) == (False, "A4", ())
    assert check_report(tmp_path) == []


def test_texts_in_one_language_or_both(tmp_path):
    (tmp_path / "logo.png").write_bytes(PNG)
    (tmp_path / "report.yml").write_text(
        "letterhead: [Pemerintah, {id: Dinas, en: Office}]\nlogo: logo.png\ndate: 2026-03-31\n"
        'signatory: {name: Ani, nip: "198001012005012001"}\npaper: F4\nreleased: true\n',
        "utf-8",
    )  # fmt: skip
    with language("en"):
        settings = report_settings(tmp_path)
    assert settings.letterhead == ("Pemerintah", "Office")
    assert settings.date == date(2026, 3, 31)
    assert settings.signatory == {"name": "Ani", "title": "", "nip": "198001012005012001"}
    assert (settings.paper, settings.released) == ("F4", True)
    with language("id"):
        assert report_settings(tmp_path).letterhead[1] == "Dinas"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("leterhead: [a]", "report.yml:1:leterhead: unknown key — Did you mean “letterhead”?"),
        ("number: 12", 'is read as 12, not as text — Put it in quotation marks: number: "12"'),
        ("signatory:\n  nip: 198001012005012001", "report.yml:2:signatory.nip"),
        ("legal_basis: x", "report.yml:1:legal_basis: is not a list"),
        ("purpose: {id: x}", "the text in this language is missing — Add en: …"),
        ("paper: A5", "is not one of the choices — Use one of: A4, F4."),
        ("released: ya", "is neither true nor false"),
        ("date: kemarin", "“kemarin” is not a date — Write date: 2026-03-31"),
        ("logo: ../x.png", "“../x.png” lies outside the study"),
        ("logo: private/x.png", "lies outside the study"),
        ("logo: none.png", "there is no file “none.png”"),
        ("logo: broken.png", "“broken.png” is no PNG or JPEG picture"),
        ("- a", "holds no keys"),
        ("a: [", "cannot be read as YAML"),
    ],
)
def test_each_fault_has_its_place_and_remedy(write_small, text, said):
    folder = write_small()
    (folder / "broken.png").write_bytes(b"GIF")
    (folder / "report.yml").write_text(text + "\n", "utf-8")
    found = [p for p in check_study(folder) if p.file == "report.yml"]
    assert len(found) == 1
    assert said in str(found[0])
    if found[0].severity == "error":
        with pytest.raises(UserError, match=r"report\.yml"):
            report_settings(folder)


@pytest.mark.parametrize("lang", ["id", "en"])
def test_the_template_is_good_as_it_is_and_with_every_key_filled(tmp_path, lang):
    with language(lang):
        text = template_text()
    (tmp_path / "report.yml").write_text(text, "utf-8")
    assert read_report(tmp_path).config == {} and check_report(tmp_path) == []
    (tmp_path / "logo.png").write_bytes(PNG)
    keys = [line[2:] for line in text.splitlines() if line.startswith(("#   -", "# ")) and (
        line.startswith("#   -") or line[2:].split(":")[0].isidentifier())]  # fmt: skip
    filled = "\n".join(k for k in keys if ":" in k or k.startswith("  -"))
    (tmp_path / "report.yml").write_text(filled + "\n", "utf-8")
    assert [str(p) for p in check_report(tmp_path) if "number" not in p.column] == []


def test_it_is_no_input_of_a_run(write_small):
    folder = write_small()
    before = load_study(folder).content_hash
    (folder / "report.yml").write_text("number: x\n", "utf-8")
    (folder / "logo.png").write_bytes(PNG)
    assert load_study(folder).content_hash == before
