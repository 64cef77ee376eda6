"""Ratings against small studies counted by hand, and against a brute-force stability."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bantar_lib import load_study
from bantar_lib.coding import evidence, rate_indicators
from bantar_lib.coding.ratings import band, first_coder, tally
from bantar_lib.study import Study

RESOURCES, POWER, SITE = "content.resources", "context.power", "content.site"
HERE, THERE = "15.71.07", "15.71.08"
DEFAULTS = ("", "finding", HERE)
SIGN = {"supports": 1, "inhibits": -1, "mixed": 0}

# source → (part of, kind, role)
SOURCES = {
    "article": ("", "author_statement", "author"),
    "article_table": ("article", "statistic", ""),
    "talk_1": ("", "interview", "head of RT"),
    "talk_2": ("", "interview", "resident"),
    "visit": ("", "observation", ""),
    "press": ("", "press", ""),
}


def study_of(folder: Path, *rows: tuple[str, ...], coder: str = "ani") -> Study:
    """Make a study of codings: source, indicator, valence and then datum, kind, district."""
    bundled = load_study("kampung_bantar")
    segments, events = [], []
    for n, row in enumerate(rows, 1):
        source, indicator, valence, datum, kind, district = (*row, *DEFAULTS[len(row) - 3 :])
        segments.append({"segment_id": f"S{n}", "district_id": district, "source_id": source,
                         "kind": kind, "datum": datum or f"d{n}"})  # fmt: skip
        events.append({"id": str(n), "event": "code", "segment": f"S{n}", "code": indicator,
                       "valence": valence})  # fmt: skip
    log = folder / "codings" / f"{coder}.jsonl"
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_text("".join(json.dumps(e) + "\n" for e in events), "utf-8")
    tables = {
        "districts": bundled.districts,
        "segments": pd.DataFrame(
            segments, columns=["segment_id", "district_id", "source_id", "kind", "datum"], dtype=str
        ),
        "sources": pd.DataFrame(
            [(s, *rest) for s, rest in SOURCES.items()],
            columns=["source_id", "part_of", "kind", "role"],
        ),
        "coders": pd.DataFrame({"coder_id": ["ani", "budi"]}),
    }
    return Study(folder, bundled.config, bundled.framework, tables)


def rated(study: Study, indicator: str = RESOURCES, **options: str) -> pd.Series:
    return rate_indicators(study, HERE, **options).set_index("indicator").loc[indicator]


def sides(row: pd.Series) -> tuple[int, int, int]:
    return int(row["supports"]), int(row["mixed"]), int(row["inhibits"])


def test_a_study_counted_by_hand(tmp_path):
    """S = talk_1, visit, press; I = talk_2: B = 2/4, C = 2·1/4, four sources of three kinds."""
    study = study_of(
        tmp_path,
        ("talk_1", RESOURCES, "supports"),
        ("talk_1", RESOURCES, "supports"),
        ("talk_1", RESOURCES, "inhibits"),
        ("visit", RESOURCES, "supports"),
        ("press", RESOURCES, "supports"),
        ("talk_2", RESOURCES, "inhibits"),
    )
    row = rated(study)
    assert sides(row) == (3, 0, 1)
    assert row["balance"] == 0.5
    assert row["contestedness"] == 0.5
    assert (row["sources"], row["kinds"]) == (4, 3)
    assert row["suggestion"] == "leans_supports"
    # Without talk_1: 1/3; visit: 1/3; press: 1/3; talk_2: 1 (strongly). By role the same for
    # "head of RT" and "resident": 4 of 6 runs keep the band.
    assert row["stability"] == pytest.approx(4 / 6)
    assert sides(rated(study, by="datum")) == (4, 0, 2)


def test_a_talkative_source_counts_once(tmp_path):
    talk = [("talk_1", RESOURCES, "supports")] * 20
    study = study_of(tmp_path, *talk, ("talk_2", RESOURCES, "inhibits"))
    assert sides(rated(study)) == (1, 0, 1)


def test_a_source_that_says_both_is_mixed(tmp_path):
    said = [("talk_1", RESOURCES, "supports"), ("talk_1", RESOURCES, "inhibits")]
    assert sides(rated(study_of(tmp_path, *said))) == (0, 1, 0)


def test_parts_of_one_source_are_one_source(tmp_path):
    study = study_of(
        tmp_path, ("article", RESOURCES, "supports"), ("article_table", RESOURCES, "supports")
    )
    row = rated(study)
    assert sides(row) == (1, 0, 0)
    assert (row["sources"], row["kinds"]) == (1, 1)  # the author's own statement is no kind


def test_one_datum_counts_once_within_a_source(tmp_path):
    study = study_of(
        tmp_path,
        ("talk_1", RESOURCES, "supports", "same"),
        ("talk_1", RESOURCES, "supports", "same"),
        ("talk_1", RESOURCES, "inhibits"),
    )
    assert sides(rated(study)) == (0, 1, 0)
    assert sides(rated(study, by="datum")) == (1, 0, 1)


def test_a_datum_that_another_source_repeats_is_no_second_evidence(tmp_path):
    study = study_of(
        tmp_path,
        ("article_table", RESOURCES, "inhibits", "61 of 165"),
        ("press", RESOURCES, "inhibits", "61 of 165"),
        ("talk_1", RESOURCES, "inhibits"),
    )
    row = rated(study)
    assert sides(row) == (0, 0, 2)
    assert row["sources"] == 2
    assert row["suggestion"] == "insufficient_evidence"
    assert sides(rated(study, by="datum")) == (0, 0, 2)


def test_a_datum_may_speak_of_two_indicators(tmp_path):
    study = study_of(
        tmp_path,
        ("talk_1", RESOURCES, "inhibits", "same"),
        ("talk_1", POWER, "supports", "same"),
    )
    assert sides(rated(study)) == (0, 0, 1)
    assert sides(rated(study, POWER)) == (1, 0, 0)


@pytest.mark.parametrize(
    ("supports", "mixed", "inhibits", "expected"),
    [
        (3, 0, 2, "leans_supports"),  # 0.2 exactly
        (2, 0, 3, "leans_inhibits"),
        (5, 1, 4, "contested"),  # 0.1
        (4, 0, 1, "leans_supports"),  # 0.6 exactly
        (1, 0, 4, "leans_inhibits"),
        (5, 0, 1, "strongly_supports"),  # 0.67
        (0, 0, 3, "strongly_inhibits"),
        (0, 4, 0, "contested"),
        (2, 3, 0, "leans_supports"),  # 0.4: what is mixed counts in the denominator
    ],
)
def test_bands_and_their_edges(supports, mixed, inhibits, expected):
    assert band((supports - inhibits) / (supports + mixed + inhibits)) == expected


@pytest.mark.parametrize(
    ("sources", "expected"),
    [
        (["talk_1", "visit"], "insufficient_evidence"),  # two sources
        (["talk_1", "talk_2", "article"], "insufficient_evidence"),  # one kind beside the author's
        (["talk_1", "visit", "article"], "strongly_supports"),
        (["talk_1", "talk_2", "visit"], "strongly_supports"),
    ],
)
def test_the_floor_of_sources_and_kinds(tmp_path, sources, expected):
    study = study_of(tmp_path, *((s, RESOURCES, "supports") for s in sources))
    assert rated(study)["suggestion"] == expected


def test_no_evidence_is_neither_insufficient_nor_zero(tmp_path):
    study = study_of(tmp_path, ("talk_1", RESOURCES, "supports"))
    row = rated(study, SITE)
    assert row["suggestion"] == "no_evidence"
    assert row[["balance", "contestedness", "stability"]].isna().all()
    assert len(rate_indicators(study, HERE)) == len(study.framework.indicators)


def test_neutral_statements_are_evidence_but_give_no_direction(tmp_path):
    study = study_of(
        tmp_path,
        ("talk_1", RESOURCES, "supports"),
        ("visit", RESOURCES, "neutral"),
        ("press", RESOURCES, "neutral"),
    )
    row = rated(study)
    assert row["suggestion"] == "insufficient_evidence"
    assert sides(row) == (1, 0, 0)


def test_efforts_and_recommendations_are_not_rated(tmp_path):
    study = study_of(
        tmp_path,
        ("talk_1", RESOURCES, "supports", "", "effort"),
        ("talk_2", RESOURCES, "supports", "", "recommendation"),
    )
    assert rated(study)["suggestion"] == "no_evidence"


def test_evidence_about_the_whole_joins_only_a_district_with_its_own(tmp_path):
    study = study_of(
        tmp_path,
        ("talk_1", RESOURCES, "supports", "", "finding", ""),
        ("talk_2", RESOURCES, "supports"),
    )
    assert len(evidence(study, HERE)) == 2
    assert evidence(study, THERE).empty
    assert set(rate_indicators(study, THERE)["suggestion"]) == {"no_evidence"}


def test_the_first_coder_described_who_has_a_log(tmp_path):
    study_of(tmp_path, ("talk_1", RESOURCES, "inhibits"), coder="zoe")
    study = study_of(tmp_path, ("talk_1", RESOURCES, "supports"), coder="budi")
    assert first_coder(study) == "budi"
    assert sides(rated(study)) == (1, 0, 0)
    assert sides(rated(study, coder="zoe")) == (0, 0, 1)


def test_without_any_coding_there_is_no_evidence(tmp_path):
    study = study_of(tmp_path)
    (tmp_path / "codings/ani.jsonl").unlink()
    assert first_coder(study) is None
    assert set(rate_indicators(study, HERE)["suggestion"]) == {"no_evidence"}


# What a rating is made of: (source, datum, valence), the source's role following from it.
STATEMENTS = st.lists(
    st.tuples(
        st.sampled_from([s for s in SOURCES if s != "article_table"]),
        st.sampled_from(["a", "b", "c"]),
        st.sampled_from(["supports", "inhibits", "mixed", "neutral"]),
    ),
    min_size=2,
    max_size=14,
)


def frame_of(statements: list[tuple[str, str, str]]) -> pd.DataFrame:
    """Return statements as evidence gives them; a datum belongs to one source here."""
    return pd.DataFrame(
        [(RESOURCES, s, f"{s} {d}", v, "finding", SOURCES[s][2]) for s, d, v in statements],
        columns=["code", "root", "datum", "valence", "kind", "role"],
    )


def band_by_hand(statements: list[tuple[str, str, str]]) -> str:
    """Return the band, counted with plain loops."""
    sign = lambda n: (n > 0) - (n < 0)  # noqa: E731
    data: dict[str, dict[str, int]] = {}
    for source, datum, valence in statements:
        if valence != "neutral":
            own = data.setdefault(source, {})
            own[datum] = own.get(datum, 0) + SIGN[valence]
    signs = [sign(sum(sign(v) for v in own.values())) for own in data.values()]
    if not signs:
        return "none"
    balance = sum(signs) / len(signs)
    size = "strongly" if abs(balance) > 0.6 else "leans"
    if abs(balance) < 0.2:
        return "contested"
    return f"{size}_{'supports' if balance > 0 else 'inhibits'}"


@settings(max_examples=60, deadline=None)
@given(STATEMENTS)
def test_stability_against_brute_force(statements):
    from bantar_lib.coding.ratings import _stability, _weighed

    directed = [s for s in statements if s[2] != "neutral"]
    if not directed:
        return
    whole = band_by_hand(directed)
    runs = [
        band_by_hand([s for s in directed if s[0] != source]) for source in {s[0] for s in directed}
    ]
    roles = {SOURCES[s[0]][2] for s in directed} - {""}
    runs += [band_by_hand([s for s in directed if SOURCES[s[0]][2] != role]) for role in roles]
    expected = sum(run == whole for run in runs) / len(runs)
    assert _stability(_weighed(frame_of(statements))) == pytest.approx(expected)


@settings(max_examples=40, deadline=None)
@given(STATEMENTS, st.permutations(["p", "q", "r", "s", "t"]), st.randoms())
def test_neither_names_nor_order_matter(statements, names, random):
    table = frame_of(statements)
    renamed = dict(zip([s for s in SOURCES if s != "article_table"], names, strict=True))
    other = table.assign(
        root=table["root"].map(renamed),
        datum=[f"{renamed[s]}/{d}" for s, d, _v in statements],
    )
    order = list(range(len(other)))
    random.shuffle(order)
    for by in ("root", "datum"):
        pd.testing.assert_frame_equal(tally(table, by), tally(other.iloc[order], by))


@settings(max_examples=40, deadline=None)
@given(STATEMENTS)
def test_turning_every_valence_round_turns_the_tally_round(statements):
    turned = {"supports": "inhibits", "inhibits": "supports"}
    table = frame_of(statements)
    other = tally(table.assign(valence=table["valence"].replace(turned)), "root")
    expected = tally(table, "root").rename(columns=turned)[["supports", "mixed", "inhibits"]]
    pd.testing.assert_frame_equal(other, expected, check_names=False)


def test_where_all_comes_from_one_source_nothing_is_rated():
    """The bundled study: one article and its parts."""
    table = rate_indicators(load_study("kampung_bantar"), "Kota Baru")
    assert set(table["sources"]) <= {0, 1}
    assert set(table["suggestion"]) <= {"no_evidence", "insufficient_evidence"}
