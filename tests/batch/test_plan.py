"""What a batch would run: names of folders, typed parameters, and what is refused beforehand."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from nbformat import v4

from bantar_lib import load_study
from bantar_lib.batch import run_batch
from bantar_lib.batch.plan import (
    declared_parameters,
    district_folders,
    one_language,
    plan,
    safe_name,
    typed_parameters,
)
from bantar_lib.coding.journal import add_events, new_event
from bantar_lib.errors import UserError

HOSTILE = [
    "../../etc/passwd", "..", ".", "", " ", "/", "C:\\Windows", "a/b", "a\\b", "a:b", "a*b?",
    "a", "a.", "a ", " a", "a b", "a_b", "a-b", "a__b", "CON", "con", "CON.txt", "nul", "COM1",
    "lpt9.ipynb", "x_CON", "é", "e", "e\u0301", "Öde", "Ode", "🏚️", "🏚", "東京", "x" * 300,
    "x" * 301, "\x00", "a\nb", "<script>alert(1)</script>", '"', "|", "%2e%2e", "~", "$HOME",
]  # fmt: skip
DEVICE = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?")


def valid_everywhere(name: str) -> bool:
    """Say whether Windows, macOS and Linux all take this name, with an ending put to it."""
    return (
        re.fullmatch(r"[A-Za-z0-9._]{1,80}", name) is not None
        and not name.startswith(".")
        and not name.endswith((".", " "))
        and not DEVICE.fullmatch(name)
    )


def test_hostile_names_never_meet():
    assert len({safe_name(text) for text in HOSTILE}) == len(HOSTILE)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_names_are_valid_everywhere(text):
    assert valid_everywhere(safe_name(text))


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=90), st.text(max_size=90))
@example("a b", "a_b")
@example("x" * 60, "x" * 61)
def test_no_two_texts_meet(one, other):
    names = safe_name(one), safe_name(other)
    assert all(map(valid_everywhere, names))
    assert (one == other) == (names[0] == names[1])


def folders(*pairs: tuple[str, str]) -> list[str]:
    return list(district_folders(pd.DataFrame(pairs, columns=["district_id", "name"])).values())


def test_a_folder_is_called_after_code_and_name():
    assert folders(("15.71.07", "Kota Baru")) == ["15.71.07_Kota_Baru"]


@pytest.mark.parametrize(
    "pairs",
    [
        [("a1", "Melati"), ("A1", "Melati")],
        [("a1", "Melati"), ("A1", "MELATI"), ("b", "c")],
        [("1", "a b"), ("1_a", "b"), ("1 a", "b")],
        [("1", "Öde"), ("1.", "Ode"), ("1", "")],
        [("1", "STRASSE"), ("1 ", "strasse")],
    ],
)
def test_districts_never_share_a_folder_where_case_does_not_count(pairs):
    names = folders(*pairs)
    assert len({name.casefold() for name in names}) == len({i for i, _name in pairs})
    assert all(map(valid_everywhere, names))


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.text("aAé _./", max_size=4), st.text("bB ", max_size=3), max_size=6))
def test_no_districts_share_a_folder(named):
    assert len({name.casefold() for name in folders(*named.items())}) == len(named)


def many(number: int, code: str) -> dict[str, str]:
    codes = [code.format(n) for n in range(number)]
    return district_folders(pd.DataFrame({"district_id": codes, "name": ["Melati"] * number}))


def test_up_to_300_districts_lie_side_by_side():
    assert not any("/" in folder for folder in many(300, "{:06}").values())


@pytest.mark.parametrize("code", ["{:06}", "15.{:02}", "d{}", "{}", "../{}", "x" * 200 + "{}"])
def test_more_districts_lie_on_shelves_by_the_beginning_of_their_code(code):
    placed = list(many(7642, code).values())
    assert len({folder.casefold() for folder in placed}) == 7642
    shelves = Counter(folder.split("/")[0] for folder in placed)
    assert max(shelves.values()) <= 500
    assert len(shelves) <= 500
    assert all(len(folder.split("/")) == 2 for folder in placed)
    assert all(valid_everywhere(part) for folder in placed for part in folder.split("/"))


def test_a_shelf_is_called_after_the_code():
    assert many(400, "15.{:04}")["15.0007"] == "15.00/15.0007_Melati"


@pytest.fixture
def study(write_small):
    return load_study(write_small())


def test_a_run_of_the_whole_study_begins_with_the_study_wide_notebooks(study, tmp_path):
    jobs = plan(study, None, lang="id", outputs=tmp_path)
    wide = [job for job in jobs if not job.district_id]
    assert [job.notebook.stem for job in wide] == ["00_reading_guide", "01_city"]
    assert jobs[: len(wide)] == wide
    assert [job.district for job in jobs[len(wide) :]] == ["Melati", "Kenanga", "Mawar"]
    assert {job.output.parent for job in wide} == {tmp_path / "small" / "id"}
    assert len({job.output for job in jobs}) == len(jobs)


PRINTED = "source_id,table,row,district_id,column,year,stage,printed\nreport,1,a,01,b,,,9\n"


@pytest.mark.parametrize(
    ("given", "printed", "more"),
    [
        ((), "", []),
        ([("01", "report", "", "")], "", ["03_evidence"]),
        ((), PRINTED, ["04_audit"]),
        ([("01", "report", "", "")], PRINTED, ["03_evidence", "04_audit"]),
    ],
)
def test_a_page_is_made_of_what_a_study_holds(write_small, tmp_path, given, printed, more):
    folder = write_small(evidence=given, name="some")
    if printed:
        (folder / "published.csv").write_text(printed, "utf-8")
    jobs = plan(load_study(folder), None, lang="id", outputs=tmp_path)
    wide = [job.notebook.stem for job in jobs if not job.district_id]
    assert wide == ["00_reading_guide", "01_city", *more]


def test_a_coding_log_alone_is_evidence_too(write_small, tmp_path):
    folder = write_small(name="spans")
    for log in (folder / "codings").glob("*.jsonl"):
        log.unlink()
    study = load_study(folder)

    def planned() -> set[str]:
        return {job.notebook.stem for job in plan(study, None, lang="id", outputs=tmp_path)}

    (folder / "codings").mkdir(exist_ok=True)
    (folder / "codings/ani.jsonl").touch()
    assert "03_evidence" not in planned()
    add_events(folder / "codings/ani.jsonl", new_event("repair", line=1))
    assert "03_evidence" in planned()


def test_a_run_of_some_districts_leaves_the_study_wide_notebooks_out(study, tmp_path):
    jobs = plan(study, ["mawar", "01"], lang="en", outputs=tmp_path)
    assert [job.district_id for job in jobs] == ["01", "03"]
    assert [job.parameters["district"] for job in jobs] == ["01", "03"]
    assert jobs[0].output == tmp_path / "small/en/districts/01_Melati/02_district.ipynb"


def test_a_district_named_twice_runs_once(study, tmp_path):
    assert len(plan(study, ["Mawar", "03", "MAWAR"], lang="id", outputs=tmp_path)) == 1


def test_the_folder_of_a_district_does_not_depend_on_who_else_is_run(write_small, tmp_path):
    study = load_study(write_small([("a1", "Melati", 4), ("A1", "melati", 5)], [
        ("a1", 2020, "proposed", 2), ("A1", 2020, "proposed", 2)]))  # fmt: skip
    one = plan(study, ["a1"], lang="id", outputs=tmp_path)
    both = plan(study, None, lang="id", outputs=tmp_path)
    assert one[0].output in {job.output for job in both}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"districts": ["Kenagna"]}, "Did you mean Kenanga?"),
        ({"districts": ["Mawar", "nowhere at all"]}, "There are: Melati, Kenanga, Mawar"),
        ({"parameters": {"zzz": "1"}}, "Unknown parameter zzz"),
        ({"parameters": {"district": "01"}}, "Unknown parameter district"),
        ({"parameters": {"study": "other"}}, "Unknown parameter study"),
        ({"lang": "it"}, "choose id or en"),
    ],
)
def test_what_is_refused_leaves_nothing_behind(study, tmp_path, options, said):
    outputs = tmp_path / "outputs"
    with pytest.raises(UserError, match=re.escape(said)) as refused:
        run_batch(study, outputs=outputs, **{"lang": "en", **options})
    assert "\n" not in str(refused.value)
    assert not outputs.exists()


@pytest.fixture
def notebook(tmp_path: Path) -> Path:
    """A notebook with parameters of every kind."""
    book = v4.new_notebook(cells=[
        v4.new_code_cell("text = 'not this cell'"),
        v4.new_code_cell(
            'area: str = "33.10"  # a code\nweeks: int = 4\nshare: float = 0.5\n'
            "strict: bool = False\nyears: list[int] = []\nplain = 3",
            metadata={"tags": ["parameters"]},
        ),
        v4.new_markdown_cell("# Apa?", metadata={"tags": ["id"]}),
        v4.new_markdown_cell("# What?", metadata={"tags": ["en"]}),
    ])  # fmt: skip
    path = tmp_path / "07_more.ipynb"
    nbformat.write(book, path)
    return path


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("area", "33.10", "33.10"),
        ("area", "", ""),
        ("area", "None", "None"),
        ("weeks", "12", 12),
        ("weeks", "-3", -3),
        ("share", "0.25", 0.25),
        ("share", "1", 1.0),
        ("strict", "True", True),
        ("strict", "False", False),
        ("years", "[2015, 2016]", [2015, 2016]),
    ],
)
def test_a_parameter_gets_the_type_that_the_notebook_declares(notebook, name, text, expected):
    value = typed_parameters({name: text}, [notebook])[name]
    assert value == expected
    assert type(value) is type(expected)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("weeks", "4.5"), ("weeks", "four"), ("weeks", "True"), ("weeks", "False"),
        ("weeks", ""), ("weeks", "__import__('os')"), ("share", "half"), ("share", "True"),
        ("strict", "1"), ("strict", "'True'"), ("strict", "maybe"), ("years", "2015-16x"),
    ],
)  # fmt: skip
def test_a_value_of_another_type_is_refused(notebook, name, text):
    with pytest.raises(UserError, match=f"Parameter {name}: .* is not of type"):
        typed_parameters({name: text}, [notebook])


def test_the_nearest_parameter_is_named(notebook):
    with pytest.raises(UserError, match=r"the notebooks have: .*weeks.*\. Did you mean weeks\?"):
        typed_parameters({"week": "3"}, [notebook])


def test_parameters_are_read_from_their_cell_alone(notebook):
    assert set(declared_parameters(notebook)) == {"area", "weeks", "share", "strict", "years"}


def test_one_language_is_kept_and_the_source_stays_whole(notebook):
    source = nbformat.read(notebook, as_version=4)
    kept = one_language(source, "en")
    assert [cell.source for cell in kept.cells if cell.cell_type == "markdown"] == ["# What?"]
    assert len(source.cells) == len(kept.cells) + 1


def test_a_cell_about_what_the_study_lacks_is_left_out(notebook):
    source = nbformat.read(notebook, as_version=4)
    source.cells[-1].metadata["bantar"] = {"needs": ["claims", "codings"]}
    whole = len(one_language(source, "en").cells)
    assert len(one_language(source, "en", ["claims"]).cells) == whole, "the other is there"
    assert len(one_language(source, "en", ["claims", "codings"]).cells) == whole - 1


def test_a_plan_knows_what_a_study_lacks(write_small):
    """The small study has neither statements nor facilitators, nor evidence."""
    jobs = plan(load_study(write_small()), None, lang="en", outputs=Path("outputs"))
    assert {"claims", "codings", "segments"} <= set(jobs[0].lacking)
    bundled = plan(load_study("kampung_bantar"), None, lang="en", outputs=Path("outputs"))
    assert {job.lacking for job in bundled} == {()}
