"""Evidence for reports: quotes by indicator and source, and who the sources are without names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bantar_lib.errors import UserError
from bantar_lib.exchange.codebook import valence_words
from bantar_lib.exchange.documents import heading, pandoc, plain_table
from bantar_lib.exchange.release import Coding, released
from bantar_lib.exchange.sheets import add_sheet, book_bytes, save, set_widths
from bantar_lib.study import Study
from bantar_lib.study.release import releases
from bantar_lib.words import current_language, room_words

if TYPE_CHECKING:
    import pandas as pd

_ = room_words("exchange")

COLUMNS = ("indicator", "label", "source", "kind", "role", "locator", "valence", "text",
           "is_quote", "code", "coder", "memo", "segment_id", "document")  # fmt: skip
PERSONAL = ("interview", "observation")
"""Kinds of source behind which a person stands."""


def quote_table(
    study: Study, *, district: str | None = None, coder: str | None = None
) -> pd.DataFrame:
    """Return the coded evidence, one row an indicator, source and statement.

    Parameters
    ----------
    study : Study
        The study; texts are in the current language.
    district : str, optional
        Code, name or alias. What speaks of the programme as a whole counts with it; a district
        without evidence of its own gets an empty table.
    coder : str, optional
        Only this coder's; by default everyone's.

    Returns
    -------
    DataFrame
        indicator (id, blank for a code free of the framework), label, source (a title, or a
        number in place of a person), kind, role (generalised where it points to one person),
        locator, valence, text, is_quote (a verbatim quote, not a paraphrase), code, coder, memo,
        segment_id, document. In the order of the framework, then of the sources. Only what may
        be released.

    Examples
    --------
    >>> from bantar_lib import load_study
    >>> table = quote_table(load_study("kampung_bantar"), district="Kota Baru", coder="reader_a")
    >>> table["is_quote"].any()
    np.False_
    """
    import pandas as pd

    leaves = released(study, coder=coder)
    shown = _of_district(study, leaves.codings, district)
    names = source_table(study).set_index("source_id")
    rows_of = leaves.segments.set_index("segment_id")
    order = {i.id: n for n, i in enumerate(study.framework.indicators)}
    place = {s: n for n, s in enumerate(names.index)}
    labels = {i.id: i.label[current_language()] for i in study.framework.indicators}
    shown.sort(key=lambda c: (order.get(c.indicator, len(order)), place.get(c.source_id, -1)))
    words = valence_words(current_language())
    rows = [
        {
            "indicator": c.indicator,
            "label": labels.get(c.indicator, c.label),
            **{k: names.loc[c.source_id, k] if c.source_id in place else ""
               for k in ("source", "kind", "role")},
            "locator": _locator(rows_of.loc[c.segment]) if c.segment else f"{c.start}–{c.end}",
            "valence": words.get(c.valence, ""),
            "text": c.text,
            "is_quote": not c.segment,
            "code": c.label or c.code,
            "coder": c.coder,
            "memo": c.memo,
            "segment_id": c.segment,
            "document": c.document,
        }
        for c in shown
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype({"is_quote": "bool"})


def _of_district(study: Study, codings: Sequence[Coding], district: str | None) -> list[Coding]:
    if district is None:
        return list(codings)
    code = study.district(district)["district_id"]
    if not any(c.district_id == code for c in codings):
        return []
    return [c for c in codings if c.district_id in (code, "")]


def _locator(row: Mapping[str, str]) -> str:
    parts = [row["section"]]
    if row["paragraph"]:
        parts.append(_("paragraph {n}", n=row["paragraph"]))
    return ", ".join(p for p in parts if p)


def source_table(study: Study) -> pd.DataFrame:
    """Return the sources as a report may show them.

    Parameters
    ----------
    study : Study
        The study.

    Returns
    -------
    DataFrame
        source_id, source, kind, role, sampled, release: one row a source of which anything may
        be released. An interview or observation gets a number for its title. A role stands as it
        is only where, in every district that its sources speak of, at least two sources have it;
        else it would point to one person, and it is generalised. `source_id` is for joining and
        is not shown to readers.

    Examples
    --------
    >>> from bantar_lib import load_study
    >>> source_table(load_study("kampung_bantar"))["role"].unique().tolist()
    ['']
    """
    import pandas as pd

    release = releases(study)
    table = study.table("sources")
    table = table[table["source_id"].map(release) != "none"]
    safe = _safe_roles(study, table)
    numbers: Counter[str] = Counter()
    rows = []
    for row in table.to_dict("records"):
        title = row[f"title_{current_language()}"]
        if row["kind"] in PERSONAL:
            numbers[row["kind"]] += 1
            told = {"interview": _("Interview {n}", n=numbers[row["kind"]]),
                    "observation": _("Observation {n}", n=numbers[row["kind"]])}  # fmt: skip
            title = told[row["kind"]]
        role = row["role"]
        if role and row["source_id"] not in safe:
            role = _("informant")
        rows.append({**{k: row[k] for k in ("source_id", "kind", "sampled")}, "source": title,
                     "role": role, "release": release[row["source_id"]]})  # fmt: skip
    columns = ["source_id", "source", "kind", "role", "sampled", "release"]
    return pd.DataFrame(rows, columns=columns).astype("str")


def _safe_roles(study: Study, sources: pd.DataFrame) -> set[str]:
    """Return the sources whose role does not point to one person.

    A source that speaks of no single district is taken to be of a district of its own.
    """
    segments = study.table("segments")
    districts: dict[str, set[str]] = {}
    for source, code in zip(segments["source_id"], segments["district_id"], strict=True):
        districts.setdefault(source, set()).add(code)
    role_of = {s: " ".join(r.casefold().split())
               for s, r in zip(sources["source_id"], sources["role"], strict=True)}  # fmt: skip
    holders: Counter[tuple[str, str]] = Counter()
    for source, role in role_of.items():
        holders.update((role, code) for code in districts.get(source, {""}))
    return {
        source
        for source, role in role_of.items()
        if all(holders[role, code] > 1 for code in districts.get(source, {""}))
    }


_SHOWN = ("label", "source", "role", "locator", "valence", "text", "coder")


def write_quote_tables(
    study: Study, path: str | Path, *, district: str | None = None, coder: str | None = None
) -> Path:
    """Write quotes by indicator and source, and the table of sources, for Word or Excel.

    Parameters
    ----------
    study : Study
        The study.
    path : str or Path
        ``.docx`` or ``.xlsx``.
    district, coder : str, optional
        As in :func:`quote_table`.

    Returns
    -------
    Path
        The file.

    Examples
    --------
    >>> import tempfile
    >>> from bantar_lib import load_study
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     made = write_quote_tables(load_study("kampung_bantar"), Path(folder) / "quotes.xlsx")
    >>> made.name
    'quotes.xlsx'
    """
    path = Path(path)
    quotes = quote_table(study, district=district, coder=coder)
    sources = source_table(study).drop(columns="source_id")
    heads = {
        "label": _("indicator"), "source": _("source"), "role": _("role"),
        "locator": _("place in the source"), "valence": _("valence"), "text": _("text"),
        "coder": _("coder"), "kind": _("kind"), "sampled": _("how sampled"),
        "release": _("may be shown as"),
    }  # fmt: skip
    kinds = _choices()
    for table in (quotes, sources):
        table["kind"] = [kinds.get(k, k) for k in table["kind"]]
    for name in ("sampled", "release"):
        sources[name] = [kinds.get(k, k) for k in sources[name]]
    if path.suffix.lower() == ".xlsx":
        from openpyxl import Workbook

        book = Workbook()
        book.remove(book.active)
        rows = quotes[list(_SHOWN)].to_numpy().tolist()
        set_widths(add_sheet(book, _("quotes"), [heads[c] for c in _SHOWN], rows),
                   (34, 34, 18, 30, 14, 80, 14))  # fmt: skip
        set_widths(add_sheet(book, _("sources"), [heads[c] for c in sources],
                             sources.to_numpy().tolist()), (50, 20, 20, 20, 20))  # fmt: skip
        save(path, book_bytes(book))
        return path
    if path.suffix.lower() != ".docx":
        raise UserError(_("{file}: the name must end in .docx or .xlsx.", file=path.name))
    shown = ["source", "locator", "valence", "text"]
    parts = [_("Texts are paraphrases unless they stand in quotation marks.")]
    for label, group in quotes.groupby("label", sort=False):
        body = group[shown].copy()
        body["text"] = [f"“{t}”" if q else t
                        for t, q in zip(body["text"], group["is_quote"], strict=True)]  # fmt: skip
        parts += [heading(str(label)), plain_table([heads[c] for c in shown], body.to_numpy(),
                                                   (22, 20, 15, 43))]  # fmt: skip
    parts += [heading(_("Sources")),
              plain_table([heads[c] for c in sources], sources.to_numpy(),
                          (40, 15, 15, 15, 15))]  # fmt: skip
    title = _("Evidence by indicator: {study}", study=study.text("title", current_language()))
    pandoc(parts, path, title=title, lang=current_language())
    return path


def _choices() -> dict[str, str]:
    """Return the words for kinds of source, ways of sampling and releases."""
    return {
        "author_statement": _("author's statement"),
        "document": _("document"),
        "observation": _("observation"),
        "interview": _("interview"),
        "statistic": _("statistic"),
        "dataset": _("data set"),
        "press": _("press"),
        "website": _("website"),
        "purposive": _("purposive"),
        "snowball": _("snowball"),
        "census": _("census"),
        "not_stated": _("not stated"),
        "quote": _("quote"),
        "paraphrase": _("paraphrase"),
    }
