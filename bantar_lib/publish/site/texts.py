"""The pages that no notebook shows: front page, districts, glossary, framework, methods, data."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from bantar_lib.batch.plan import batch_notebooks, has_tag, read_notebook
from bantar_lib.places import shared_folder
from bantar_lib.present.terms import terms
from bantar_lib.publish.site.cite import citation
from bantar_lib.publish.site.notebook import as_json, block, named, shown_cells
from bantar_lib.publish.site.pages import METHODS, Group, Pages, SitePage, method_text, method_title
from bantar_lib.study import Study
from bantar_lib.words import LANGUAGES, current_language, number, room_words

_ = room_words("site", escape=named)


def front_page(study: Study, pages: Pages, city: NotebookNode | None) -> str:
    """Return the first page: what was found, where to read on, how to cite.

    Parameters
    ----------
    study : Study
        The study.
    pages : Pages
        What there is to lead to.
    city : NotebookNode, optional
        The executed notebook on the whole study; its opening paragraph and first figure are shown.
    """
    lang = current_language()
    title, question = (named(study.text(key, lang)) for key in ("title", "question"))
    cells = [new_markdown_cell(f"# {title}\n\n{block('kicker', question)}")]
    cells += _finding(city) if city else []
    cells.append(new_markdown_cell(_ways(study, pages)))
    cells.append(new_markdown_cell(f"## {_('How to cite')}\n\n{citation(study)}"))
    return as_json(cells)


def _finding(city: NotebookNode) -> list[NotebookNode]:
    """Return the opening paragraph and the first figure with its caption."""
    outputs = [o for cell in city.cells for o in cell.get("outputs", [])]
    roles = [o.get("metadata", {}).get("bantar") for o in outputs]
    lead = [outputs[roles.index("lead")]] if "lead" in roles else []
    first = roles.index("figure") if "figure" in roles else len(roles)
    return list(shown_cells([*lead, *outputs[first : first + 2]]))


def _ways(study: Study, pages: Pages) -> str:
    """Return the list of the ways into the site."""
    say = terms(study)
    there = {page.docname for page in pages.all}
    ways = [
        ("city", _("All {districts} together", **say),
         _("how far the programme was implemented, where, and how surely")),
        ("districts/index", _("Each {district}", **say),
         _("counts, reach and evidence, one page each")),
        ("evidence", _("Evidence"),
         _("what supports and what inhibits, from which sources, and whether it is enough")),
        ("audit", _("Check of figures and statements"),
         _("the source's own tables and statements, computed again")),
        ("guide", _("Reading guide"), _("how to read an interval, with exercises")),
        ("methods/index", _("Methods"),
         _("what is computed, how, and what may not be said from it")),
    ]  # fmt: skip
    lines = [
        f"- [**{title}**]({docname}.html) {what}"
        for docname, title, what in ways
        if docname in there
    ]
    return f"## {_('Where to begin')}\n\n{block('ways', chr(10).join(lines))}"


def districts_page(study: Study, groups: Sequence[Group]) -> str:
    """Return the page that leads to all districts, or to their groups."""
    say = terms(study)
    count = sum(len(group.districts) for group in groups)
    parts = [
        f"# {_('Districts')}",
        _("{n} {districts} have a page of their own.", n=number(count), **say),
    ]
    if groups and groups[0].docname:
        lines = [
            f"- [{named(g.title)}](../{g.docname}.html) ({number(len(g.districts))})"
            for g in groups
        ]
        parts.append(block("columns", "\n".join(lines)))
    else:
        for group in groups:
            if group.title:
                parts.append(f"## {named(group.title)}")
            parts.append(_listed(group.districts, ".."))
    return "\n\n".join(parts) + "\n"


def group_page(group: Group) -> str:
    """Return the page of one group of districts."""
    return f"# {named(group.title)}\n\n{_listed(group.districts, '..')}\n"


def _listed(districts: Iterable[SitePage], top: str) -> str:
    lines = [f"- [{named(p.title)}]({top}/{p.docname}.html)" for p in districts]
    return block("columns", "\n".join(lines))


def glossary_page(study: Study) -> str:
    """Return the field terms in both languages, with what they mean here.

    The terms and meanings are those of the reading guide, and the indicators those of the study's
    framework.
    """
    lang, other = current_language(), _other_language()
    here, there = (_guide_terms(one) for one in (lang, other))
    rows = [
        (f"**{term}**", there[n][0] if n < len(there) else "", meaning)
        for n, (term, meaning) in enumerate(here)
    ]
    own = [
        (f"**{named(i.label[lang])}**", named(i.label[other]), named(i.definition[lang]))
        for i in study.framework.indicators
    ]
    stages = [
        (f"**{named(s.label[lang])}**", named(s.label[other]), _stage_meaning(s.ordered))
        for s in study.stages
    ]
    parts = [
        f"# {_('Glossary')}",
        _defined(rows),
        f"## {_('Words of this study')}",
        _defined([*_place_words(study, lang, other), *stages]),
        f"## {_('Indicators')}",
        _defined(own),
    ]
    return "\n\n".join(filter(None, parts)) + "\n"


def _defined(rows: Iterable[Sequence[str]]) -> str:
    """Return a list of terms, each with its form in the other language and its meaning."""
    other = _other_language()
    return "\n\n".join(
        f'{term} <span class="other" lang="{other}">{translated}</span>\n: {meaning}'
        for term, translated, meaning in rows
    )


def _place_words(study: Study, lang: str, other: str) -> list[tuple[str, str, str]]:
    meanings = {"district": _("the area that has a page"), "unit": _("what is counted in it")}
    return [
        (f"**{named(study.text(key, lang))}**", named(study.text(key, other)), meaning)
        for key, meaning in meanings.items()
    ]


def _stage_meaning(ordered: bool) -> str:
    if ordered:
        return _("a stage, called as the source heads its column")
    return _("a count of which the source does not say which stage it is")


def _other_language() -> str:
    return next(lang for lang in LANGUAGES if lang != current_language())


def _guide_terms(lang: str) -> list[tuple[str, str]]:
    """Return terms and meanings from the table in the reading guide, as Markdown."""
    guide = next((p for p in batch_notebooks() if p.stem == "00_reading_guide"), None)
    cells = read_notebook(guide).cells if guide else []
    for cell in cells:
        rows = [line for line in cell.source.splitlines() if line.startswith("| ")]
        if cell.cell_type == "markdown" and has_tag(cell, lang) and len(rows) > 1:
            cut = [[c.strip() for c in row.strip("| ").split(" | ")] for row in rows[1:]]
            return [(c[0], " | ".join(c[1:])) for c in cut]
    return []


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def framework_page(study: Study) -> str:
    """Return the framework: its dimensions and indicators, with rules and examples."""
    lang, frame = current_language(), study.framework
    parts = [
        f"# {named(frame.name[lang])}",
        _("Version {version}. Source: {source}", version=frame.version, source=frame.source),
        named(frame.guide.get(lang, "")),
    ]
    for dimension in frame.dimensions:
        parts += [f"## {named(dimension.label[lang])}", named(dimension.definition[lang])]
        for indicator in dimension.indicators:
            parts += [f"### {named(indicator.label[lang])}", named(indicator.definition[lang])]
            lines = [
                (_("Coded here"), indicator.include.get(lang, "")),
                (_("Not coded here"), indicator.exclude.get(lang, "")),
                (_("Example that supports"), indicator.anchors.get("supports", {}).get(lang, "")),
                (_("Example that inhibits"), indicator.anchors.get("inhibits", {}).get(lang, "")),
            ]
            parts.append("\n".join(f"- **{k}:** {named(v)}" for k, v in lines if v))
    return "\n\n".join(filter(None, parts)) + "\n"


def methods_page() -> str:
    """Return the list of the methods."""
    lead = _("Each page says in short what is computed, by which formula, and what may not be said "
             "from it.")  # fmt: skip
    lines = [f"- [{method_title(m)}]({m}.html)" for m in METHODS]
    return f"# {_('Methods')}\n\n{lead}\n\n{block('columns', chr(10).join(lines))}"


def dictionary_page(study: Study) -> str:
    """Return the meaning of every column of the study's tables; what a blank means comes first."""
    lang = current_language()
    with (shared_folder("data") / "dictionary.csv").open(encoding="utf-8", newline="") as file:
        columns = list(csv.DictReader(file))
    by_table: dict[str, list[dict[str, Any]]] = {}
    for column in columns:
        by_table.setdefault(column["table"], []).append(column)
    parts = [f"# {_('Data dictionary')}", _("A blank cell means unknown, never zero.")]
    heads = (_("Column"), _("Meaning"), _("Kind"), _("Required"))
    for table, own in by_table.items():
        rows = 0 if table == "codings" else len(study.table(table))
        if rows or table == "codings":
            count = _("{n} row", plural="{n} rows", n=rows) if rows else ""
            cells = [
                (f"`{c['column']}`", _column_meaning(c, lang), c["kind"],
                 _("yes") if c["required"] == "yes" else _("no"))
                for c in own
            ]  # fmt: skip
            parts += [f"## {named(table)}", count, _table(heads, cells)]
    return "\n\n".join(filter(None, parts)) + "\n"


def _column_meaning(column: dict[str, Any], lang: str) -> str:
    text = named(column[f"meaning_{lang}"])
    choices = ", ".join(f"`{v.strip()}`" for v in (column["values"] or "").split("|") if v.strip())
    return f"{text} {choices}" if choices else text


def downloads_page(study: Study, listed: Sequence[tuple[str, Sequence[dict[str, str]]]]) -> str:
    """Return the page of what can be downloaded for the study as a whole.

    `listed` are headings with files, each with ``label``, ``href`` (from this page) and ``size``.
    """
    parts = [
        f"# {_('Downloads')}",
        _("Each page has its own notebook and tables at its end. Licence of the study's data: "
          "{licence}.", licence=str(study.config.get("licence") or _("not stated"))),
    ]  # fmt: skip
    for heading, files in listed:
        lines = [f"- [{named(f['label'])}]({f['href']}) ({f['size']})" for f in files]
        parts += [f"## {heading}", "\n".join(lines)]
    return "\n\n".join(parts) + "\n"


def method_page(measure: str) -> str:
    """Return the page on one measure."""
    return method_text(measure)
