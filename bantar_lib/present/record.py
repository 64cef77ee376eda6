"""What a district's page hands to the batch: its results as rows of one tidy table."""

from __future__ import annotations

from typing import Any

import pandas as pd

from bantar_lib.coding import rate_indicators
from bantar_lib.coding.ratings import UNRATED
from bantar_lib.present.display import Result
from bantar_lib.study import Study


def district_result(
    study: Study, district_id: str, execution: pd.DataFrame, reach: pd.DataFrame
) -> Result:
    """Gather a district's measures.

    Returns
    -------
    Result
        ``record["results"]`` has rows with district_id, district, measure, reading, value, low,
        high, numerator, denominator, role; an unknown value is null, never 0. Shares lie between
        0 and 1; ``indicator:`` rows give the balance per datum, from −1 to 1.
    """
    own = study.district(district_id)
    rate = execution.set_index("district_id").loc[district_id]
    declared = (study.config.get("primary") or {}).get("execution", "pooled")
    rows = [
        _row(own, "execution", "counted", rate["rate"], rate["low"], rate["high"],
             rate["implemented"], rate["proposed"],
             "primary" if declared == "counted" else "annex"),
        _row(own, "execution", "pooled", rate["pooled"], rate["pooled_low"], rate["pooled_high"],
             rate["implemented"], rate["proposed"],
             "primary" if declared == "pooled" else "annex"),
    ]  # fmt: skip
    for r in reach[reach["district_id"] == district_id].itertuples():
        rows.append(_row(own, "reach", r.scenario, r.share, pd.NA, pd.NA, r.numerator,
                         r.denominator, r.role))  # fmt: skip
    ratings = rate_indicators(study, district_id, by="datum")
    suggested = rate_indicators(study, district_id).set_index("indicator")["suggestion"]
    for r in ratings.itertuples():
        reading = suggested[r.indicator]
        # Where evidence does not suffice there is no balance that somebody could take for a score.
        value = pd.NA if reading in UNRATED else r.balance
        rows.append(_row(own, f"indicator:{r.indicator}", reading, value, pd.NA, pd.NA, r.supports,
                         r.supports + r.mixed + r.inhibits, "annex"))  # fmt: skip
    return Result({
        "study": study.id,
        "district_id": district_id,
        "district": own["name"],
        "input_hash": study.content_hash,
        "results": rows,
    })  # fmt: skip


def _row(own: pd.Series, measure: str, reading: str, value: Any, low: Any, high: Any,
         numerator: Any, denominator: Any, role: str) -> dict[str, Any]:  # fmt: skip
    def plain(v: Any) -> float | None:
        return None if pd.isna(v) else round(float(v), 6)

    return {
        "district_id": own["district_id"],
        "district": own["name"],
        "measure": measure,
        "reading": reading,
        "value": plain(value),
        "low": plain(low),
        "high": plain(high),
        "numerator": plain(numerator),
        "denominator": plain(denominator),
        "role": role,
    }
