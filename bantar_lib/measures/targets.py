"""Target and realisation, allotted and spent: the figures an office reports on.

A target is the office's own; where the study holds none, that is said and nothing is scored.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from bantar_lib.errors import UserError
from bantar_lib.measures.stocks import by_year, first_known, stage_names
from bantar_lib.study.shared import shared
from bantar_lib.study.study import Study
from bantar_lib.words import room_words

_ = room_words("measures")


@shared
def targets(study: Study) -> pd.DataFrame:
    """Set each target beside what was realised, as an achievement in percent.

    achievement = realisation / target × 100, with the count in the same terms as the target: a
    year's count, or in a study of stocks the stock at its end. Where the stage's own count is
    unknown, the realisation lies between bounds: not less than a later stage that is known
    (else 0), not more than the nearest earlier stage that is known, else than the count whose
    stage the source does not say.

    Parameters
    ----------
    study : Study
        The study, with ``targets.csv`` and, for the bands, ``scale.yml``: ``bands``, a list of
        ``{min, label: {id, en}}`` with `min` in percent, and ``citation``.

    Returns
    -------
    DataFrame
        ``district_id, district, year, stage, source_id, target, realised_low, realised_high,
        achievement_low, achievement_high, band_low_id, band_low_en, band_high_id, band_high_en,
        scale_citation, source_states_target``: a row a target. Realisation in units of the
        target, achievement in percent (blank where the target is 0). Bands are the office's
        words for the two achievements, ``""`` without a scale; `scale_citation` says where they
        come from. A blank `district_id` is the whole programme: the low bound adds the districts
        that are known, the high one is blank unless all are.
        Without targets: a row a district for the last stage compared, with
        `source_states_target` false and no numbers.

    Raises
    ------
    UserError
        Where ``scale.yml`` is not as described.

    Examples
    --------
    >>> from bantar_lib.study import load_study
    >>> bool(targets(load_study("kampung_bantar"))["source_states_target"].any())
    False
    """
    names = study.districts.set_index("district_id")["name"]
    frame = study.table("targets")
    stated = not frame.empty
    if not stated:
        frame = pd.DataFrame({"district_id": names.index, "stage": stage_names(study).end})
        frame = frame.reindex(columns=study.table("targets").columns)
        frame["source_id"] = ""
        frame = frame.astype({"year": "Int64", "target": "Float64"})
    frame["district"] = frame["district_id"].map(names).fillna("")
    frame = frame.join(_realised(study, frame) if stated else _nothing(frame))
    target = frame["target"].where(frame["target"] > 0)
    bands, labels, frame["scale_citation"] = _bands(study)
    for end in ("low", "high"):
        frame[f"achievement_{end}"] = frame[f"realised_{end}"] / target * 100
        place = _band(frame[f"achievement_{end}"], bands)
        for lang in ("id", "en"):
            frame[f"band_{end}_{lang}"] = [labels[lang][i] if i >= 0 else "" for i in place]
    frame["source_states_target"] = stated
    ends = [f"{x}_{end}" for x in ("realised", "achievement") for end in ("low", "high")]
    words = [f"band_{end}_{lang}" for end in ("low", "high") for lang in ("id", "en")]
    head = ["district_id", "district", "year", "stage", "source_id", "target"]
    return frame[[*head, *ends, *words, "scale_citation", "source_states_target"]]


def budget(study: Study) -> pd.DataFrame:
    """Return what was allotted and spent, and the absorption in percent.

    absorption = spent / allotted × 100.

    Parameters
    ----------
    study : Study
        The study, with ``budget.csv``.

    Returns
    -------
    DataFrame
        ``district_id, district, year, source_id, allotted, spent, absorption``: money as in the
        table, absorption in percent, blank where either is unknown or nothing was allotted. A
        blank `district_id` is the whole programme. Empty without the table.

    Examples
    --------
    >>> from bantar_lib.study import load_study
    >>> budget(load_study("kampung_bantar")).empty
    True
    """
    frame = study.table("budget")
    names = study.districts.set_index("district_id")["name"]
    frame["district"] = frame["district_id"].map(names).fillna("").astype("str")
    allotted = frame["allotted"].where(frame["allotted"] > 0)
    frame["absorption"] = frame["spent"] / allotted * 100
    return frame[
        ["district_id", "district", "year", "source_id", "allotted", "spent", "absorption"]
    ]


def _nothing(frame: pd.DataFrame) -> pd.DataFrame:
    blank = pd.array([pd.NA] * len(frame), dtype="Float64")
    return pd.DataFrame({"realised_low": blank, "realised_high": blank}, index=frame.index)


def _realised(study: Study, frame: pd.DataFrame) -> pd.DataFrame:
    ordered = [s.id for s in study.stages if s.ordered]
    loose = stage_names(study).loose
    known = first_known(study, study.counts)
    tables = {s: by_year(study, known, s) for s in {*ordered, loose}}
    found = _nothing(frame)
    for stage in frame["stage"].unique():
        rows = frame[frame["stage"] == stage]
        place = ordered.index(stage) if stage in ordered else -1
        after = ordered[place + 1 :] if place >= 0 else []
        before = [*reversed(ordered[:place]), loose] if place >= 0 else []
        low = high = by_year(study, known, stage)
        for other in after:
            low = low.combine_first(tables[other])
        for other in before:
            high = high.combine_first(tables[other])
        low = low.combine_first(high * 0)
        for end, wide in (("low", low), ("high", high)):
            found.loc[rows.index, f"realised_{end}"] = _cells(wide, rows, whole_low=end == "low")
    return found


def _cells(wide: pd.DataFrame, rows: pd.DataFrame, *, whole_low: bool) -> pd.Series:
    """Look up each row's district and year; a blank district is the sum of all."""
    total = wide.sum(axis=0, min_count=1) if whole_low else wide.sum(axis=0, skipna=False)
    wide = pd.concat([wide, total.to_frame("").T])
    cells = pd.MultiIndex.from_arrays([rows["district_id"], rows["year"].astype("int64")])
    values = wide.stack().reindex(cells)
    return pd.Series(values.to_numpy(), index=rows.index).astype("Float64")


def _bands(study: Study) -> tuple[list[float], dict[str, list[str]], str]:
    """Read the bands of ``scale.yml``, lowest first, and their citation."""
    import yaml

    path = study.path / "scale.yml"
    if not path.exists():
        return [], {"id": [], "en": []}, ""
    try:
        raw: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
        bands = sorted(raw["bands"], key=lambda band: float(band["min"]))
        labels = {lang: [str(b["label"][lang]) for b in bands] for lang in ("id", "en")}
        return [float(b["min"]) for b in bands], labels, str(raw.get("citation", ""))
    except (yaml.YAMLError, KeyError, TypeError, ValueError) as error:
        raise UserError(
            _(
                "scale.yml: the bands cannot be read; write each as "
                "“- {min: 75, label: {id: …, en: …}}” under “bands:”"
            )
        ) from error


def _band(achievement: pd.Series, bands: list[float]) -> list[int]:
    """Return the place of the highest band whose minimum is reached; −1 where there is none."""
    values = achievement.to_numpy(dtype="float64", na_value=np.nan)
    places = np.searchsorted(bands, values, side="right") - 1
    return [-1 if np.isnan(v) else int(p) for v, p in zip(values, places, strict=True)]
