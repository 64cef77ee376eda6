"""Maps: a study's districts by their outlines, or as tiles where only their places are known.

A district without a value is hatched, never drawn as if it were 0.
"""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.collections import PathCollection
from matplotlib.colors import Normalize
from matplotlib.patches import Patch, Rectangle
from matplotlib.path import Path as Outline

from bantar_lib.errors import UserError
from bantar_lib.present import style
from bantar_lib.present.count_figures import years_text
from bantar_lib.present.display import Figure
from bantar_lib.present.labels import MOST_NAMED, name_points
from bantar_lib.present.terms import terms
from bantar_lib.study import Study
from bantar_lib.words import listing, number, percent, room_words

_ = room_words("present")

OUTLINES = "boundaries.geojson"
"""The file of outlines in a study's folder."""

_KEYS = ("district_id", "kode")
_COLOURS = colormaps["Blues"]
_MOST_LISTED = 5


class _Shading(NamedTuple):
    """What a map is shaded by: a value a district (``NaN`` where unknown), and its words."""

    values: pd.DataFrame
    label: str
    caption: str

    @property
    def known(self) -> pd.DataFrame:
        return self.values.dropna(subset=["value"])


def place(study: Study, table: pd.DataFrame, *, mark: str = "") -> Figure | None:
    """Draw where the districts are: outlines where the study has them, else tiles, else nothing.

    Parameters
    ----------
    study : Study
        The study; its folder may hold ``boundaries.geojson``, its districts a ``tile_row`` and
        ``tile_column``.
    table : pandas.DataFrame
        As :func:`bantar_lib.execution` (shaded by the pooled rate) or :func:`bantar_lib.reach`
        (shaded by the upper bound) returns it.
    mark : str
        The ``district_id`` to stand out.

    Examples
    --------
    >>> from bantar_lib import execution, load_study
    >>> study = load_study("kampung_bantar")
    >>> place(study, execution(study)) is None
    False
    """
    if (study.path / OUTLINES).is_file():
        return outline_map(study, table, mark=mark)
    if study.districts[["tile_row", "tile_column"]].notna().all(axis=1).any():
        return tile_map(study, table, mark=mark)
    return None


def _shading(study: Study, table: pd.DataFrame) -> _Shading:
    if "pooled" in table:
        values = table.set_index("district_id")["pooled"]
        label = _("pooled execution rate")
        caption = _("Pooled execution rate by {district}, {years}.", years=years_text(table),
                    **terms(study))  # fmt: skip
    else:
        rows = table[(table["scenario"] == "upper_bound") & (table["district_id"] != "")]
        values = rows.set_index("district_id")["share"]
        label = _("upper bound of reach")
        caption = _("Upper bound of reach by {district}: the share of {unit} that implemented the "
                    "programme at most.", **terms(study))  # fmt: skip
    frame = study.districts[["district_id", "name", "tile_row", "tile_column"]]
    frame = frame.rename(columns={"name": "district"})
    frame["value"] = frame["district_id"].map(values).astype("Float64").astype("float64")
    return _Shading(frame, label, caption)


def _alt(study: Study, shading: _Shading, mark: str) -> str:
    known = shading.known.sort_values(["value", "district"])
    if known.empty:
        return _("No {district} has a known value.", **terms(study))
    low, high = known.iloc[0], known.iloc[-1]
    text = _(
        "{label}: from {low} ({low_name}) to {high} ({high_name}) over {n} of {all} {districts}; "
        "{unknown} unknown.",
        label=shading.label[:1].upper() + shading.label[1:], low=percent(low["value"]),
        low_name=low["district"], high=percent(high["value"]), high_name=high["district"],
        n=number(len(known)), all=number(len(shading.values)),
        unknown=number(len(shading.values) - len(known)), **terms(study),
    )  # fmt: skip
    for own in known[known["district_id"] == mark].itertuples():
        text += " " + _("{name}: {share}.", name=own.district, share=percent(own.value))
    return text


def _not_shown(study: Study) -> str:
    return _(
        "This figure does not show how sure each value is, nor how many {unit} it stands for: a "
        "large area is no large number, and a difference in shade is not yet a demonstrated "
        "difference.",
        **terms(study),
    )  # fmt: skip


def _value_text(value: float) -> str:
    return "?" if np.isnan(value) else percent(value)


def tile_map(study: Study, table: pd.DataFrame, *, mark: str = "") -> Figure:
    """Draw one equal tile a district, where ``tile_row`` and ``tile_column`` put it.

    Parameters
    ----------
    table : pandas.DataFrame
        As :func:`bantar_lib.execution` (shaded by the pooled rate) or :func:`bantar_lib.reach`
        (shaded by the upper bound) returns it.
    """
    shading = _shading(study, table)
    tiles = shading.values.dropna(subset=["tile_row", "tile_column"])
    rows = tiles["tile_row"].astype(int) - int(tiles["tile_row"].min())
    columns = tiles["tile_column"].astype(int) - int(tiles["tile_column"].min())
    across, down = int(columns.max()) + 1, int(rows.max()) + 1
    wide = style.WIDTH / across
    tall = min(1.0, wide)
    drawing, axes = style.canvas(0.3 + tall * down)
    for x, y, tile in zip(columns, rows, tiles.itertuples(), strict=True):
        _draw_tile(axes, x, y, float(tile.value), tile.district_id == mark)
        for text, at, weight in _tile_texts(str(tile.district), float(tile.value), wide):
            axes.text(x + 0.5, y + at, text, ha="center", va="center", fontsize=9, zorder=4,
                      fontweight=weight, color=style.ink_on_blues(float(tile.value)))  # fmt: skip
    axes.set(xlim=(-0.03, across + 0.03), ylim=(down + 0.03, -0.03))
    axes.set_axis_off()
    if tiles["value"].isna().any():
        _unknown_legend(axes)
    caption = " ".join([
        shading.caption,
        _("Tiles stand roughly as on a map; their size means nothing."),
        _unplaced(study, shading.values, tiles),
    ]).strip()  # fmt: skip
    return Figure(drawing, _alt(study, shading, mark), caption, _not_shown(study))


def _draw_tile(axes: Axes, x: int, y: int, value: float, marked: bool) -> None:
    unknown = np.isnan(value)
    axes.add_patch(Rectangle(
        (x + 0.03, y + 0.03), 0.94, 0.94, linewidth=0 if not unknown else 0.8,
        facecolor="white" if unknown else _COLOURS(value), edgecolor=style.GREY,
        hatch=style.HATCH if unknown else None,
    ))  # fmt: skip
    if unknown:  # so that the hatch does not run through the name
        axes.add_patch(Rectangle((x + 0.1, y + 0.15), 0.8, 0.7, facecolor="white", linewidth=0))
    if marked:
        axes.add_patch(Rectangle((x + 0.03, y + 0.03), 0.94, 0.94, fill=False, linewidth=3,
                                 edgecolor=style.MARK, zorder=3))  # fmt: skip


def _tile_texts(name: str, value: float, width: float) -> list[tuple[str, float, str]]:
    """Return what is written in a tile `width` inches wide: text, height and weight."""
    fits = int(width / 0.085)  # characters of 9 pt, on average
    lines = style.wrap(name, max(fits, 1))
    if fits < 7 or any(len(line) > fits for line in lines.split("\n")):
        return [(_value_text(value), 0.5, "bold")] if fits >= 4 else []
    return [(lines, 0.36, "normal"), (_value_text(value), 0.72, "bold")]


def _unknown_legend(axes: Axes) -> None:
    axes.legend(
        handles=[Patch(facecolor="white", edgecolor=style.GREY, hatch=style.HATCH,
                       label=_("unknown"))],
        loc="lower left", bbox_to_anchor=(0, 1),
    )  # fmt: skip


def _unplaced(study: Study, every: pd.DataFrame, drawn: pd.DataFrame) -> str:
    missing = every.loc[~every["district_id"].isin(drawn["district_id"]), "district"]
    if missing.empty:
        return ""
    if len(missing) > _MOST_LISTED:
        return _("Not on the map: {n} {districts} without a place.", n=number(len(missing)),
                 **terms(study))  # fmt: skip
    return _("Not on the map, for want of a place: {names}.", names=listing(list(missing)))


def outline_map(study: Study, table: pd.DataFrame, *, mark: str = "") -> Figure:
    """Draw the districts by the outlines in ``boundaries.geojson``.

    A feature is a district's where its property ``district_id`` or ``kode`` is the district's
    code. Degrees of longitude are shortened by the cosine of the latitude in the middle.

    Parameters
    ----------
    table : pandas.DataFrame
        As :func:`bantar_lib.execution` (shaded by the pooled rate) or :func:`bantar_lib.reach`
        (shaded by the upper bound) returns it.

    Raises
    ------
    UserError
        Where the file cannot be read, is not in degrees, or has no district of the study.
    """
    shading = _shading(study, table)
    outlines = read_outlines(study.path / OUTLINES)
    drawn = shading.values[shading.values["district_id"].isin(list(outlines))]
    if drawn.empty:
        raise UserError(
            _("{file}: no feature has the code of a district of {study}; write it as the "
              "property “district_id”.", file=OUTLINES, study=study.id)
        )  # fmt: skip
    every = np.vstack([outlines[d].vertices for d in drawn["district_id"]])
    (west, south), (east, north) = every.min(axis=0), every.max(axis=0)
    shorter = float(np.cos(np.radians((south + north) / 2)))
    wide = max((east - west) * shorter, 1e-9)
    tall = float(np.clip((style.WIDTH - 0.4) * (north - south) / wide, 2.5, 7.0))
    drawing, axes = style.canvas(tall + 0.8)
    axes.set(xlim=(west, east), ylim=(south, north))
    axes.set_aspect(1 / shorter)
    axes.margins(0.02)
    axes.set_axis_off()
    _draw_outlines(axes, drawn, outlines, mark)
    bar = drawing.colorbar(ScalarMappable(Normalize(0, 1), _COLOURS), ax=axes, shrink=0.6,
                           orientation="horizontal", aspect=30, pad=0.02)  # fmt: skip
    bar.ax.xaxis.set_major_formatter(lambda value, _position: percent(value))
    bar.set_label(shading.label)
    if drawn["value"].isna().any():
        _unknown_legend(axes)
    few = drawn if len(drawn) <= MOST_NAMED else drawn[drawn["district_id"] == mark]
    few = few.sort_values("district_id", key=lambda ids: ids != mark, kind="stable")
    left_out = name_points(
        axes, [f"{r.district}\n{_value_text(float(r.value))}" for r in few.itertuples()],
        np.array([label_point(outlines[d]) for d in few["district_id"]]).reshape(-1, 2),
        bold=list(few["district_id"] == mark), centred=True,
    )  # fmt: skip
    caption = " ".join(filter(None, [
        shading.caption, _unplaced(study, shading.values, drawn),
        _("Not named for want of room: {names}.",
          names=listing([name.split("\n")[0] for name in left_out])) if left_out else "",
    ]))  # fmt: skip
    return Figure(drawing, _alt(study, shading, mark), caption, _not_shown(study))


def _draw_outlines(
    axes: Axes, drawn: pd.DataFrame, outlines: dict[str, Outline], mark: str
) -> None:
    known = drawn.dropna(subset=["value"])
    unknown = drawn[drawn["value"].isna()]
    line = 0.8 if len(drawn) <= 200 else 0.1
    for rows, look in (
        (known, {"facecolors": _COLOURS(known["value"].to_numpy()), "edgecolors": "white"}),
        (unknown, {"facecolors": "white", "edgecolors": style.GREY, "hatch": style.HATCH}),
    ):
        paths = [outlines[d] for d in rows["district_id"]]
        axes.add_collection(PathCollection(paths, linewidths=line, **look), autolim=False)
    if mark in set(drawn["district_id"]):
        axes.add_collection(
            PathCollection([outlines[mark]], facecolors="none", edgecolors=style.MARK,
                           linewidths=2.5, zorder=3), autolim=False,
        )  # fmt: skip


def read_outlines(path: Path) -> dict[str, Outline]:
    """Read the outlines of a GeoJSON file, by the code of their district.

    Parameters
    ----------
    path : Path
        A ``FeatureCollection`` of polygons in degrees (WGS 84), as RFC 7946 has it.

    Returns
    -------
    dict of str to matplotlib.path.Path
        One outline a code, of as many rings as the district has: holes run the other way round,
        so that they stay empty. Features without a code or an area are left out.

    Raises
    ------
    UserError
        Where the file is no such GeoJSON.

    References
    ----------
    RFC 7946, The GeoJSON Format, 2016.
    """
    try:
        features = json.loads(path.read_text(encoding="utf-8-sig"))["features"]
        rings: dict[str, list[np.ndarray]] = {}
        for feature in features:
            code = _code(feature.get("properties") or {})
            if code:
                rings.setdefault(code, []).extend(_rings(feature.get("geometry") or {}))
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise UserError(
            _("{file}: this is no GeoJSON of polygons; save it as a FeatureCollection.",
              file=path.name)
        ) from error  # fmt: skip
    for code, parts in rings.items():
        if any((np.abs(part) > (180, 90)).any() for part in parts):
            raise UserError(
                _("{file}: the outline of {code} is not in degrees; save it in WGS 84 "
                  "(EPSG:4326).", file=path.name, code=code)
            )  # fmt: skip
    return {code: _outline(parts) for code, parts in rings.items() if parts}


def _code(properties: dict[str, Any]) -> str:
    for key in _KEYS:
        if properties.get(key) is not None:
            return str(properties[key]).strip()
    return ""


def _rings(geometry: dict[str, Any]) -> list[np.ndarray]:
    """Return a geometry's rings: outer ones against the clock, holes with it."""
    kind = geometry.get("type")
    if kind not in ("Polygon", "MultiPolygon"):
        return []
    polygons = geometry["coordinates"] if kind == "MultiPolygon" else [geometry["coordinates"]]
    found = []
    for polygon in polygons:
        for n, ring in enumerate(polygon):
            points = np.array([point[:2] for point in ring], dtype=float)
            x, y = points.T
            turns_left = (x[:-1] * y[1:] - x[1:] * y[:-1]).sum() > 0
            found.append(points if turns_left == (n == 0) else points[::-1])
    return found


def _outline(rings: list[np.ndarray]) -> Outline:
    codes = []
    for ring in rings:
        part = np.full(len(ring), Outline.LINETO, dtype=Outline.code_type)
        part[0], part[-1] = Outline.MOVETO, Outline.CLOSEPOLY
        codes.append(part)
    return Outline(np.vstack(rings), np.concatenate(codes))


def label_point(outline: Outline) -> tuple[float, float]:
    """Return a point well inside an outline: the middle of the widest of some level cuts.

    Examples
    --------
    >>> square = Outline([[0, 0], [4, 0], [4, 2], [0, 2], [0, 0]], closed=True)
    >>> label_point(square)
    (2.0, 1.0)
    """
    points = np.asarray(outline.vertices, dtype=float)
    starts = [*np.flatnonzero(outline.codes == Outline.MOVETO), len(points)]
    edges = [np.c_[points[a : b - 1], points[a + 1 : b]] for a, b in pairwise(starts)]
    x1, y1, x2, y2 = np.vstack(edges).T
    low, high = points[:, 1].min(), points[:, 1].max()
    best = (0.0, float(points[0, 0]), float(points[0, 1]))
    for part in (0.5, 0.41, 0.59, 0.31, 0.69, 0.21, 0.79, 0.11, 0.89):
        level = low + part * (high - low)
        cut = (y1 <= level) != (y2 <= level)
        across = np.sort(x1[cut] + (level - y1[cut]) / (y2[cut] - y1[cut]) * (x2[cut] - x1[cut]))
        for west, east in zip(across[::2], across[1::2], strict=False):
            if east - west > best[0]:
                best = (float(east - west), float((west + east) / 2), float(level))
    return best[1], best[2]
