"""How sure one may be of a rating: what the evidence allows at most, and what a person says.

Informed by GRADE-CERQual (Lewin et al. 2018) and no substitute for it: there, people weigh four
components. Here the four are prompts with facts beside them, and rules that anybody can check set
a ceiling. The level is a person's; above the ceiling, or with another rating than the suggestion,
the person says why.
"""

from __future__ import annotations

import pandas as pd

from bantar_lib.coding.citations import table_rows
from bantar_lib.coding.ratings import MIN_KINDS, MIN_SOURCES, STABLE, evidence, rate_indicators
from bantar_lib.errors import UserError
from bantar_lib.study import Problem, Study
from bantar_lib.study.tables import CONFIDENCES
from bantar_lib.words import room_words

_ = room_words("coding")

MOST = 0.5
"""Over this share, what is inferred, of unknown sampling, contested or from elsewhere concerns."""


def confidence(study: Study, district: str, coder: str | None = None) -> pd.DataFrame:
    """Return the four prompts of confidence for each indicator, and the ceiling they set.

    Parameters
    ----------
    study : Study
        A study with segments and coding logs.
    district : str
        Code, name or alias.
    coder : str, optional
        Whose reading; by default the first coder with a log.

    Returns
    -------
    pandas.DataFrame
        One row an indicator. The facts, by prompt:

        * limitations: inferred (share of codings that the coder or the study inferred),
          unsampled (share of sources of which it is not stated how they were sampled);
        * coherence: contestedness, stability (see :func:`~.ratings.rate_indicators`);
        * adequacy: sources, kinds (those that give a direction);
        * relevance: own (share of codings that speak of this district, not of the whole).

        Then concerns (the prompts that give one, ``|``), ceiling, and of ``judgements.csv``
        level, rating and by (``|`` where several people judged).

        A prompt gives a concern where inferred or unsampled is over a half; contestedness is
        over a half or stability under 0.8; sources are under 3 or kinds under 2; own is under a
        half. The ceiling is ``high`` less one step for each concern (``moderate``, ``low``,
        ``very_low``), at most ``low`` where evidence is not adequate and ``very_low`` where it
        is one source or none with a direction; blank where there is no evidence.

    Examples
    --------
    One article is one source, so that nothing can be surer than "very low":

    >>> from bantar_lib import load_study
    >>> table = confidence(load_study("kampung_bantar"), "Kota Baru")
    >>> set(table["ceiling"]) - {""}
    {'very_low'}
    """
    code = study.district(district)["district_id"]
    table = evidence(study, district, coder)
    sampled = study.table("sources").set_index("source_id")["sampled"]
    rated = rate_indicators(study, district, coder).set_index("indicator")
    judged = study.table("judgements")
    judged = judged[judged["district_id"] == code]
    rows = []
    for indicator in study.framework.indicators:
        own = table[table["code"] == indicator.id]
        facts = rated.loc[indicator.id]
        said = judged[judged["indicator"] == indicator.id]
        row = {
            "indicator": indicator.id,
            "inferred": _share((own["directness"] == "inferred") | own["inference"].astype(bool)),
            "unsampled": _share(own.drop_duplicates("source_id")["source_id"].map(sampled)
                                .fillna("").isin(["", "not_stated"])),
            "contestedness": facts["contestedness"],
            "stability": facts["stability"],
            "sources": int(facts["sources"]),
            "kinds": int(facts["kinds"]),
            "own": _share(own["district_id"] == code),
        }  # fmt: skip
        row["concerns"] = "|".join(_concerns(row)) if len(own) else ""
        row["ceiling"] = _ceiling(row) if len(own) else ""
        row |= {"level": "|".join(said["confidence"]), "rating": "|".join(said["rating"]),
                "by": "|".join(said["by"])}  # fmt: skip
        rows.append(row)
    shares = ("inferred", "unsampled", "contestedness", "stability", "own")
    return pd.DataFrame(rows).astype(dict.fromkeys(shares, "Float64"))


def _share(rows: pd.Series) -> float | None:
    return float(rows.mean()) if len(rows) else None


def _over(value: object, limit: float) -> bool:
    return value is not None and value is not pd.NA and float(value) > limit  # type: ignore[arg-type]


def _concerns(row: dict[str, object]) -> list[str]:
    unstable = row["stability"] is not pd.NA and not _over(row["stability"], STABLE - 1e-9)
    found = {
        "limitations": _over(row["inferred"], MOST) or _over(row["unsampled"], MOST),
        "coherence": _over(row["contestedness"], MOST) or unstable,
        "adequacy": not _adequate(row),
        "relevance": not _over(row["own"], MOST - 1e-9),
    }
    return [name for name, concerns in found.items() if concerns]


def _adequate(row: dict[str, object]) -> bool:
    return _over(row["sources"], MIN_SOURCES - 1) and _over(row["kinds"], MIN_KINDS - 1)


def _ceiling(row: dict[str, object]) -> str:
    steps = len(str(row["concerns"]).split("|")) if row["concerns"] else 0
    if not _adequate(row):
        steps = max(steps, CONFIDENCES.index("low"))
    if not _over(row["sources"], 1):
        steps = CONFIDENCES.index("very_low")
    return CONFIDENCES[min(steps, len(CONFIDENCES) - 1)]


def judgements(study: Study, coder: str | None = None) -> pd.DataFrame:
    """Return what people judged, beside what the evidence suggests and allows.

    Parameters
    ----------
    study : Study
        A study with ``judgements.csv``.
    coder : str, optional
        Whose reading the suggestion rests on; by default the first coder with a log.

    Returns
    -------
    pandas.DataFrame
        The columns of judgements, with row (of the file), suggestion, ceiling, overrides (the
        rating is not the suggestion; "insufficient" agrees with "no evidence") and above (the
        confidence is over the ceiling).

    Raises
    ------
    UserError
        For a judgement that overrides or is above without a reason; it names the row.

    Examples
    --------
    >>> from bantar_lib import load_study
    >>> {"suggestion", "ceiling"} <= set(judgements(load_study("kampung_bantar")).columns)
    True
    """
    table = _compared(study, coder)
    problems = _problems(study, table)
    if problems:
        raise UserError("\n".join(map(str, problems)))
    return table


def check_judgements(study: Study, coder: str | None = None) -> list[Problem]:
    """Return judgements that go beyond suggestion or ceiling without a reason, as problems.

    Examples
    --------
    >>> from bantar_lib import load_study
    >>> check_judgements(load_study("kampung_bantar"))
    []
    """
    return _problems(study, _compared(study, coder))


def _compared(study: Study, coder: str | None) -> pd.DataFrame:
    _file, lines, table = table_rows(study, "judgements")
    table.insert(0, "row", pd.Series(lines, index=table.index, dtype="int64"))
    found: dict[tuple[str, str], tuple[str, str]] = {}
    for district in dict.fromkeys(table["district_id"]):
        ceilings = confidence(study, district, coder).set_index("indicator")["ceiling"]
        for one in rate_indicators(study, district, coder).to_dict("records"):
            found[district, one["indicator"]] = (one["suggestion"], ceilings[one["indicator"]])
    keys = list(zip(table["district_id"], table["indicator"], strict=True))
    table["suggestion"] = [found.get(key, ("", ""))[0] for key in keys]
    table["ceiling"] = [found.get(key, ("", ""))[1] for key in keys]
    same = {"no_evidence": "insufficient_evidence"}
    table["overrides"] = table["rating"] != table["suggestion"].replace(same)
    place = {level: n for n, level in enumerate(CONFIDENCES)}
    levels = zip(table["confidence"], table["ceiling"], strict=True)
    # Where there is no evidence, any confidence is above what it allows.
    table["above"] = [bool(level) and place[level] < place.get(ceiling, len(place))
                      for level, ceiling in levels]  # fmt: skip
    return table


def _problems(study: Study, table: pd.DataFrame) -> list[Problem]:
    file, _lines, _frame = table_rows(study, "judgements")
    found = []
    for one in table.to_dict("records"):
        if (one["reason_id"] + one["reason_en"]).strip():
            continue
        if one["overrides"]:
            found.append(Problem(
                "error", file, one["row"], "rating",
                _("{indicator} is rated {rating} where the evidence suggests {suggestion}",
                  indicator=one["indicator"], rating=one["rating"], suggestion=one["suggestion"]),
                _("Give the reason, or take the suggestion."),
            ))  # fmt: skip
        if one["above"]:
            found.append(Problem(
                "error", file, one["row"], "confidence",
                _("{indicator} has confidence {level} where the evidence allows {ceiling} at most",
                  indicator=one["indicator"], level=one["confidence"],
                  ceiling=one["ceiling"] or "–"),
                _("Give the reason, or lower the confidence."),
            ))  # fmt: skip
    return found
